using ActProtocol.Engine.Journal;
using Microsoft.Data.Sqlite;

namespace ActProtocol.Sqlite;

/// <summary>No room left: what cannot be written is never said to be, and what was said stays.</summary>
/// <remarks>Each on a small file system in memory, and without one, which is all there is where mounting is not allowed: there the files may
/// not grow, or lead to <c>/dev/full</c>.</remarks>
public class DiskFullTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_full_disk_leaves_outcomes_unknown_and_loses_nothing(bool mounted)
    {
        using var disk = mounted ? SmallDisk.TryMount(16) : null;
        using var image = new StoreImage();
        var folder = disk is null ? image.Folder : Path.Combine(disk.Folder, "data");
        await SqliteLog.Create(folder, StoreImage.Header).DisposeAsync();
        disk?.Fill(left: 1 << 20);

        var outcome = AppendOutcome.Committed;
        await using (var log = SqliteLog.Open(folder, new StoreOptions { PagesMax = disk is null ? 300 : int.MaxValue }))
        {
            var tail = await log.ClaimAsync(0, Token);
            for (var i = 0; outcome is AppendOutcome.Committed && i < 10_000; i++)
            {
                var append = new PartitionAppend(0, tail.Epoch, tail.Next, Chain.After(tail, 3, recordBytes: 2000));
                var result = Assert.Single(await log.AppendAsync([append]));
                outcome = result.Outcome;
                if (outcome is AppendOutcome.Unknown) Assert.Contains("full", result.Cause!.Message, StringComparison.Ordinal);
                else tail = Chain.End(append);
            }

            Assert.Equal(AppendOutcome.Unknown, outcome);
            image.Heads[0].Add(tail.Head.ToArray());
            // Nothing of it was written, and the log knows.
            Chain.Same(tail, await log.TailAsync(0, Token));
        }

        disk?.Free();
        await using var again = SqliteLog.Open(folder);
        Assert.Equal(image.Heads[0][0], (await again.TailAsync(0, Token)).Head.ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_snapshot_for_which_there_is_no_room_takes_none_from_the_journal(bool mounted)
    {
        using var disk = mounted ? SmallDisk.TryMount(8) : null;
        using var image = new StoreImage();
        var data = Path.Combine(disk?.Folder ?? image.Folder, "data");
        await SqliteLog.Create(data, StoreImage.Header).DisposeAsync();
        await using var log = SqliteLog.Open(data, new StoreOptions { PagesMax = disk is null ? 1_500 : int.MaxValue });
        var append = Chain.Append(0, await log.ClaimAsync(0, Token), 3);
        Assert.Equal(AppendOutcome.Committed, Assert.Single(await log.AppendAsync([append])).Outcome);
        for (var i = 0; i < 3; i++)
        {
            var fault = await Assert.ThrowsAsync<SqliteException>(async () => await log.PutAsync(0, new Snapshot(3, append.Entries[2].Head, new byte[16 << 20]), Token));
            Assert.Contains("full", fault.Message, StringComparison.Ordinal);
            Assert.Equal(0, new FileInfo(Path.Combine(data, "snapshots.db-wal")).Length);
            append = Chain.Append(0, await log.TailAsync(0, Token), 3);
            Assert.Equal(AppendOutcome.Committed, Assert.Single(await log.AppendAsync([append])).Outcome);
        }

        // And one that fits is taken.
        await log.PutAsync(0, new Snapshot(6, (await log.FindAsync(0, 6, Token))!.Head, new byte[1000]), Token);
        Assert.Equal(6, (await log.LatestAsync(0, Token))!.Position);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_high_water_file_that_cannot_be_written_stays_the_old_one(bool mounted)
    {
        using var disk = mounted ? SmallDisk.TryMount(8) : null;
        using var image = new StoreImage();
        var data = Path.Combine(disk?.Folder ?? image.Folder, "data");
        await using (var log = SqliteLog.Create(data, StoreImage.Header)) await image.AppendAsync(log, 5);
        var (file, next) = (Path.Combine(data, HighWater.FileName), Path.Combine(data, $"{HighWater.FileName}.new"));
        var before = await File.ReadAllBytesAsync(file, Token);
        disk?.Fill(left: 0);
        if (disk is null) File.CreateSymbolicLink(next, "/dev/full");
        Assert.ThrowsAny<IOException>(() => HighWater.Write(data, [.. Enumerable.Repeat(new Tail(99, 1, JournalEntry.Genesis), StoreImage.Partitions)]));
        Assert.Equal(before, await File.ReadAllBytesAsync(file, Token));

        // A start that finds no room says so in a sentence, and one that finds room goes on.
        if (disk is not null) Assert.Contains("full", Assert.ThrowsAny<IOException>(() => SqliteLog.Open(data)).Message, StringComparison.Ordinal);
        disk?.Free();
        if (disk is null) File.Delete(next);
        await SqliteLog.Open(data).DisposeAsync();
    }
}
