using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using ActProtocol.Envelopes;
using Google.Protobuf;

namespace ActProtocol.Engine.Journal;

/// <summary>Writes a state byte for byte the same wherever it is the same: collections go out sorted, numbers at fixed width.</summary>
public sealed class SnapshotWriter
{
    readonly ArrayBufferWriter<byte> _bytes = new();

    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    public void Int(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.GetSpan(sizeof(long)), value);
        _bytes.Advance(sizeof(long));
    }

    public void Bool(bool value) => Int(value ? 1 : 0);

    public void Wide(Int128 value)
    {
        BinaryPrimitives.WriteInt128LittleEndian(_bytes.GetSpan(16), value);
        _bytes.Advance(16);
    }

    public void Id(Id16 value) => Wide(unchecked((Int128)value.Value));

    public void Digest(Digest value)
    {
        value.CopyTo(_bytes.GetSpan(Envelopes.Digest.Length));
        _bytes.Advance(Envelopes.Digest.Length);
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Int(value.Length);
        _bytes.Write(value);
    }

    public void Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    public void Message(IMessage? value) => Bytes(value is null ? [] : value.ToByteArray());

    /// <summary>A count, then each item in the order of its key.</summary>
    public void Sorted<TKey, TValue>(IEnumerable<KeyValuePair<TKey, TValue>> items, Action<TKey, TValue> write) where TKey : notnull
    {
        var sorted = items.OrderBy(item => item.Key, KeyOrder<TKey>.Comparer).ToList();
        Int(sorted.Count);
        foreach (var (key, value) in sorted) write(key, value);
    }

    public void List<T>(IReadOnlyCollection<T> items, Action<T> write)
    {
        Int(items.Count);
        foreach (var item in items) write(item);
    }

    static class KeyOrder<TKey>
    {
        public static readonly IComparer<TKey> Comparer =
            typeof(TKey) == typeof(string) ? (IComparer<TKey>)(object)StringComparer.Ordinal : System.Collections.Generic.Comparer<TKey>.Default;
    }
}
