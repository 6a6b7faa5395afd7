using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ActProtocol.Sqlite;

/// <summary>Opens SQLite files the one way that this store relies on.</summary>
static class Database
{
    // Older ones can corrupt a write-ahead log that is reset while another connection checkpoints.
    private const int VersionMin = 3_051_003;

    /// <summary>A connection that writes. What it commits is on the disk when the commit returns.</summary>
    public static SqliteConnection OpenWriter(string path, string synchronous = "FULL")
    {
        Batteries_V2.Init();
        if (raw.sqlite3_libversion_number() < VersionMin)
            throw new NotSupportedException($"SQLite {raw.sqlite3_libversion().utf8_to_string()} is too old: 3.51.3 is the first that is safe here.");

        var connection = Open(path, SqliteOpenMode.ReadWriteCreate);
        try
        {
            // No automatic checkpoints: the writer makes them between commits.
            Execute(connection, $"""
                PRAGMA page_size = 8192;
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = {synchronous};
                PRAGMA cache_size = -65536;
                PRAGMA wal_autocheckpoint = 0;
                """);
            Expect(connection, "journal_mode", "wal");
            if (synchronous == "FULL")
                Expect(connection, "synchronous", "2");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public static SqliteConnection OpenReader(string path)
    {
        var connection = Open(path, SqliteOpenMode.ReadOnly);
        Execute(connection, "PRAGMA cache_size = -8192;");
        return connection;
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // All of it is written in this project.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>Moves what the write-ahead log holds into the file, as far as no reader is in the way; gives the pages that the log has.</summary>
    public static int Checkpoint(SqliteConnection connection, bool truncate) =>
        Checkpoint(connection, truncate ? raw.SQLITE_CHECKPOINT_TRUNCATE : raw.SQLITE_CHECKPOINT_PASSIVE);

    /// <summary>The same, and waits for readers of the log, so that the next commit starts it over.</summary>
    public static void Restart(SqliteConnection connection, TimeSpan atMost)
    {
        _ = raw.sqlite3_busy_timeout(connection.Handle!, (int)atMost.TotalMilliseconds);
        Checkpoint(connection, raw.SQLITE_CHECKPOINT_RESTART);
        _ = raw.sqlite3_busy_timeout(connection.Handle!, 0);
    }

    private static int Checkpoint(SqliteConnection connection, int mode)
    {
        var code = raw.sqlite3_wal_checkpoint_v2(connection.Handle!, "main", mode, out var pages, out _);
        if (code != raw.SQLITE_BUSY)
            SqliteException.ThrowExceptionForRC(code, connection.Handle);
        return pages;
    }

    private static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private static void Expect(SqliteConnection connection, string pragma, string value)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100
        command.CommandText = $"PRAGMA {pragma}";
#pragma warning restore CA2100
        var actual = Convert.ToString(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
        if (actual != value)
            throw new NotSupportedException($"SQLite answered {pragma} = {actual} where {value} is needed. Is {connection.DataSource} on a local disk?");
    }
}
