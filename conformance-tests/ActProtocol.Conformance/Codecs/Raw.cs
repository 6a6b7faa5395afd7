namespace ActProtocol.Conformance.Codecs;

/// <summary>Protobuf as no library would write it: fields twice, out of order, over-long, cut.</summary>
static class Raw
{
    public static byte[] Varint(ulong n)
    {
        List<byte> bytes = [];
        for (; n >= 0x80; n >>= 7) bytes.Add((byte)((n & 0x7f) | 0x80));
        return [.. bytes, (byte)n];
    }

    /// <summary>The same number in <paramref name="length"/> bytes.</summary>
    public static byte[] LongVarint(ulong n, int length)
    {
        var shortest = Varint(n);
        if (shortest.Length >= length) return shortest;
        shortest[^1] |= 0x80;
        return [.. shortest, .. Enumerable.Repeat((byte)0x80, length - shortest.Length - 1), 0];
    }

    public static byte[] Tag(int number, int wireType) => Varint(((ulong)number << 3) | (uint)wireType);

    public static byte[] Int(int number, ulong value) => [.. Tag(number, 0), .. Varint(value)];

    public static byte[] Bytes(int number, params ReadOnlySpan<byte> value) => [.. Tag(number, 2), .. Varint((ulong)value.Length), .. value];

    public static byte[] Text(int number, string value) => Bytes(number, System.Text.Encoding.UTF8.GetBytes(value));

    /// <summary>The fields of a well-formed message, each with its tag.</summary>
    public static IReadOnlyList<byte[]> Fields(byte[] message)
    {
        List<byte[]> fields = [];
        for (var at = 0; at < message.Length;)
        {
            var start = at;
            var tag = ReadVarint(message, ref at);
            var length = (tag & 7) switch
            {
                0 => VarintLength(message, at),
                1 => 8,
                2 => checked((int)ReadVarint(message, ref at)),
                _ => 4,
            };
            at += length;
            fields.Add(message[start..at]);
        }
        return fields;
    }

    /// <summary>The same message with its fields from the highest number to the lowest; repeated ones keep their order, which has a meaning.</summary>
    public static byte[] Reversed(byte[] message) => [.. Fields(message).OrderByDescending(NumberOf).SelectMany(field => field)];

    /// <summary>What the first field of this number holds: bytes or a message.</summary>
    public static byte[] Payload(byte[] message, int number)
    {
        foreach (var field in Fields(message))
        {
            if (NumberOf(field) != number) continue;
            var at = 0;
            ReadVarint(field, ref at);
            ReadVarint(field, ref at);
            return field[at..];
        }
        throw new InvalidDataException($"There is no field {number}.");
    }

    /// <summary>The same message with the first field of this number changed.</summary>
    public static byte[] With(byte[] message, int number, Func<byte[], byte[]> change)
    {
        var changed = false;
        List<byte> all = [];
        foreach (var field in Fields(message))
        {
            var isIt = !changed && NumberOf(field) == number;
            all.AddRange(isIt ? change(field) : field);
            changed |= isIt;
        }
        return changed ? [.. all] : throw new InvalidDataException($"There is no field {number}.");
    }

    static int NumberOf(byte[] field)
    {
        var at = 0;
        return (int)(ReadVarint(field, ref at) >> 3);
    }

    static int VarintLength(byte[] bytes, int at)
    {
        var start = at;
        ReadVarint(bytes, ref at);
        return at - start;
    }

    static ulong ReadVarint(byte[] bytes, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var b = bytes[at++];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80) return value;
        }
    }
}
