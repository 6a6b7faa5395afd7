using System.Buffers.Binary;

namespace ActProtocol.Engine.Journal;

/// <summary>Makes entries that follow each other.</summary>
static class Chain
{
    /// <summary>Entries for the places right after <paramref name="tail"/>; equal seeds make equal records.</summary>
    public static JournalEntry[] After(Tail tail, int count, int seed = 0, int recordBytes = 24, int privateBytes = 20)
    {
        var entries = new JournalEntry[count];
        var head = tail.Head;
        for (var i = 0; i < count; i++)
        {
            var record = new byte[recordBytes];
            BinaryPrimitives.WriteInt64BigEndian(record, tail.Next + i);
            BinaryPrimitives.WriteInt32BigEndian(record.AsSpan(8), seed);
            var next = new byte[JournalEntry.HeadLength];
            JournalEntry.LeafHash(record, next);
            JournalEntry.NextHead(head.Span, next, next);
            entries[i] = new(tail.Next + i, record, new byte[privateBytes], next);
            head = next;
        }

        return entries;
    }

    /// <summary>An append that commits if <paramref name="tail"/> still holds.</summary>
    public static PartitionAppend Append(int partition, Tail tail, int count = 1, int seed = 0) =>
        new(partition, tail.Epoch, tail.Next, After(tail, count, seed));

    /// <summary>The tail once <paramref name="append"/> is committed.</summary>
    public static Tail End(PartitionAppend append) =>
        new(append.ExpectedNext + append.Entries.Count, append.Epoch, append.Entries[^1].Head);

    public static void Same(JournalEntry expected, JournalEntry? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Position, actual.Position);
        Assert.Equal(expected.Record.ToArray(), actual.Record.ToArray());
        Assert.Equal(expected.Private.ToArray(), actual.Private.ToArray());
        Assert.Equal(expected.Head.ToArray(), actual.Head.ToArray());
    }

    public static void Same(Tail expected, Tail actual)
    {
        Assert.Equal((expected.Next, expected.Epoch), (actual.Next, actual.Epoch));
        Assert.Equal(expected.Head.ToArray(), actual.Head.ToArray());
    }
}
