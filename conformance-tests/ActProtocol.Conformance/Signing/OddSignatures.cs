using System.Numerics;
using System.Security.Cryptography;

namespace ActProtocol.Conformance.Signing;

/// <summary>Signatures by a test's own key that some verifiers take and ENV-06 does not, each with one thing odd about it.</summary>
static class OddSignatures
{
    /// <summary>S + <paramref name="times"/>·L in the place of S: the same equation holds.</summary>
    public static byte[] WithLargeS(byte[] signature, int times) => [.. signature[..32], .. Edwards.Little(Edwards.Number(signature.AsSpan(32)) + (times * Edwards.L))];

    /// <summary>A signature whose R is the point of small order that is <paramref name="multiple"/> times one of order 8; the equation holds once it is multiplied by the
    /// cofactor, and for the identity (0) as it is.</summary>
    public static byte[] WithSmallR(KeyPair key, byte[] message, int multiple) => Sign(key, message, 0, (multiple * EdwardsPoint.OfOrder8).Encode());

    /// <summary>R is the identity, in an encoding that is not canonical (y = p + 1), or with the sign of a zero.</summary>
    public static byte[] WithIdentity(KeyPair key, byte[] message, bool negativeZero)
    {
        var encoding = Edwards.Little(negativeZero ? 1 : Edwards.P + 1);
        if (negativeZero) encoding[31] |= 0x80;
        return Sign(key, message, 0, encoding);
    }

    /// <summary>R has a component of small order beside a large one: it holds with a cofactor only.</summary>
    public static byte[] WithMixedR(KeyPair key, byte[] message, BigInteger nonce) => Sign(key, message, nonce, ((nonce * EdwardsPoint.Base) + EdwardsPoint.OfOrder8).Encode());

    static byte[] Sign(KeyPair key, byte[] message, BigInteger nonce, byte[] r) => Edwards.Sign(r, nonce, key.Public, Edwards.Scalar(key), message);
}

/// <summary>A key with a component of small order: suitable (DIR-05), and its signatures hold by ENV-06 for one message in eight, with a cofactor for all.</summary>
sealed class MixedKey(KeyPair plain)
{
    public byte[] Public { get; } = ((Edwards.Scalar(plain) * EdwardsPoint.Base) + EdwardsPoint.OfOrder8).Encode();

    public byte[] Thumbprint => Tags.Thumbprint(Public);

    /// <summary>The signature, and whether it holds by the cofactorless equation: when k is a multiple of 8.</summary>
    public (byte[] Signature, bool Holds) Sign(byte[] message, BigInteger nonce)
    {
        var r = (nonce * EdwardsPoint.Base).Encode();
        var k = Edwards.Number(SHA512.HashData([.. r, .. Public, .. message])) % Edwards.L;
        return (Edwards.Sign(r, nonce, Public, Edwards.Scalar(plain), message), k % 8 == 0);
    }
}
