using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ActProtocol.Engine.Journal;
using Microsoft.Data.Sqlite;

namespace ActProtocol.Sqlite;

/// <summary>The tables of the journal's file, and what is read from them when it is opened.</summary>
static class Schema
{
    /// <summary>Makes all tables in one transaction, so that a store is whole or is not there.</summary>
    public static void Create(SqliteConnection connection, StoreHeader header)
    {
        using var transaction = connection.BeginTransaction();
        Database.Execute(connection, """
            CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
            CREATE TABLE part(p INTEGER PRIMARY KEY, epoch INTEGER NOT NULL);
            """);
        for (var p = 0; p < header.Partitions; p++)
            // One table each: within a table all is appended at the end, which is what a B-tree is fastest at.
            Database.Execute(connection, $"""
                CREATE TABLE journal_{p}(position INTEGER PRIMARY KEY, record BLOB, private BLOB, head BLOB NOT NULL);
                INSERT INTO part VALUES({p}, 0);
                """);

        var meta = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = "1",
            ["broker"] = header.Broker,
            ["partitions"] = header.Partitions.ToString(CultureInfo.InvariantCulture),
            ["play"] = header.Play ? "1" : "0",
            ["created_with"] = header.CreatedWith,
        };
        meta["digest"] = DigestOf(meta);
        meta["settled"] = "0";
        using var insert = new Statement(connection, "INSERT INTO meta VALUES(?, ?)");
        foreach (var (key, value) in meta) insert.Bind(1, key).Bind(2, value).Run();
        transaction.Commit();
    }

    public static bool Exists(SqliteConnection connection)
    {
        using var query = new Statement(connection, "SELECT count(*) FROM sqlite_master");
        query.Next();
        return query.Int64(0) > 0;
    }

    /// <exception cref="StoreDamagedException">It is not as it was written: one bit tells play money from real money.</exception>
    public static StoreHeader ReadHeader(SqliteConnection connection, string path)
    {
        var meta = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var query = new Statement(connection, "SELECT key, value FROM meta");
        while (query.Next())
            meta[query.Text(0)] = query.Text(1);

        meta.Remove("settled");
        if (!meta.Remove("digest", out var digest) || digest != DigestOf(meta))
            throw new StoreDamagedException($"{path} is damaged: what it says of itself does not verify. Restore a complete copy of the folder.");
        if (meta["format"] != "1")
            throw new StoreDamagedException($"{path} has format {meta["format"]}; this program reads format 1.");
        return new(meta["broker"], int.Parse(meta["partitions"], CultureInfo.InvariantCulture), meta["play"] == "1", meta["created_with"]);
    }

    /// <summary>A partition's end as the file has it, its last entry verified.</summary>
    public static Tail ReadTail(SqliteConnection connection, int partition)
    {
        using var epoch = new Statement(connection, "SELECT epoch FROM part WHERE p = ?");
        if (!epoch.Bind(1, partition).Next())
            throw new JournalCorruptException(partition, 0, "the partition is not listed.");

        using var last = new Statement(
            connection, $"SELECT position, record, head FROM journal_{partition} ORDER BY position DESC LIMIT 2");
        if (!last.Next())
            return new(1, epoch.Int64(0), JournalEntry.Genesis);

        var entry = new JournalEntry(last.Int64(0), last.Bytes(1), default, last.Bytes(2));
        var hasPrevious = last.Next();
        if (hasPrevious ? last.Int64(0) != entry.Position - 1 : entry.Position != 1)
            throw new JournalCorruptException(partition, entry.Position - 1, "the entry is missing.");
        if (!entry.Follows(hasPrevious ? last.Bytes(2) : JournalEntry.Genesis.Span))
            throw new JournalCorruptException(partition, entry.Position, "the record does not fit its head.");
        return new(entry.Position + 1, epoch.Int64(0), entry.Head);
    }

    /// <summary>The head after an entry, or nothing if there is no such entry.</summary>
    public static byte[] ReadHead(SqliteConnection connection, int partition, long position)
    {
        using var query = new Statement(connection, $"SELECT head FROM journal_{partition} WHERE position = ?");
        return query.Bind(1, position).Next() ? query.Bytes(0) : [];
    }

    private static string DigestOf(SortedDictionary<string, string> meta) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', meta.Select(item => $"{item.Key}={item.Value}")))));
}
