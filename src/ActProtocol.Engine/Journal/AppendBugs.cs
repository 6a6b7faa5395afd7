namespace ActProtocol.Engine.Journal;

/// <summary>What no caller in its right mind sends, refused before anything is written, by every log alike.</summary>
public static class AppendBugs
{
    /// <summary>Checks all that can be told without knowing where the partitions end.</summary>
    /// <exception cref="ArgumentException">An append is empty, names a partition that is not there or that another one
    /// names, or has entries that do not follow each other.</exception>
    public static void Refuse(IReadOnlyList<PartitionAppend> appends, int partitions)
    {
        for (var i = 0; i < appends.Count; i++)
        {
            var append = appends[i];
            RefusePartition(append.Partition, partitions);
            for (var j = 0; j < i; j++)
                if (appends[j].Partition == append.Partition)
                    throw new ArgumentException($"Partition {append.Partition} is named twice in one call.");

            if (append.Entries.Count == 0)
                throw new ArgumentException($"Nothing to append to partition {append.Partition}.");
            RefuseGaps(append);
        }
    }

    /// <summary>Checks what needs the end of the log: that the first entry follows the last one.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static void RefuseStranger(PartitionAppend append, Tail tail)
    {
        if (!append.Entries[0].Follows(tail.Head.Span))
            throw new ArgumentException($"Partition {append.Partition}, position {tail.Next}: the head does not follow the log's.");
    }

    public static void RefusePartition(int partition, int partitions)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(partition, partitions);
    }

    private static void RefuseGaps(PartitionAppend append)
    {
        for (var i = 0; i < append.Entries.Count; i++)
        {
            var entry = append.Entries[i];
            if (entry.Position != append.ExpectedNext + i)
                throw new ArgumentException($"Partition {append.Partition}: position {entry.Position} where {append.ExpectedNext + i} is due.");
            if (entry.Head.Length != JournalEntry.HeadLength || (i > 0 && !entry.Follows(append.Entries[i - 1].Head.Span)))
                throw new ArgumentException($"Partition {append.Partition}, position {entry.Position}: the head does not follow the one before.");
        }
    }
}
