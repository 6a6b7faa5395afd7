using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Envelopes;

/// <summary>An agent's answer to the challenge that opens a stream, bound to the broker that gave it.</summary>
public static class StreamProof
{
    public static async ValueTask<ChallengeProof> SignAsync(Challenge challenge, string agent, ISigner signer, CancellationToken cancellationToken)
    {
        var body = BodyOf(challenge, agent);
        return Of(body, signer, await signer.SignAsync(SignedBytes.Of(SignedBytes.ProofTag, body.Span), cancellationToken));
    }

    public static ChallengeProof Sign(Challenge challenge, string agent, SigningKey key)
    {
        var body = BodyOf(challenge, agent);
        return Of(body, key, key.Sign(SignedBytes.Of(SignedBytes.ProofTag, body.Span)));
    }

    static ByteString BodyOf(Challenge challenge, string agent) =>
        new ProofBody { Broker = challenge.Broker, Nonce = challenge.Nonce, Agent = agent }.ToByteString();

    static ChallengeProof Of(ByteString body, ISigner signer, byte[] signature) =>
        new() { Body = body, Key = signer.PublicKey.Thumbprint.ToWire(), Signature = ByteString.CopyFrom(signature) };
}
