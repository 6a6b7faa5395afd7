using System.Buffers.Binary;
using System.Text;
using ActProtocol.Envelopes;
using Google.Protobuf;

namespace ActProtocol.Engine.Journal;

/// <summary>Reads what <see cref="SnapshotWriter"/> wrote, in the same order. The store has checked the bytes.</summary>
public sealed class SnapshotReader(ReadOnlyMemory<byte> bytes)
{
    int _at;

    public long Int() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    public bool Bool() => Int() != 0;

    public Int128 Wide() => BinaryPrimitives.ReadInt128LittleEndian(Take(16));

    public Id16 Id() => new(unchecked((UInt128)Wide()));

    public Digest Digest() => new(Take(Envelopes.Digest.Length));

    public byte[] Bytes() => Take(checked((int)Int())).ToArray();

    public string Text() => Encoding.UTF8.GetString(Take(checked((int)Int())));

    public T? Message<T>(MessageParser<T> parser) where T : class, IMessage<T>
    {
        var length = checked((int)Int());
        return length == 0 ? null : parser.ParseFrom(Take(length));
    }

    public void Each(Action read)
    {
        for (var left = Int(); left > 0; left--) read();
    }

    ReadOnlySpan<byte> Take(int length)
    {
        var taken = bytes.Span.Slice(_at, length);
        _at += length;
        return taken;
    }
}
