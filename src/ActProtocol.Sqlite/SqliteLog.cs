using System.Runtime.CompilerServices;
using ActProtocol.Engine.Journal;
using Microsoft.Data.Sqlite;
using SQLitePCL;

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
    private readonly Action<string>? _tell;

    private SqliteLog(
        string folder, StoreLock @lock, StoreHeader header, SqliteConnection connection, SnapshotFile snapshots, Tails tails, Action<string>? tell)
    {
        Header = header;
        _tell = tell;
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

    /// <summary>Opens the store of a folder, or makes one if there is none or if its making was cut short.</summary>
    public static SqliteLog OpenOrCreate(string folder, StoreHeader header, StoreOptions? options = null)
    {
        try
        {
            return Open(folder, options);
        }
        catch (StoreMissingException)
        {
            return Create(folder, header, options);
        }
    }

    /// <summary>Makes a new store in a folder, which is made too if need be, and opens it.</summary>
    /// <exception cref="StoreExistsException">There is one already.</exception>
    /// <exception cref="StoreDamagedException">There was one: its journal is missing.</exception>
    public static SqliteLog Create(string folder, StoreHeader header, StoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(header.Broker);
        ArgumentOutOfRangeException.ThrowIfLessThan(header.Partitions, 1);
        DurableFolder.Create(folder);
        RefusePlace(folder, options ?? new());
        var journal = Path.Combine(folder, JournalName);
        using (StoreLock.Take(folder))
        {
            Guarded(folder, () =>
            {
                if (File.Exists(Path.Combine(folder, HighWater.FileName)))
                    throw new StoreDamagedException($"{journal} is missing, but the other files of its store are there. Restore a complete copy of {folder}.");
                using var connection = Database.OpenWriter(journal);
                if (Schema.Exists(connection))
                    throw new StoreExistsException(folder);
                Schema.Create(connection, header);
                Database.Checkpoint(connection, truncate: true);
                return true;
            });
            // From here on a store without this file is one that lost it.
            HighWater.Write(folder, [.. Enumerable.Repeat(new Tail(1, 0, JournalEntry.Genesis), header.Partitions)]);
        }

        return Open(folder, options);
    }

    /// <summary>Opens a store for this process alone, after checking that its logs are whole as far as that can be told.</summary>
    /// <exception cref="StoreMissingException">There is none.</exception>
    /// <exception cref="StoreInUseException">Another process has it.</exception>
    /// <exception cref="StoreMisplacedException">It is on a file system that is not to be relied upon.</exception>
    /// <exception cref="StoreDamagedException">A file is not what was written.</exception>
    /// <exception cref="StoreUnavailableException">The files cannot be read or written at present.</exception>
    /// <exception cref="JournalCorruptException">A partition's last entry does not fit its head.</exception>
    /// <exception cref="JournalTruncatedException">A partition ends before a place that it had reached.</exception>
    public static SqliteLog Open(string folder, StoreOptions? options = null)
    {
        if (!File.Exists(Path.Combine(folder, JournalName)))
            throw new StoreMissingException(folder);

        RefusePlace(folder, options ?? new());
        var opened = new Stack<IDisposable>();
        try
        {
            return Guarded(folder, () => Open(folder, options ?? new(), opened));
        }
        catch
        {
            while (opened.TryPop(out var resource))
                resource.Dispose();
            throw;
        }
    }

    private static SqliteLog Open(string folder, StoreOptions options, Stack<IDisposable> opened)
    {
        var journal = Path.Combine(folder, JournalName);
        var @lock = Push(StoreLock.Take(folder));
        if (!options.AcceptLoss)
            WriteAheadLog.Check(journal + "-wal");
        var connection = Push(Database.OpenWriter(journal, options.Synchronous));
        if (!Schema.Exists(connection))
            throw new StoreMissingException(folder);
        if (options.PagesMax < int.MaxValue)
            Database.Execute(connection, $"PRAGMA max_page_count = {options.PagesMax}");

        var header = Schema.ReadHeader(connection, journal);
        var tails = new Tails(header.Partitions);
        tails.Set([.. Enumerable.Range(0, header.Partitions).Select(p => KeyValuePair.Create(p, Schema.ReadTail(connection, p)))]);
        if (!options.AcceptLoss)
            CheckHighWater(folder, connection, tails);

        // A killed process may have left a commit that it never synced. Nobody is shown that before it is durable.
        Database.Checkpoint(connection, truncate: true);
        if (options.AcceptLoss)
            HighWater.Write(folder, tails.All().Tails);
        var snapshots = Push(SnapshotFile.Open(Path.Combine(folder, "snapshots.db"), options.Tell, options.PagesMax));
        // The lock, the write-ahead log and the snapshots may be new.
        DurableFolder.Sync(folder);
        return new(folder, @lock, header, connection, snapshots, tails, options.Tell);

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
            _tell?.Invoke($"A snapshot of partition {partition} at position {snapshot.Position} is of another journal and is passed over.");
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

    private static void RefusePlace(string folder, StoreOptions options)
    {
        if (!options.AllowAnyFileSystem && DurableFolder.FileSystemOf(folder) is var fileSystem && DurableFolder.IsUnreliable(fileSystem))
            throw new StoreMisplacedException(folder, fileSystem);
    }

    // What SQLite says of a file becomes a sentence that says what to do.
    private static T Guarded<T>(string folder, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (SqliteException fault) when (fault.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_ERROR or raw.SQLITE_MISMATCH)
        {
            throw new StoreDamagedException($"{Path.Combine(folder, JournalName)} is damaged ({fault.Message}). Restore a complete copy of {folder}.", fault);
        }
        catch (SqliteException fault)
        {
            throw new StoreUnavailableException(folder, fault);
        }
    }

    private static void CheckHighWater(string folder, SqliteConnection connection, Tails tails)
    {
        var known = HighWater.Read(folder, tails.Count);
        // Its file is made right after the store, before anything is appended.
        if (known is null && tails.All().Tails.Any(tail => tail.Next > 1 || tail.Epoch > 0))
            throw HighWater.Missing(folder);
        for (var partition = 0; partition < known?.Count; partition++)
        {
            var (next, head) = known[partition];
            var actual = tails[partition].Next;
            if (actual < next || (next > 1 && !Schema.ReadHead(connection, partition, next - 1).AsSpan().SequenceEqual(head)))
                throw new JournalTruncatedException(partition, next, actual, folder);
        }
    }

    /// <summary>Exactly <paramref name="count"/> committed entries, each verified against the head before it.</summary>
    private List<JournalEntry> ReadVerified(int partition, long from, int count)
    {
        var before = from > 1 ? 1 : 0;
        var entries = ReadRaw(partition, from - before, count + before);
        for (var i = 0; i < count + before; i++)
            if (i >= entries.Count || entries[i].Position != from - before + i)
                throw new JournalCorruptException(partition, from - before + i, "the entry is missing.");

        for (var i = before; i < entries.Count; i++)
            if (!entries[i].Follows(i == 0 ? JournalEntry.Genesis.Span : entries[i - 1].Head.Span))
                throw new JournalCorruptException(partition, entries[i].Position, "the record does not fit its head.");

        entries.RemoveRange(0, before);
        return entries;
    }

    private List<JournalEntry> ReadRaw(int partition, long from, int count)
    {
        try
        {
            return _readers.Use(reader => reader.Read(partition, from, count));
        }
        catch (SqliteException fault) when (fault.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB)
        {
            throw new JournalCorruptException(partition, from, $"the file cannot be read there ({fault.Message}).");
        }
        catch (SqliteException fault)
        {
            throw new IOException($"Partition {partition} cannot be read from position {from} on: {fault.Message}", fault);
        }
    }

    private async ValueTask<Tail> AskAsync(TailJob job, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await _writer.PutAsync(job).ConfigureAwait(false);
        return await job.Done.WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
