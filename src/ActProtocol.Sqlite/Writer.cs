using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ActProtocol.Sqlite;

/// <summary>The one thread that writes. It takes all that waits, writes it in one transaction, and answers when that is durable.</summary>
/// <remarks>There is no linger: while one commit syncs, the next one's work gathers by itself.</remarks>
sealed class Writer : IAsyncDisposable
{
    private const int WaitingMax = 4096;
    private const long CommitBytesMax = 8 << 20;
    private const long CheckpointBytes = 8 << 20;

    /// <summary>Pages of 8 kB in the write-ahead log before a checkpoint waits for readers: 32 MB.</summary>
    private const int LogPagesMax = 4096;

    /// <summary>One read takes a millisecond or a few; who reads on and on does so in many.</summary>
    private static readonly TimeSpan ReadersWait = TimeSpan.FromMilliseconds(100);

    private readonly Channel<Job> _jobs = Channel.CreateBounded<Job>(new BoundedChannelOptions(WaitingMax) { SingleReader = true });
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SqliteConnection _connection;
    private readonly Tails _tails;
    private readonly Commit _commit;
    private readonly List<Job> _batch = [];
    private bool _overwrite;
    private long _sinceCheckpoint;

    /// <summary>Owns <paramref name="connection"/> from now on.</summary>
    public Writer(SqliteConnection connection, Tails tails)
    {
        _connection = connection;
        _tails = tails;
        _commit = new(connection, tails);
        new Thread(Run) { IsBackground = true, Name = "journal writer" }.Start();
    }

    /// <summary>Hands a job over; waits while too many wait already.</summary>
    /// <exception cref="ObjectDisposedException">The log is closed.</exception>
    public async ValueTask PutAsync(Job job)
    {
        try
        {
            await _jobs.Writer.WriteAsync(job).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(SqliteLog));
        }
    }

    /// <summary>Writes what waits, then closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        _jobs.Writer.TryComplete();
        await _ended.Task.ConfigureAwait(false);
    }

    private void Run()
    {
        while (Wait())
        {
            _batch.Clear();
            var bytes = 0L;
            while (bytes < CommitBytesMax && _jobs.Reader.TryRead(out var job))
            {
                _batch.Add(job);
                bytes += job.Bytes;
            }

            CommitBatch();
            CheckpointIfDue(bytes);
        }

        Close();
        _ended.SetResult();
    }

    private bool Wait()
    {
        var waiting = _jobs.Reader.WaitToReadAsync();
        return waiting.IsCompleted ? waiting.Result : waiting.AsTask().GetAwaiter().GetResult();
    }

    private void CommitBatch()
    {
        try
        {
            if (_tails.Unsure)
            {
                _commit.Settle(_overwrite);
                _overwrite = false;
                _tails.Unsure = false;
            }

            foreach (var job in _batch)
                job.Stage(_commit);
            _commit.Finish();
        }
        catch (Exception e)
        {
            Fail(e);
            return;
        }

        foreach (var job in _batch)
            job.Committed();
    }

    /// <summary>Whatever went wrong, this thread lives on and nobody waits for ever.</summary>
    private void Fail(Exception cause)
    {
        _commit.Abandon();
        _tails.Unsure = true;
        // A full disk tore the frames before the one that commits. Of any other fault that is not certain.
        _overwrite |= cause is not SqliteException { SqliteErrorCode: raw.SQLITE_FULL };
        foreach (var job in _batch)
            job.Failed(cause);
    }

    private void CheckpointIfDue(long bytes)
    {
        _sinceCheckpoint += bytes;
        if (_sinceCheckpoint < CheckpointBytes)
            return;

        // Small, often, and by this thread: then no other connection is ever at the write-ahead log when it starts over.
        _sinceCheckpoint = 0;
        TryCheckpoint(truncate: false);
    }

    private void Close()
    {
        TryCheckpoint(truncate: true);
        _commit.Dispose();
        _connection.Dispose();
    }

    private void TryCheckpoint(bool truncate)
    {
        try
        {
            if (Database.Checkpoint(_connection, truncate) > LogPagesMax)
                Database.Restart(_connection, ReadersWait);
        }
        catch (SqliteException)
        {
            // All stays in the write-ahead log, as durable as before. A later checkpoint moves it.
        }
    }
}
