using System.Buffers.Binary;
using Google.Protobuf;

namespace ActProtocol.Engine.Hosting;

/// <summary>The opaque cursor of a delivery: where its record stands.</summary>
public static class MailCursor
{
    const int Length = sizeof(uint) + sizeof(ulong);

    public static ByteString ToWire(int partition, long position)
    {
        var bytes = new byte[Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)partition);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(sizeof(uint)), (ulong)position);
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    /// <summary>False for bytes that are no cursor.</summary>
    public static bool TryRead(ByteString cursor, out int partition, out long position)
    {
        (partition, position) = (0, 0);
        if (cursor.Length != Length) return false;
        var (p, n) = (BinaryPrimitives.ReadUInt32BigEndian(cursor.Span), BinaryPrimitives.ReadUInt64BigEndian(cursor.Span[sizeof(uint)..]));
        if (p > int.MaxValue || n > long.MaxValue) return false;
        (partition, position) = ((int)p, (long)n);
        return true;
    }
}
