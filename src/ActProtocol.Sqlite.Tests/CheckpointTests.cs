using System.Diagnostics;
using System.Globalization;
using ActProtocol.Engine.Journal;

namespace ActProtocol.Sqlite;

/// <summary>The write-ahead log starts over by itself, whatever is read meanwhile; the output says what that costs a commit.</summary>
public class CheckpointTests
{
    const int Commits = 1_500;
    // 32 MB, and what is written until a checkpoint found the readers out of its way.
    const long LogBytesMax = 64 << 20;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_write_ahead_log_stays_bounded_while_readers_read()
    {
        using var image = new StoreImage();
        await using var log = SqliteLog.Create(image.Folder, StoreImage.Header);
        var tail = await log.ClaimAsync(0, Token);
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(() => ReadOnAsync(log, stop.Token), Token);

        var (largest, times) = (0L, new List<double>());
        for (var i = 0; i < Commits; i++)
        {
            var append = new PartitionAppend(0, tail.Epoch, tail.Next, Chain.After(tail, 32, recordBytes: 1000));
            var began = Stopwatch.GetTimestamp();
            Assert.Equal(AppendOutcome.Committed, Assert.Single(await log.AppendAsync([append])).Outcome);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            tail = Chain.End(append);
            largest = Math.Max(largest, new FileInfo(image.PathOf("journal.db-wal")).Length);
        }

        await stop.CancelAsync();
        Assert.True(await reading > 0);
        times.Sort();
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"commits of 32 kB: median {times[Commits / 2]:F2} ms, p99 {times[Commits * 99 / 100]:F2} ms, longest {times[^1]:F2} ms; the write-ahead log reached {largest >> 20} MB"));
        Assert.InRange(largest, 1, LogBytesMax);
    }

    static async Task<long> ReadOnAsync(SqliteLog log, CancellationToken stop)
    {
        var read = 0L;
        while (!stop.IsCancellationRequested)
        {
            await foreach (var entry in log.ReadAsync(0, Math.Max(1, (await log.TailAsync(0, CancellationToken.None)).Next - 2_000), CancellationToken.None)) read += entry.Position > 0 ? 1 : 0;
        }
        return read;
    }
}
