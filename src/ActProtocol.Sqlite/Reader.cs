using ActProtocol.Engine.Journal;
using Microsoft.Data.Sqlite;

namespace ActProtocol.Sqlite;

/// <summary>A connection that only reads. Readers never wait for the writer, nor it for them.</summary>
sealed class Reader(string path) : IDisposable
{
    private const int FewEntries = 8;

    private readonly SqliteConnection _connection = Database.OpenReader(path);
    private readonly Dictionary<int, Statement> _statements = [];

    /// <summary>Committed entries from a position on, at most <paramref name="count"/>: a long read in one piece would keep
    /// the write-ahead log from starting over.</summary>
    public List<JournalEntry> Read(int partition, long from, int count)
    {
        if (!_statements.TryGetValue(partition, out var query))
            _statements.Add(partition, query = new(_connection,
                $"SELECT position, record, private, head FROM journal_{partition} WHERE position >= ? ORDER BY position LIMIT ?"));

        var entries = new List<JournalEntry>(count);
        // A single entry may be kept for long; of many, each is looked at and forgotten.
        var blocks = new Blocks(count > FewEntries ? Blocks.Usual : 0);
        query.Bind(1, from).Bind(2, count);
        try
        {
            while (query.Next())
                entries.Add(new(query.Int64(0), blocks.Copy(query.Blob(1)), blocks.Copy(query.Blob(2)), blocks.Copy(query.Blob(3))));
            return entries;
        }
        finally
        {
            query.Reset();
        }
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        _connection.Dispose();
    }
}
