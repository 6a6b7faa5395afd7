using System.Security.Cryptography;
using ActProtocol.Broker.Hosting;
using ActProtocol.Broker.Keys;
using ActProtocol.Engine.Hosting;
using ActProtocol.Envelopes;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Broker.Streams;

/// <summary>Gives out challenges, each for one stream of this broker, and judges their proofs.</summary>
sealed class ChallengeDesk(EngineHost engine, BrokerIdentity identity, BrokerKeys keys, CheckBudget budget, TimeProvider time)
{
    /// <summary>How long a challenge may be answered.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    public Challenge New()
    {
        var challenge = new Challenge
        {
            Broker = identity.Id,
            Nonce = UnsafeByteOperations.UnsafeWrap(RandomNumberGenerator.GetBytes(Digest.Length)),
            ExpiresAtMs = time.GetUtcNow().Add(Lifetime).ToUnixTimeMilliseconds(),
        };
        var signature = keys.Challenge.Sign(SignedBytes.Of(SignedBytes.ChallengeTag, challenge.ToByteArray()));
        challenge.Key = keys.Challenge.PublicKey.Thumbprint.ToWire();
        challenge.Signature = UnsafeByteOperations.UnsafeWrap(signature);
        return challenge;
    }

    /// <summary>Who is proven, by which key; nobody when the proof is for another broker or stream, late, or does not hold. Takes its turn among the callers that are not proven.</summary>
    public async ValueTask<(string? Agent, Digest Key)> ProvenAsync(ChallengeProof proof, Challenge challenge, CheckBudget.Caller caller)
    {
        if (time.GetUtcNow().ToUnixTimeMilliseconds() >= challenge.ExpiresAtMs || proof.Key.Length != Digest.Length) return default;
        if (!WireScan.IsWellFormed(proof.Body.Span, ProofBody.Descriptor)) return default;
        var body = ProofBody.Parser.ParseFrom(proof.Body);
        if (body.Broker != identity.Id || body.Nonce != challenge.Nonce) return default;
        var thumbprint = Digest.FromWire(proof.Key);
        if (engine.Gate.FindKey(body.Agent, thumbprint) is not { } key || !await budget.TakeAsync(caller)) return default;
        return key.Verify(SignedBytes.Of(SignedBytes.ProofTag, proof.Body.Span), proof.Signature.Span) ? (body.Agent, thumbprint) : default;
    }
}
