namespace ActProtocol.Engine.Journal;

/// <summary>One durable, totally ordered, conditionally appendable log for each partition: all that safety needs.</summary>
/// <remarks>
/// The contract, which every implementation is tested by:
/// <list type="number">
/// <item><see cref="AppendOutcome.Committed"/> only after the entries are durable; a partition's entries all or none, positions without gaps.</item>
/// <item><see cref="AppendOutcome.Conflict"/> and <see cref="AppendOutcome.Fenced"/> mean that nothing was written for that partition.
/// <see cref="AppendOutcome.Unknown"/> means either: the owner reads the tail again and compares heads.</item>
/// <item>After a claim with epoch e no append with a lower epoch commits, not even one already on its way.</item>
/// <item>Sending the same append again is harmless: it conflicts.</item>
/// <item>Reads never show an entry that is not committed, torn, or out of order; a wrong head hash stops the reader loudly.</item>
/// <item>Appends of many partitions given together share one commit where the store can.</item>
/// </list>
/// </remarks>
public interface IPartitionLog : IAsyncDisposable
{
    /// <summary>Where a partition's log ends.</summary>
    ValueTask<Tail> TailAsync(int partition, CancellationToken cancellationToken);

    /// <summary>Becomes the only writer of a partition: its epoch rises by one. Durable when it returns.</summary>
    ValueTask<Tail> ClaimAsync(int partition, CancellationToken cancellationToken);

    /// <summary>Appends to several partitions at once, each on its own condition. Deliberately without a cancellation token:
    /// a cancelled append would be an unknown one. Answers in the order of <paramref name="appends"/>.</summary>
    ValueTask<IReadOnlyList<AppendResult>> AppendAsync(IReadOnlyList<PartitionAppend> appends);

    /// <summary>Entries from <paramref name="from"/> (inclusive) on, contiguous, each verified against the chain of heads.</summary>
    /// <exception cref="JournalCorruptException">An entry is missing or does not fit its head.</exception>
    IAsyncEnumerable<JournalEntry> ReadAsync(int partition, long from, CancellationToken cancellationToken);

    /// <summary>One committed entry, or null.</summary>
    ValueTask<JournalEntry?> FindAsync(int partition, long position, CancellationToken cancellationToken);
}

/// <summary>Rebuildable states; losing one costs time, never truth.</summary>
public interface ISnapshotStore
{
    ValueTask<Snapshot?> LatestAsync(int partition, CancellationToken cancellationToken);

    ValueTask PutAsync(int partition, Snapshot snapshot, CancellationToken cancellationToken);
}

/// <summary>A partition's state after the entry at <paramref name="Position"/>, whose head is <paramref name="Head"/>.</summary>
public sealed record Snapshot(long Position, ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> State);

/// <summary>The end of a partition's log: the next position (the first is 1), the epoch, and the head after the last entry.</summary>
public readonly record struct Tail(long Next, long Epoch, ReadOnlyMemory<byte> Head);

/// <summary>Entries for one partition, to be written only if its log ends right before <paramref name="ExpectedNext"/>.</summary>
public sealed record PartitionAppend(int Partition, long Epoch, long ExpectedNext, IReadOnlyList<JournalEntry> Entries);

public enum AppendOutcome
{
    Committed,
    Conflict,
    Fenced,
    Unknown,
}

/// <param name="Cause">Why the outcome is unknown; null otherwise.</param>
public readonly record struct AppendResult(AppendOutcome Outcome, Exception? Cause = null);

/// <summary>The journal does not hold what its heads say. The partition must not be served.</summary>
public sealed class JournalCorruptException(int partition, long position, string what)
    : IOException($"Partition {partition}, position {position}: {what}")
{
    public int Partition { get; } = partition;

    public long Position { get; } = position;
}
