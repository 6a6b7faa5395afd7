using System.Buffers.Binary;
using System.Security.Cryptography;
using ActProtocol.Engine.Journal;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ActProtocol.Sqlite;

/// <summary>Snapshots in a file of their own, so that writing one never holds up the journal.</summary>
/// <remarks>All here can be made again from the journal: a damaged file is thrown away, a damaged snapshot passed over.</remarks>
sealed class SnapshotFile : IDisposable
{
    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly Action<string>? _tell;
    private readonly int _pagesMax;
    private SqliteConnection _connection;

    private SnapshotFile(string path, Action<string>? tell, int pagesMax)
    {
        (_path, _tell, _pagesMax) = (path, tell, pagesMax);
        try
        {
            _connection = OpenOnce();
        }
        catch (SqliteException fault) when (IsDamage(fault))
        {
            _connection = StartOver(fault);
        }
    }

    public static SnapshotFile Open(string path, Action<string>? tell, int pagesMax) => new(path, tell, pagesMax);

    /// <summary>A partition's snapshots whose checksums are right, latest first.</summary>
    public List<Snapshot> Read(int partition)
    {
        lock (_lock)
        {
            try
            {
                return ReadOnce(partition);
            }
            catch (SqliteException fault) when (IsDamage(fault))
            {
                _connection.Dispose();
                _connection = StartOver(fault);
                return [];
            }
        }
    }

    private List<Snapshot> ReadOnce(int partition)
    {
        using var query = new Statement(
            _connection, "SELECT position, head, state, checksum FROM snapshot WHERE p = ? ORDER BY position DESC");
        query.Bind(1, partition);
        var snapshots = new List<Snapshot>();
        while (query.Next())
        {
            var snapshot = new Snapshot(query.Int64(0), query.Bytes(1), query.Bytes(2));
            if (query.Bytes(3).AsSpan().SequenceEqual(Checksum(partition, snapshot)))
                snapshots.Add(snapshot);
            else
                _tell?.Invoke($"A snapshot of partition {partition} in {_path} is damaged and is passed over: the journal has all that it had.");
        }

        return snapshots;
    }

    /// <summary>Adds a snapshot and keeps the last two: should the latest be damaged, the one before saves most of the replay.</summary>
    public void Put(int partition, Snapshot snapshot)
    {
        lock (_lock)
        {
            try
            {
                PutOnce(partition, snapshot);
            }
            catch (SqliteException)
            {
                // What a failed one wrote would go on taking the room that the journal needs.
                ShrinkLog();
                throw;
            }
        }
    }

    private void PutOnce(int partition, Snapshot snapshot)
    {
        using var transaction = _connection.BeginTransaction();
        using var insert = new Statement(_connection, "INSERT OR REPLACE INTO snapshot VALUES(?, ?, ?, ?, ?)");
        using var prune = new Statement(_connection, """
            DELETE FROM snapshot WHERE p = ?1 AND position NOT IN
                (SELECT position FROM snapshot WHERE p = ?1 ORDER BY position DESC LIMIT 2)
            """);
        insert.Bind(1, partition).Bind(2, snapshot.Position).Bind(3, snapshot.Head.Span).Bind(4, snapshot.State.Span)
            .Bind(5, Checksum(partition, snapshot)).Run();
        prune.Bind(1, partition).Run();
        transaction.Commit();
        Database.Checkpoint(_connection, truncate: true);
    }

    private void ShrinkLog()
    {
        try
        {
            Database.Checkpoint(_connection, truncate: true);
        }
        catch (SqliteException)
        {
            // There is no room for what is committed either: it stays in the log.
        }
    }

    public void Dispose() => _connection.Dispose();

    private SqliteConnection StartOver(SqliteException fault)
    {
        _tell?.Invoke($"{_path} is damaged ({fault.Message}) and is made again: the journal has all that it had.");
        foreach (var suffix in (ReadOnlySpan<string>)["", "-wal", "-shm"])
            File.Delete(_path + suffix);
        return OpenOnce();
    }

    private static bool IsDamage(SqliteException fault) =>
        fault.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_ERROR or raw.SQLITE_MISMATCH;

    private SqliteConnection OpenOnce()
    {
        var connection = Database.OpenWriter(_path);
        try
        {
            Database.Execute(connection, """
                CREATE TABLE IF NOT EXISTS snapshot(p INTEGER, position INTEGER, head BLOB, state BLOB, checksum BLOB,
                    PRIMARY KEY(p, position));
                """);
            if (_pagesMax < int.MaxValue)
                Database.Execute(connection, $"PRAGMA max_page_count = {_pagesMax}");
            // The log is empty before every snapshot: so one that finds no room can be taken back without needing any.
            Database.Checkpoint(connection, truncate: true);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static byte[] Checksum(int partition, Snapshot snapshot)
    {
        Span<byte> numbers = stackalloc byte[sizeof(int) + sizeof(long)];
        BinaryPrimitives.WriteInt32BigEndian(numbers, partition);
        BinaryPrimitives.WriteInt64BigEndian(numbers[sizeof(int)..], snapshot.Position);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha256.AppendData(numbers);
        sha256.AppendData(snapshot.Head.Span);
        sha256.AppendData(snapshot.State.Span);
        return sha256.GetHashAndReset();
    }
}
