using System.Runtime.CompilerServices;

namespace ActProtocol.Engine.Journal;

/// <summary>A log for tests and simulations: keeps the contract, forgets all with the process, and fails on demand.</summary>
/// <remarks>Each fault asked for befalls one call of <see cref="AppendAsync"/>, in the order they were asked for.</remarks>
public sealed class MemoryLog : IPartitionLog, ISnapshotStore
{
    private readonly Lock _lock = new();
    private readonly List<JournalEntry>[] _entries;
    private readonly long[] _epochs;
    private readonly Snapshot?[] _snapshots;
    private readonly Queue<Func<ValueTask<MemoryFault>>> _faults = new();

    public MemoryLog(int partitions)
    {
        _entries = [.. Enumerable.Range(0, partitions).Select(_ => new List<JournalEntry>())];
        _epochs = new long[partitions];
        _snapshots = new Snapshot?[partitions];
    }

    /// <summary>The next append waits until it is released, and is judged only then: a write that arrives late.</summary>
    public HangingAppend HangNext()
    {
        var hanging = new HangingAppend();
        Ask(async () =>
        {
            await hanging.WaitAsync().ConfigureAwait(false);
            return MemoryFault.None;
        });
        return hanging;
    }

    /// <summary>The next append is as any other: the faults asked for after this befall later ones.</summary>
    public void PassNext() => Ask(() => new(MemoryFault.None));

    /// <summary>The next append's outcome is unknown; in truth it was judged, and written if it could be, or never arrived.</summary>
    public void UnknownNext(bool written) => Ask(() => new(written ? MemoryFault.AnswerLost : MemoryFault.AppendLost));

    /// <summary>The next append throws and writes nothing.</summary>
    public void FailNext(Exception exception) => Ask(() => ValueTask.FromException<MemoryFault>(exception));

    /// <summary>Flips one bit of a stored record, as a disk might.</summary>
    public void FlipBit(int partition, long position, int bit = 0)
    {
        lock (_lock)
        {
            var entry = _entries[partition][checked((int)position - 1)];
            var record = entry.Record.ToArray();
            record[bit / 8] ^= (byte)(1 << (bit % 8));
            _entries[partition][checked((int)position - 1)] = entry with { Record = record };
        }
    }

    public ValueTask<Tail> TailAsync(int partition, CancellationToken cancellationToken)
    {
        AppendBugs.RefusePartition(partition, _epochs.Length);
        lock (_lock)
            return new(End(partition));
    }

    public ValueTask<Tail> ClaimAsync(int partition, CancellationToken cancellationToken)
    {
        AppendBugs.RefusePartition(partition, _epochs.Length);
        lock (_lock)
        {
            _epochs[partition]++;
            return new(End(partition));
        }
    }

    public async ValueTask<IReadOnlyList<AppendResult>> AppendAsync(IReadOnlyList<PartitionAppend> appends)
    {
        AppendBugs.Refuse(appends, _epochs.Length);
        var fault = await NextFault().ConfigureAwait(false);
        if (fault == MemoryFault.AppendLost)
            return Unknown(appends, "The append was lost.");

        var results = new AppendResult[appends.Count];
        lock (_lock)
        {
            for (var i = 0; i < results.Length; i++)
                results[i] = new(Judge(appends[i]));
            for (var i = 0; i < results.Length; i++)
                if (results[i].Outcome == AppendOutcome.Committed)
                    // As a disk would: what can be computed from the record is not kept beside it.
                    _entries[appends[i].Partition].AddRange(appends[i].Entries.Select(entry => entry with { Leaf = default }));
        }

        return fault == MemoryFault.AnswerLost ? Unknown(appends, "The answer was lost.") : results;
    }

    public async IAsyncEnumerable<JournalEntry> ReadAsync(int partition, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var end = (await TailAsync(partition, cancellationToken).ConfigureAwait(false)).Next;
        var head = from <= 1 ? JournalEntry.Genesis : At(partition, from - 1)?.Head ?? default;
        for (var position = Math.Max(from, 1); position < end; position++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var entry = At(partition, position)!;
            if (!entry.Follows(head.Span))
                throw new JournalCorruptException(partition, position, "the record does not fit its head.");
            head = entry.Head;
            yield return entry;
        }
    }

    public ValueTask<JournalEntry?> FindAsync(int partition, long position, CancellationToken cancellationToken)
    {
        var entry = At(partition, position);
        if (entry is not null && !entry.Follows(position == 1 ? JournalEntry.Genesis.Span : At(partition, position - 1)!.Head.Span))
            throw new JournalCorruptException(partition, position, "the record does not fit its head.");
        return new(entry);
    }

    public ValueTask<Snapshot?> LatestAsync(int partition, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new(_snapshots[partition]);
    }

    public ValueTask PutAsync(int partition, Snapshot snapshot, CancellationToken cancellationToken)
    {
        lock (_lock)
            if (!(_snapshots[partition]?.Position > snapshot.Position))
                _snapshots[partition] = snapshot;
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static AppendResult[] Unknown(IReadOnlyList<PartitionAppend> appends, string why) =>
        [.. appends.Select(_ => new AppendResult(AppendOutcome.Unknown, new IOException(why)))];

    private AppendOutcome Judge(PartitionAppend append)
    {
        var tail = End(append.Partition);
        if (append.Epoch != tail.Epoch || append.Epoch == 0)
            return AppendOutcome.Fenced;
        if (append.ExpectedNext != tail.Next)
            return AppendOutcome.Conflict;

        AppendBugs.RefuseStranger(append, tail);
        return AppendOutcome.Committed;
    }

    private Tail End(int partition) =>
        new(_entries[partition].Count + 1, _epochs[partition], _entries[partition] is [.., var last] ? last.Head : JournalEntry.Genesis);

    private JournalEntry? At(int partition, long position)
    {
        AppendBugs.RefusePartition(partition, _epochs.Length);
        lock (_lock)
            return position >= 1 && position <= _entries[partition].Count ? _entries[partition][(int)position - 1] : null;
    }

    private void Ask(Func<ValueTask<MemoryFault>> fault)
    {
        lock (_lock)
            _faults.Enqueue(fault);
    }

    private ValueTask<MemoryFault> NextFault()
    {
        Func<ValueTask<MemoryFault>>? fault;
        lock (_lock)
            _faults.TryDequeue(out fault);
        return fault is null ? new(MemoryFault.None) : fault();
    }

    private enum MemoryFault
    {
        None,
        AppendLost,
        AnswerLost,
    }
}
