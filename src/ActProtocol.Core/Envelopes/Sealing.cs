using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Envelopes;

/// <summary>Makes envelopes.</summary>
public static class Sealing
{
    public const uint Major = 1;
    public const uint Minor = 0;

    /// <summary>Serialises and signs. What is sent is what was signed: nobody serialises it again.</summary>
    public static Envelope Seal(Content content, params ReadOnlySpan<ISigner> signers)
    {
        var bytes = content.ToByteArray();
        var signed = SignedBytes.Of(SignedBytes.EnvelopeTag, bytes);
        var envelope = new Envelope { Content = UnsafeByteOperations.UnsafeWrap(bytes) };
        foreach (var signer in signers) envelope.Signatures.Add(SignatureOf(signer, signer.Sign(signed)));
        return envelope;
    }

    /// <summary>The same with signers that may be elsewhere.</summary>
    public static async ValueTask<Envelope> SealAsync(Content content, IReadOnlyList<ISigner> signers, CancellationToken cancellationToken)
    {
        var bytes = content.ToByteArray();
        var signed = SignedBytes.Of(SignedBytes.EnvelopeTag, bytes);
        var envelope = new Envelope { Content = UnsafeByteOperations.UnsafeWrap(bytes) };
        foreach (var signer in signers) envelope.Signatures.Add(SignatureOf(signer, await signer.SignAsync(signed, cancellationToken)));
        return envelope;
    }

    static Signature SignatureOf(ISigner signer, byte[] signature) => new()
    {
        Suite = SignatureSuite.Ed25519,
        Key = signer.PublicKey.Thumbprint.ToWire(),
        Value = UnsafeByteOperations.UnsafeWrap(signature),
    };
}
