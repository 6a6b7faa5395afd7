using System.Numerics;
using static ActProtocol.Conformance.Signing.Edwards;

namespace ActProtocol.Conformance.Signing;

/// <summary>A point of the curve, by the plain formulas (RFC 8032, section 5.1.4): its coordinates are X / Z and Y / Z.</summary>
/// <remarks>Slow, and its time tells the secrets: for the keys of tests alone.</remarks>
sealed record EdwardsPoint(BigInteger X, BigInteger Y, BigInteger Z)
{
    public static readonly EdwardsPoint Base = Decode(Convert.FromHexString("5866666666666666666666666666666666666666666666666666666666666666"));

    /// <summary>A point of order 8: its multiples are all points of small order.</summary>
    public static readonly EdwardsPoint OfOrder8 = Decode(Convert.FromHexString("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"));

    public static EdwardsPoint operator +(EdwardsPoint one, EdwardsPoint other)
    {
        var a = Mod(one.Z * other.Z);
        var b = Mod(a * a);
        var c = Mod(one.X * other.X);
        var d = Mod(one.Y * other.Y);
        var e = Mod(D * c * d);
        var (f, g) = (Mod(b - e), Mod(b + e));
        return new EdwardsPoint(Mod(a * f * (((one.X + one.Y) * (other.X + other.Y)) - c - d)), Mod(a * g * (d + c)), Mod(f * g));
    }

    public static EdwardsPoint operator *(BigInteger times, EdwardsPoint point)
    {
        var sum = new EdwardsPoint(0, 1, 1);
        for (; times > 0; times >>= 1, point += point)
        {
            if (!times.IsEven) sum += point;
        }
        return sum;
    }

    /// <summary>32 bytes: y, little-endian, and the sign of x in the last bit.</summary>
    public byte[] Encode()
    {
        var z = Inverse(Z);
        var bytes = Little(Mod(Y * z));
        if (!Mod(X * z).IsEven) bytes[31] |= 0x80;
        return bytes;
    }

    static EdwardsPoint Decode(byte[] bytes)
    {
        var odd = bytes[31] >= 0x80;
        var y = Number([.. bytes[..31], (byte)(bytes[31] & 0x7f)]);
        var square = Mod(((y * y) - 1) * Inverse((D * y * y) + 1));
        var x = BigInteger.ModPow(square, (P + 3) / 8, P);
        if (Mod(x * x) != square) x = Mod(x * BigInteger.ModPow(2, (P - 1) / 4, P));
        return new EdwardsPoint(x.IsEven == odd ? P - x : x, y, 1);
    }

    static BigInteger Inverse(BigInteger value) => BigInteger.ModPow(Mod(value), P - 2, P);
}
