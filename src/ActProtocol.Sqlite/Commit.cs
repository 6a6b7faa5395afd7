using ActProtocol.Engine.Journal;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ActProtocol.Sqlite;

/// <summary>One transaction after the other on the write connection, and the tails that it would leave. The writer's thread only.</summary>
sealed class Commit(SqliteConnection connection, Tails tails) : IDisposable
{
    private readonly Dictionary<int, Tail> _staged = [];
    private readonly Statement?[] _inserts = new Statement?[tails.Count];
    private readonly Statement _begin = new(connection, "BEGIN IMMEDIATE");
    private readonly Statement _commit = new(connection, "COMMIT");
    private readonly Statement _rollback = new(connection, "ROLLBACK");
    private readonly Statement _claim = new(connection, "UPDATE part SET epoch = ? WHERE p = ?");
    private readonly Statement _settle = new(connection, "UPDATE meta SET value = value + 1 WHERE key = 'settled'");
    private bool _open;

    /// <summary>A partition's end with all that was staged before.</summary>
    public Tail TailOf(int partition) => _staged.TryGetValue(partition, out var tail) ? tail : tails[partition];

    public void Append(PartitionAppend append)
    {
        Open();
        var insert = _inserts[append.Partition] ??= new(connection, $"INSERT INTO journal_{append.Partition} VALUES(?, ?, ?, ?)");
        for (var i = 0; i < append.Entries.Count; i++)
        {
            var entry = append.Entries[i];
            insert.Bind(1, entry.Position).Bind(2, entry.Record.Span).Bind(3, entry.Private.Span).Bind(4, entry.Head.Span).Run();
        }

        _staged[append.Partition] = new(append.ExpectedNext + append.Entries.Count, append.Epoch, append.Entries[^1].Head.ToArray());
    }

    public void RaiseEpoch(int partition)
    {
        Open();
        var tail = TailOf(partition);
        _claim.Bind(1, tail.Epoch + 1).Bind(2, partition).Run();
        _staged[partition] = tail with { Epoch = tail.Epoch + 1 };
    }

    /// <summary>Makes all that was staged durable, then known.</summary>
    public void Finish()
    {
        if (!_open)
            return;

        _commit.Run();
        _open = false;
        tails.Set(_staged);
        _staged.Clear();
    }

    /// <summary>Forgets what was staged. Never throws: what cannot be rolled back fails the next commit too.</summary>
    public void Abandon()
    {
        _staged.Clear();
        _open = false;
        if (raw.sqlite3_get_autocommit(connection.Handle!) != 0)
            return;

        try
        {
            _rollback.Run();
        }
        catch (SqliteException)
        {
        }
    }

    /// <summary>Ends all doubt about a failed commit, then reads every tail from the file.</summary>
    /// <remarks>
    /// A commit whose sync failed may have left whole frames behind the end of the write-ahead log. This process sees them
    /// no more, but a recovery after a crash could. The next commit overwrites them, so one is made before anyone is
    /// told where the log ends.
    /// </remarks>
    public void Settle(bool overwrite)
    {
        if (overwrite)
        {
            _begin.Run();
            _settle.Run();
            _commit.Run();
        }

        tails.Set([.. Enumerable.Range(0, tails.Count).Select(p => KeyValuePair.Create(p, Schema.ReadTail(connection, p)))]);
    }

    public void Dispose()
    {
        foreach (var statement in (ReadOnlySpan<Statement?>)[.. _inserts, _begin, _commit, _rollback, _claim, _settle])
            statement?.Dispose();
    }

    private void Open()
    {
        if (_open)
            return;
        _begin.Run();
        _open = true;
    }
}
