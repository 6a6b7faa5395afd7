using System.Numerics;
using System.Security.Cryptography;

namespace ActProtocol.Conformance.Signing;

/// <summary>Numbers and points of edwards25519 (RFC 8032, section 5.1), for signatures and keys that no library makes.</summary>
static class Edwards
{
    public static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    public static readonly BigInteger D = Mod(-121665 * BigInteger.ModPow(121666, P - 2, P));

    /// <summary>The order of the group.</summary>
    public static readonly BigInteger L = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The neutral element: it solves every equation that it stands in.</summary>
    public static byte[] Identity { get; } = Little(1);

    public static byte[] Little(BigInteger number)
    {
        var bytes = new byte[32];
        number.TryWriteBytes(bytes, out _, isUnsigned: true);
        return bytes;
    }

    public static BigInteger Number(ReadOnlySpan<byte> little) => new(little, isUnsigned: true);

    /// <summary>The scalar that an Ed25519 key's seed stands for.</summary>
    public static BigInteger Scalar(KeyPair key)
    {
        var half = SHA512.HashData(key.Seed)[..32];
        half[0] &= 248;
        half[31] = (byte)((half[31] & 127) | 64);
        return Number(half) % L;
    }

    /// <summary>R || S for chosen points: <c>S = r + SHA-512(R || A || message) · a</c>.</summary>
    public static byte[] Sign(byte[] pointR, BigInteger r, byte[] pointA, BigInteger a, byte[] message) =>
        [.. pointR, .. Little((r + (Number(SHA512.HashData([.. pointR, .. pointA, .. message])) * a)) % L)];

    /// <summary>Whether some point has this y: <c>x² = (y² − 1) / (d·y² + 1)</c> is a square.</summary>
    public static bool IsOnCurve(BigInteger y) => BigInteger.ModPow(Mod(((y * y) - 1) * BigInteger.ModPow(Mod((D * y * y) + 1), P - 2, P)), (P - 1) / 2, P) <= 1;

    public static BigInteger Mod(BigInteger number) => ((number % P) + P) % P;
}
