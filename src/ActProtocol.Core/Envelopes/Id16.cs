using System.Buffers.Binary;
using Google.Protobuf;

namespace ActProtocol.Envelopes;

/// <summary>16 opaque bytes: a message id or a transaction id. Zero stands for none.</summary>
public readonly record struct Id16(UInt128 Value) : IComparable<Id16>
{
    public const int Length = 16;

    public static Id16 FromBytes(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128BigEndian(bytes));

    /// <summary>Reads what a wire field holds: 16 bytes, or none.</summary>
    public static Id16 FromWire(ByteString bytes) => bytes.IsEmpty ? default : FromBytes(bytes.Span);

    public bool IsNone => Value == 0;

    public ByteString ToWire()
    {
        var bytes = new byte[Length];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    public void CopyTo(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, Value);

    public int CompareTo(Id16 other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString("x32", null);

    public static bool operator <(Id16 left, Id16 right) => left.Value < right.Value;

    public static bool operator >(Id16 left, Id16 right) => left.Value > right.Value;

    public static bool operator <=(Id16 left, Id16 right) => left.Value <= right.Value;

    public static bool operator >=(Id16 left, Id16 right) => left.Value >= right.Value;
}
