using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace ActProtocol.Conformance.Signing;

/// <summary>The curve of Ed25519 by plain arithmetic (RFC 8032, section 5.1), for keys and signatures that no library makes.</summary>
/// <remarks>Slow, and its time tells the secrets: for the keys of tests alone.</remarks>
sealed record Edwards(BigInteger X, BigInteger Y, BigInteger Z)
{
    static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    static readonly BigInteger D = Mod(-121665 * Inverse(121666));

    /// <summary>The order of the base point.</summary>
    public static readonly BigInteger L = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", CultureInfo.InvariantCulture);

    public static readonly Edwards Identity = new(0, 1, 1);

    public static readonly Edwards Base = Decode(Convert.FromHexString("5866666666666666666666666666666666666666666666666666666666666666"));

    /// <summary>A point of order 8: its multiples are all points of small order.</summary>
    public static readonly Edwards OfOrder8 = Decode(Convert.FromHexString("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"));

    public static Edwards operator +(Edwards one, Edwards other)
    {
        var a = Mod(one.Z * other.Z);
        var b = Mod(a * a);
        var c = Mod(one.X * other.X);
        var d = Mod(one.Y * other.Y);
        var e = Mod(D * c * d);
        var (f, g) = (Mod(b - e), Mod(b + e));
        return new Edwards(Mod(a * f * (((one.X + one.Y) * (other.X + other.Y)) - c - d)), Mod(a * g * (d + c)), Mod(f * g));
    }

    public static Edwards operator *(BigInteger times, Edwards point)
    {
        var sum = Identity;
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
        var bytes = ToBytes(Mod(Y * z));
        if (!Mod(X * z).IsEven) bytes[31] |= 0x80;
        return bytes;
    }

    /// <summary>The scalar that a key's seed stands for (RFC 8032, section 5.1.5).</summary>
    public static BigInteger ScalarOf(byte[] seed)
    {
        var bytes = SHA512.HashData(seed)[..32];
        bytes[0] &= 248;
        bytes[31] &= 127;
        bytes[31] |= 64;
        return FromBytes(bytes);
    }

    /// <summary>k of the equation S·B = R + k·A.</summary>
    public static BigInteger Challenge(byte[] r, byte[] a, byte[] message) => FromBytes(SHA512.HashData([.. r, .. a, .. message])) % L;

    public static BigInteger FromBytes(byte[] littleEndian) => new(littleEndian, isUnsigned: true);

    public static byte[] ToBytes(BigInteger value)
    {
        var bytes = new byte[32];
        value.ToByteArray(isUnsigned: true).CopyTo(bytes, 0);
        return bytes;
    }

    static Edwards Decode(byte[] bytes)
    {
        var odd = bytes[31] >= 0x80;
        var y = FromBytes([.. bytes[..31], (byte)(bytes[31] & 0x7f)]);
        var square = Mod((y * y - 1) * Inverse(Mod(D * y * y + 1)));
        var x = BigInteger.ModPow(square, (P + 3) / 8, P);
        if (Mod(x * x) != square) x = Mod(x * BigInteger.ModPow(2, (P - 1) / 4, P));
        return new Edwards(x.IsEven == odd ? P - x : x, y, 1);
    }

    static BigInteger Inverse(BigInteger value) => BigInteger.ModPow(Mod(value), P - 2, P);

    static BigInteger Mod(BigInteger value) => value % P is var rest && rest.Sign < 0 ? rest + P : rest;
}
