using System.Buffers.Binary;
using Google.Protobuf;

namespace ActProtocol.Engine.Stored;

/// <summary>Amounts within the broker: 128 bits of nanos, big-endian.</summary>
static class Amounts
{
    public static ByteString ToWire(Int128 nanos)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteInt128BigEndian(bytes, nanos);
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    public static Int128 FromWire(ByteString bytes) => BinaryPrimitives.ReadInt128BigEndian(bytes.Span);
}
