using ActProtocol.V1;
using Google.Protobuf;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace ActProtocol.Conformance.Signing;

/// <summary>An Ed25519 key of a test, by a library that the reference does not use.</summary>
sealed class KeyPair
{
    readonly Ed25519PrivateKeyParameters _key;

    /// <param name="seed">32 bytes.</param>
    public KeyPair(byte[] seed)
    {
        _key = new Ed25519PrivateKeyParameters(seed);
        Public = _key.GeneratePublicKey().GetEncoded();
        Thumbprint = Tags.Thumbprint(Public);
    }

    public byte[] Public { get; }

    public byte[] Thumbprint { get; }

    /// <summary>The seed, for a subject that is to act as this key's owner.</summary>
    public byte[] Seed => _key.GetEncoded();

    public byte[] Sign(string tag, ReadOnlySpan<byte> bytes) => SignRaw(Tags.Signed(tag, bytes));

    /// <summary>Over the very bytes, without a tag.</summary>
    public byte[] SignRaw(byte[] bytes)
    {
        var signature = new byte[Ed25519PrivateKeyParameters.SignatureSize];
        _key.Sign(Ed25519.Algorithm.Ed25519, null, bytes, 0, bytes.Length, signature, 0);
        return signature;
    }

    public Signature SignContent(ByteString content) => new()
    {
        Suite = SignatureSuite.Ed25519,
        Key = ByteString.CopyFrom(Thumbprint),
        Value = ByteString.CopyFrom(Sign(Tags.Envelope, content.Span)),
    };

    /// <summary>By the library's rule, which is no laxer than ENV-06 for keys and points that honest signers make.</summary>
    public static bool Holds(byte[] publicKey, string tag, ReadOnlySpan<byte> bytes, byte[] signature)
    {
        var signed = Tags.Signed(tag, bytes);
        return publicKey.Length == 32 && signature.Length == 64 && Ed25519.Verify(signature, 0, publicKey, 0, signed, 0, signed.Length);
    }
}
