using ActProtocol.V1;

namespace ActProtocol.Envelopes;

/// <summary>Whether an envelope's signatures hold (ENV-05, ENV-06).</summary>
public static class SignatureRules
{
    /// <summary>True when there is at least one signature and each is of a known suite, by a key of the resolver, and right.</summary>
    /// <param name="find">The key with a thumbprint that may sign here, or null.</param>
    public static bool AllHold(OpenedEnvelope envelope, Func<Digest, VerifyingKey?> find)
    {
        if (envelope.Wire.Signatures.Count == 0) return false;
        foreach (var signature in envelope.Wire.Signatures)
        {
            if (signature.Suite is not SignatureSuite.Ed25519 || signature.Key.Length != Digest.Length) return false;
            if (find(Digest.FromWire(signature.Key)) is not { } key) return false;
            if (!key.Verify(envelope.SignedBytes.Span, signature.Value.Span)) return false;
        }
        return true;
    }
}
