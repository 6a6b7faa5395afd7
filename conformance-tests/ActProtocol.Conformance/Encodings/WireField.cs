using System.Buffers.Binary;

namespace ActProtocol.Conformance.Encodings;

/// <summary>One field of a message as it is to stand on the wire, right or wrong.</summary>
/// <param name="Number">Its number; 0 is none that protobuf allows.</param>
/// <param name="Type">0 varint, 1 eight bytes, 2 length and bytes, 3 and 4 groups, 5 four bytes, 6 and 7 nothing that there is.</param>
sealed record WireField(uint Number, int Type)
{
    /// <summary>Of type 0, and of types 1 and 5 as they are read, little-endian.</summary>
    public ulong Value { get; init; }

    /// <summary>Of type 2.</summary>
    public byte[] Bytes { get; init; } = [];

    /// <summary>Of type 2, in place of <see cref="Bytes"/>.</summary>
    public WireMessage? Message { get; init; }

    /// <summary>Bytes that the tag takes at least: more than needed is over-long, and allowed.</summary>
    public int TagBytes { get; init; }

    /// <summary>The same of a varint's value, or of the length.</summary>
    public int ValueBytes { get; init; }

    /// <summary>What is claimed as length; null: the truth.</summary>
    public ulong? Length { get; init; }

    /// <summary>These bytes and no others, tag and all.</summary>
    public byte[]? Raw { get; init; }

    public static WireField Verbatim(byte[] bytes) => new(0, 0) { Raw = bytes };

    public static WireField Varint(uint number, ulong value) => new(number, 0) { Value = value };

    public static WireField Of(uint number, byte[] bytes) => new(number, 2) { Bytes = bytes };

    public static WireField Of(uint number, string text) => Of(number, System.Text.Encoding.UTF8.GetBytes(text));

    public static WireField Of(uint number, WireMessage message) => new(number, 2) { Message = message };

    public void WriteTo(List<byte> output)
    {
        if (Raw is not null)
        {
            output.AddRange(Raw);
            return;
        }
        Write(output, ((ulong)Number << 3) | (uint)Type, TagBytes);
        switch (Type)
        {
            case 0:
                Write(output, Value, ValueBytes);
                break;
            case 1:
                output.AddRange(LittleEndian(8));
                break;
            case 2:
                var bytes = Message?.ToBytes() ?? Bytes;
                Write(output, Length ?? (ulong)bytes.Length, ValueBytes);
                output.AddRange(bytes);
                break;
            case 5:
                output.AddRange(LittleEndian(4));
                break;
            default:
                break;
        }
    }

    /// <summary>A varint in <paramref name="bytesMin"/> bytes or as many as it takes.</summary>
    public static void Write(List<byte> output, ulong value, int bytesMin = 0)
    {
        var count = 1;
        for (; value >= 0x80 || count < bytesMin; count++, value >>= 7) output.Add((byte)((value & 0x7f) | 0x80));
        output.Add((byte)value);
    }

    byte[] LittleEndian(int count)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Value);
        return bytes[..count];
    }
}
