using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Brokers;

/// <summary>Envelopes with other signatures than they had.</summary>
static class Resigning
{
    /// <summary>The same content, with one signature by <paramref name="key"/> over <paramref name="over"/> instead of what ENV-02 says.</summary>
    public static Envelope Signed(this Envelope envelope, KeyPair key, byte[] over) => envelope.With(new Signature
    {
        Suite = SignatureSuite.Ed25519,
        Key = ByteString.CopyFrom(key.Thumbprint),
        Value = ByteString.CopyFrom(key.SignRaw(over)),
    });

    /// <summary>The same content with these signatures.</summary>
    public static Envelope With(this Envelope envelope, params Signature[] signatures) => new() { Content = envelope.Content, Signatures = { signatures } };
}
