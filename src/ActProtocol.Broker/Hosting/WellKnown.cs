using System.Buffers.Text;
using ActProtocol.Broker.Keys;
using ActProtocol.Envelopes;

namespace ActProtocol.Broker.Hosting;

/// <summary><c>/.well-known/act.json</c>: who the broker is, and its keys as a JWKS (RFC 7517, RFC 8037).</summary>
static class WellKnown
{
    public static void MapWellKnown(this WebApplication app) => app.MapGet("/.well-known/act.json", (BrokerIdentity broker, BrokerKeys keys) => Results.Json(new
    {
        broker = broker.Id,
        versions = $"{Sealing.Major}.0-{Sealing.Major}.{Sealing.Minor}",
        play = broker.Play,
        arbiter = broker.Arbiter,
        // Operators are in no directory: what they sign is checked by these keys.
        keys = new
        {
            keys = new[] { Jwk(keys.Receipt.PublicKey, "receipt", broker.Id), Jwk(keys.Challenge.PublicKey, "challenge", broker.Id) }
                .Concat(keys.Operators.Select(known => Jwk(known.Value.Key, "operator", known.Key))),
        },
    }));

    static object Jwk(VerifyingKey key, string use, string owner) => new
    {
        kty = "OKP",
        crv = "Ed25519",
        x = Base64Url.EncodeToString(key.Bytes.Span),
        kid = Base64Url.EncodeToString(key.Thumbprint.ToArray()),
        use = "sig",
        act_use = use,
        act_id = owner,
    };
}
