using System.Buffers.Binary;
using Google.Protobuf;

namespace ActProtocol.Envelopes;

/// <summary>32 bytes that name something: a SHA-256, or a key's thumbprint.</summary>
public readonly struct Digest : IEquatable<Digest>, IComparable<Digest>
{
    public const int Length = 32;

    readonly UInt128 _high;
    readonly UInt128 _low;

    public Digest(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length) throw new ArgumentException($"A digest has {Length} bytes, not {bytes.Length}.");
        _high = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        _low = BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]);
    }

    /// <summary>Reads what a wire field holds: <paramref name="bytes"/> must have been checked to have 32 bytes or none.</summary>
    public static Digest FromWire(ByteString bytes) => bytes.IsEmpty ? default : new Digest(bytes.Span);

    public bool IsZero => _high == 0 && _low == 0;

    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt128BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt128BigEndian(destination[16..], _low);
    }

    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    public ByteString ToWire() => UnsafeByteOperations.UnsafeWrap(ToArray());

    public bool Equals(Digest other) => _high == other._high && _low == other._low;

    public override bool Equals(object? obj) => obj is Digest other && Equals(other);

    // Any 32 bits of a digest are as good a hash as another; low bits, since message ids may begin with a time.
    public override int GetHashCode() => unchecked((int)(ulong)_low ^ (int)(ulong)(_high >> 64));

    public int CompareTo(Digest other) => _high != other._high ? _high.CompareTo(other._high) : _low.CompareTo(other._low);

    public override string ToString() => Convert.ToHexStringLower(ToArray());

    public static bool operator ==(Digest left, Digest right) => left.Equals(right);

    public static bool operator !=(Digest left, Digest right) => !left.Equals(right);

    public static bool operator <(Digest left, Digest right) => left.CompareTo(right) < 0;

    public static bool operator >(Digest left, Digest right) => left.CompareTo(right) > 0;

    public static bool operator <=(Digest left, Digest right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Digest left, Digest right) => left.CompareTo(right) >= 0;
}
