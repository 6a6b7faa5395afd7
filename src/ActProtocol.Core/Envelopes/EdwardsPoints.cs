using System.Collections.Frozen;
using System.Globalization;
using System.Numerics;

namespace ActProtocol.Envelopes;

/// <summary>Which 32 bytes are an acceptable encoding of a point of edwards25519.</summary>
static class EdwardsPoints
{
    // The points of order 1, 2, 4 and 8 (RFC 7748 names the curve; the list is that of libsodium's ge25519_has_small_order),
    // without the sign bit. The non-canonical ones among libsodium's list fall to the other check.
    static readonly string[] SmallOrder =
    [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];

    static readonly FrozenSet<Digest> SmallOrderY = SmallOrder.Select(hex => new Digest(Convert.FromHexString(hex))).ToFrozenSet();

    static readonly BigInteger Prime = BigInteger.Pow(2, 255) - 19;
    static readonly BigInteger D = BigInteger.Parse("37095705934669439343138083508754565189542113879843219016388785533085940283555", CultureInfo.InvariantCulture);

    public static bool IsCanonicalAndLarge(ReadOnlySpan<byte> point)
    {
        Span<byte> y = stackalloc byte[Digest.Length];
        point.CopyTo(y);
        y[31] &= 0x7f;
        return IsBelowPrime(y) && !SmallOrderY.Contains(new Digest(y));
    }

    /// <summary>Whether some point has this y, for a canonical encoding: x² = (y² − 1) / (d·y² + 1) is a square, and so is the product of both (RFC 8032, section 5.1.3).</summary>
    public static bool IsOnCurve(ReadOnlySpan<byte> point)
    {
        Span<byte> bytes = stackalloc byte[Digest.Length];
        point.CopyTo(bytes);
        bytes[31] &= 0x7f;
        var square = BigInteger.Pow(new BigInteger(bytes, isUnsigned: true), 2) % Prime;
        return BigInteger.ModPow((square - 1) * ((D * square) + 1) % Prime, (Prime - 1) / 2, Prime).IsOne;
    }

    // p = 2^255 - 19, little endian: ed, then thirty times ff, then 7f.
    static bool IsBelowPrime(ReadOnlySpan<byte> y)
    {
        if (y[31] != 0x7f || y[0] < 0xed) return true;
        return y[1..31].ContainsAnyExcept((byte)0xff);
    }
}
