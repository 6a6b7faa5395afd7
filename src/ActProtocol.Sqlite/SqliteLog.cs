using System.Runtime.CompilerServices;
using ActProtocol.Engine.Journal;
using Microsoft.Data.Sqlite;

namespace ActProtocol.Sqlite;

/// <summary>All partitions' logs in one SQLite file, used as a log: appended at the end, one commit for all that waits.</summary>
/// <remarks>
/// A folder holds <c>journal.db</c> (the truth), <c>snapshots.db</c> (rebuildable), <c>high-water</c> (how far the journal is
/// known to reach), and <c>lock</c>. Look inside with <c>sqlite3 -readonly</c>; an older SQLite must not write to it.
/// </remarks>
public sealed class SqliteLog : IPartitionLog, ISnapshotStore
{
    private const int ReadCount = 256;

    private readonly StoreLock _lock;
    private readonly Tails _tails;
    private readonly Writer _writer;
    private readonly ReaderPool _readers;
    private readonly SnapshotFile _snapshots;
    private readonly HighWaterKeeper _highWater;

    private SqliteLog(string folder, StoreLock @lock, StoreHeader header, SqliteConnection connection, SnapshotFile snapshots, Tails tails)
    {
        Header = header;
        _lock = @lock;
        _tails = tails;
        _snapshots = snapshots;
        _writer = new(connection, tails);
        _readers = new(Path.Combine(folder, JournalName));
        _highWater = new(folder, tails, TimeProvider.System);
    }

    /// <summary>What the store was made for.</summary>
    public StoreHeader Header { get; }

    private static string JournalName => "journal.db";

    /// <summary>Makes a new store in a folder, which is made too if need be, and opens it.</summary>
    /// <exception cref="StoreExistsException">There is one already.</exception>
    public static SqliteLog Create(string folder, StoreHeader header)
    {
        ArgumentException.ThrowIfNullOrEmpty(header.Broker);
        ArgumentOutOfRangeException.ThrowIfLessThan(header.Partitions, 1);
        Directory.CreateDirectory(folder);
        using (StoreLock.Take(folder))
        using (var connection = Database.OpenWriter(Path.Combine(folder, JournalName)))
        {
            if (Schema.Exists(connection))
                throw new StoreExistsException(folder);
            Schema.Create(connection, header);
            Database.Checkpoint(connection, truncate: true);
        }

        return Open(folder);
    }

    /// <summary>Opens a store for this process alone, after checking that its logs are whole as far as that can be told.</summary>
    /// <exception cref="StoreMissingException">There is none.</exception>
    /// <exception cref="StoreInUseException">Another process has it.</exception>
    /// <exception cref="JournalCorruptException">A partition's last entry does not fit its head.</exception>
    /// <exception cref="JournalTruncatedException">A partition ends before a place that it had reached.</exception>
    public static SqliteLog Open(string folder) => Open(folder, "FULL");

    /// <summary>For tests, which must be able to fail: with <c>synchronous=OFF</c> a power cut loses what was acknowledged.</summary>
    internal static SqliteLog Open(string folder, string synchronous, int pagesMax = int.MaxValue)
    {
        if (!File.Exists(Path.Combine(folder, JournalName)))
            throw new StoreMissingException(folder);

        var opened = new Stack<IDisposable>();
        try
        {
            var @lock = Push(StoreLock.Take(folder));
            var connection = Push(Database.OpenWriter(Path.Combine(folder, JournalName), synchronous));
            if (!Schema.Exists(connection))
                throw new StoreMissingException(folder);
            if (pagesMax < int.MaxValue)
                Database.Execute(connection, $"PRAGMA max_page_count = {pagesMax}");

            // A killed process may have left a commit that it never synced. Nobody is shown that before it is durable.
            Database.Checkpoint(connection, truncate: true);
            var header = Schema.ReadHeader(connection);
            var tails = new Tails(header.Partitions);
            tails.Set([.. Enumerable.Range(0, header.Partitions).Select(p => KeyValuePair.Create(p, Schema.ReadTail(connection, p)))]);
            CheckHighWater(folder, connection, tails);
            var snapshots = Push(SnapshotFile.Open(Path.Combine(folder, "snapshots.db")));
            return new(folder, @lock, header, connection, snapshots, tails);
        }
        catch
        {
            while (opened.TryPop(out var resource))
                resource.Dispose();
            throw;
        }

        T Push<T>(T resource)
            where T : IDisposable
        {
            opened.Push(resource);
            return resource;
        }
    }

    /// <exception cref="IOException">After a failed commit the file cannot be read or written, so that nobody can say.</exception>
    public async ValueTask<Tail> TailAsync(int partition, CancellationToken cancellationToken)
    {
        AppendBugs.RefusePartition(partition, _tails.Count);
        return _tails.Known(partition) ?? await AskAsync(new(partition, claim: false), cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="IOException">The claim failed, or may have; claiming again is harmless.</exception>
    public ValueTask<Tail> ClaimAsync(int partition, CancellationToken cancellationToken)
    {
        AppendBugs.RefusePartition(partition, _tails.Count);
        return AskAsync(new(partition, claim: true), cancellationToken);
    }

    public async ValueTask<IReadOnlyList<AppendResult>> AppendAsync(IReadOnlyList<PartitionAppend> appends)
    {
        // The chain is hashed here, by the callers' many threads, and not by the writer.
        AppendBugs.Refuse(appends, _tails.Count);
        if (appends.Count == 0)
            return [];

        var job = new AppendJob(appends);
        await _writer.PutAsync(job).ConfigureAwait(false);
        return await job.Done.ConfigureAwait(false);
    }

    public async IAsyncEnumerable<JournalEntry> ReadAsync(int partition, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var end = (await TailAsync(partition, cancellationToken).ConfigureAwait(false)).Next;
        for (var next = Math.Max(from, 1); next < end;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var entry in ReadVerified(partition, next, (int)Math.Min(ReadCount, end - next)))
            {
                next++;
                yield return entry;
            }
        }
    }

    public async ValueTask<JournalEntry?> FindAsync(int partition, long position, CancellationToken cancellationToken)
    {
        var tail = await TailAsync(partition, cancellationToken).ConfigureAwait(false);
        return position >= 1 && position < tail.Next ? ReadVerified(partition, position, 1)[0] : null;
    }

    /// <summary>The latest snapshot that is whole and whose head is the journal's.</summary>
    public async ValueTask<Snapshot?> LatestAsync(int partition, CancellationToken cancellationToken)
    {
        AppendBugs.RefusePartition(partition, _tails.Count);
        foreach (var snapshot in await Task.Run(() => _snapshots.Read(partition), cancellationToken).ConfigureAwait(false))
        {
            var head = snapshot.Position == 0
                ? JournalEntry.Genesis
                : (await FindAsync(partition, snapshot.Position, cancellationToken).ConfigureAwait(false))?.Head;
            if (head is { } known && known.Span.SequenceEqual(snapshot.Head.Span))
                return snapshot;
        }

        return null;
    }

    public async ValueTask PutAsync(int partition, Snapshot snapshot, CancellationToken cancellationToken)
    {
        AppendBugs.RefusePartition(partition, _tails.Count);
        await Task.Run(() => _snapshots.Put(partition, snapshot), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Commits what waits and closes the files. No read may be going on.</summary>
    public async ValueTask DisposeAsync()
    {
        _readers.Dispose();
        await _writer.DisposeAsync().ConfigureAwait(false);
        await _highWater.DisposeAsync().ConfigureAwait(false);
        _snapshots.Dispose();
        _lock.Dispose();
    }

    private static void CheckHighWater(string folder, SqliteConnection connection, Tails tails)
    {
        foreach (var (partition, next, head) in HighWater.Read(folder) ?? [])
        {
            var actual = tails[partition].Next;
            if (actual < next || (next > 1 && !Schema.ReadHead(connection, partition, next - 1).AsSpan().SequenceEqual(head)))
                throw new JournalTruncatedException(partition, next, actual, folder);
        }
    }

    /// <summary>Exactly <paramref name="count"/> committed entries, each verified against the head before it.</summary>
    private List<JournalEntry> ReadVerified(int partition, long from, int count)
    {
        var before = from > 1 ? 1 : 0;
        var entries = _readers.Use(reader => reader.Read(partition, from - before, count + before));
        for (var i = 0; i < count + before; i++)
            if (i >= entries.Count || entries[i].Position != from - before + i)
                throw new JournalCorruptException(partition, from - before + i, "the entry is missing.");

        for (var i = before; i < entries.Count; i++)
            if (!entries[i].Follows(i == 0 ? JournalEntry.Genesis.Span : entries[i - 1].Head.Span))
                throw new JournalCorruptException(partition, entries[i].Position, "the record does not fit its head.");

        entries.RemoveRange(0, before);
        return entries;
    }

    private async ValueTask<Tail> AskAsync(TailJob job, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await _writer.PutAsync(job).ConfigureAwait(false);
        return await job.Done.WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
