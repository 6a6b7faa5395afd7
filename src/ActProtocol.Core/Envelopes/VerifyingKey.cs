using System.Buffers.Text;
using System.Text;
using NSec.Cryptography;

namespace ActProtocol.Envelopes;

/// <summary>An Ed25519 public key that may be registered, and its RFC 7638 thumbprint.</summary>
public sealed class VerifyingKey
{
    public const int Length = 32;
    public const int SignatureLength = 64;

    readonly PublicKey _key;

    VerifyingKey(PublicKey key, byte[] bytes) => (_key, Bytes, Thumbprint) = (key, bytes, ThumbprintOf(bytes));

    /// <summary>32 bytes, RFC 8032 encoding.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    public Digest Thumbprint { get; }

    /// <summary>Null for bytes that are no canonical encoding of a point, or one of small order: such a key would "sign" anything (DIR-05).</summary>
    public static VerifyingKey? TryImport(ReadOnlySpan<byte> bytes) => bytes.Length == Length && EdwardsPoints.IsCanonicalAndLarge(bytes) && EdwardsPoints.IsOnCurve(bytes) ? FromJournal(bytes) : null;

    /// <summary>A key that was imported before it was recorded; null for none. That it is a point takes a tenth of a millisecond to see, and is not looked at again.</summary>
    public static VerifyingKey? FromJournal(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Length
        && PublicKey.TryImport(SignatureAlgorithm.Ed25519, bytes, KeyBlobFormat.RawPublicKey, out var key)
            ? new VerifyingKey(key!, bytes.ToArray())
            : null;

    /// <summary>Whether <paramref name="signature"/> holds, by libsodium's rule: cofactorless, S below L, R canonical and not of small order (ENV-06).</summary>
    public bool Verify(ReadOnlySpan<byte> signedBytes, ReadOnlySpan<byte> signature) =>
        signature.Length == SignatureLength && SignatureAlgorithm.Ed25519.Verify(_key, signedBytes, signature);

    /// <summary>SHA-256 of the key as a JWK with its members in order (RFC 7638, RFC 8037).</summary>
    public static Digest ThumbprintOf(ReadOnlySpan<byte> key) => SignedBytes.HashOf(
        Encoding.ASCII.GetBytes($$"""{"crv":"Ed25519","kty":"OKP","x":"{{Base64Url.EncodeToString(key)}}"}"""));
}
