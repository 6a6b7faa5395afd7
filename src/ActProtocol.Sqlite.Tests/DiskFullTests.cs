using ActProtocol.Engine.Journal;
using Microsoft.Data.Sqlite;

namespace ActProtocol.Sqlite;

/// <summary>No room left: what cannot be written is never said to be, and what was said stays.</summary>
/// <remarks>On a small file system in memory; where mounting is not allowed, on a journal that may not grow, and the output says so.</remarks>
public class DiskFullTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_disk_leaves_outcomes_unknown_and_loses_nothing()
    {
        using var disk = SmallDisk.TryMount(16);
        if (disk is null) TestContext.Current.TestOutputHelper!.WriteLine("Mounting is not allowed here: the journal's pages are bounded instead.");
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

    [Fact]
    public async Task A_snapshot_for_which_there_is_no_room_takes_none_from_the_journal()
    {
        using var disk = SmallDisk.TryMount(8);
        if (disk is null)
        {
            TestContext.Current.TestOutputHelper!.WriteLine("Mounting is not allowed here: not run.");
            return;
        }

        await using var log = SqliteLog.Create(Path.Combine(disk.Folder, "data"), StoreImage.Header);
        var append = Chain.Append(0, await log.ClaimAsync(0, Token), 3);
        Assert.Equal(AppendOutcome.Committed, Assert.Single(await log.AppendAsync([append])).Outcome);
        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<SqliteException>(async () => await log.PutAsync(0, new Snapshot(3, append.Entries[2].Head, new byte[16 << 20]), Token));
            append = Chain.Append(0, await log.TailAsync(0, Token), 3);
            Assert.Equal(AppendOutcome.Committed, Assert.Single(await log.AppendAsync([append])).Outcome);
        }

        // And one that fits is taken.
        await log.PutAsync(0, new Snapshot(6, (await log.FindAsync(0, 6, Token))!.Head, new byte[1000]), Token);
        Assert.Equal(6, (await log.LatestAsync(0, Token))!.Position);
    }

    [Fact]
    public async Task A_high_water_file_that_cannot_be_written_stays_the_old_one()
    {
        using var disk = SmallDisk.TryMount(8);
        if (disk is null)
        {
            TestContext.Current.TestOutputHelper!.WriteLine("Mounting is not allowed here: not run.");
            return;
        }

        using var image = new StoreImage();
        var data = Path.Combine(disk.Folder, "data");
        await using (var log = SqliteLog.Create(data, StoreImage.Header)) await image.AppendAsync(log, 5);
        var before = await File.ReadAllBytesAsync(Path.Combine(data, HighWater.FileName), Token);
        disk.Fill(left: 0);
        Assert.ThrowsAny<IOException>(() => HighWater.Write(data, [.. Enumerable.Repeat(new Tail(99, 1, JournalEntry.Genesis), StoreImage.Partitions)]));
        Assert.Equal(before, await File.ReadAllBytesAsync(Path.Combine(data, HighWater.FileName), Token));

        // A start that finds no room says so in a sentence, and one that finds room goes on.
        var fault = Assert.ThrowsAny<IOException>(() => SqliteLog.Open(data));
        Assert.Contains("full", fault.Message, StringComparison.Ordinal);
        disk.Free();
        await SqliteLog.Open(data).DisposeAsync();
    }
}
