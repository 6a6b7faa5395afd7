using System.Buffers.Text;
using ActProtocol.Broker.Keys;
using ActProtocol.Envelopes;

namespace ActProtocol.Broker.Hosting;

/// <summary><c>/.well-known/act.json</c>: who the broker is, and its keys as a JWKS (RFC 7517, RFC 8037).</summary>
static class WellKnown
{
    public const string Path = "/.well-known/act.json";

    public static void MapWellKnown(this WebApplication app) => app.MapGet(Path, (HttpContext context, BrokerIdentity broker, BrokerKeys keys) =>
    {
        context.Response.Headers.CacheControl = "max-age=300";
        return Results.Json(new
        {
            broker = broker.Id,
            versions = $"{Sealing.Major}.0-{Sealing.Major}.{Sealing.Minor}",
            play = broker.Play,
            arbiter = broker.Arbiter,
            // Operators are in no directory: what they sign is checked by these keys.
            keys = new { keys = keys.Published.Select(key => Jwk(key, broker)) },
        });
    });

    // Members of our own begin with act_: what the key is for, whose it is, from when until when it was used, and an operator's roles.
    static Dictionary<string, object> Jwk(PublishedKey key, BrokerIdentity broker)
    {
        var jwk = new Dictionary<string, object>
        {
            ["kty"] = "OKP",
            ["crv"] = "Ed25519",
            ["alg"] = "EdDSA",
            ["use"] = "sig",
            ["x"] = key.X,
            ["kid"] = Base64Url.EncodeToString(VerifyingKey.ThumbprintOf(Base64Url.DecodeFromChars(key.X)).ToArray()),
            ["act_use"] = key.Use,
            ["act_id"] = key.Operator.Length == 0 ? broker.Id : key.Operator,
            ["act_from_ms"] = key.FromMs,
        };
        if (key.UntilMs != 0) jwk["act_until_ms"] = key.UntilMs;
        if (key.Operator.Length > 0) jwk["act_roles"] = key.Roles;
        return jwk;
    }
}
