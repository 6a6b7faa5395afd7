using ActProtocol.Engine.Journal;

namespace ActProtocol.Sqlite;

/// <summary>The contract of logs, kept by SQLite, and what is its own.</summary>
public sealed class SqliteLogTests : PartitionLogContract
{
    readonly string _folder = Directory.CreateTempSubdirectory("act-log-").FullName;

    protected override ValueTask<IPartitionLog> CreateAsync() => new(SqliteLog.Create(_folder, new StoreHeader("act://test/broker", Partitions, true, "test")));

    protected override async ValueTask<IPartitionLog> ReopenAsync(IPartitionLog log)
    {
        await log.DisposeAsync();
        return SqliteLog.Open(_folder);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_disk_for_reading_only_is_called_that_and_not_in_use()
    {
        using var disk = SmallDisk.TryMount(16);
        var folder = disk is null ? "" : Path.Combine(disk.Folder, "data");
        if (disk is not null) await SqliteLog.Create(folder, StoreImage.Header).DisposeAsync();
        if (disk?.TryProtect() is not true)
        {
            // Where mounting is not allowed, a directory in the lock's place: it cannot be opened either, and nobody has it.
            folder = Directory.CreateTempSubdirectory("act-protected-").FullName;
            Directory.CreateDirectory(Path.Combine(folder, "lock"));
            Assert.IsNotType<StoreInUseException>(Assert.ThrowsAny<Exception>(() => SqliteLog.Open(folder)));
            Directory.Delete(folder, recursive: true);
            return;
        }
        Assert.Throws<StoreUnavailableException>(() => SqliteLog.Open(folder));
    }

    [Fact]
    public void A_second_process_is_refused() => Assert.Throws<StoreInUseException>(() => SqliteLog.Open(_folder));

    [Fact]
    public async Task What_the_store_was_made_for_is_kept()
    {
        await Log.DisposeAsync();
        await using var again = SqliteLog.Open(_folder);
        Assert.Equal(new StoreHeader("act://test/broker", Partitions, true, "test"), again.Header);
    }

    [Fact]
    public async Task A_snapshot_is_found_again()
    {
        var append = Chain.Append(2, await Log.ClaimAsync(2, Token), 3);
        Assert.Equal(AppendOutcome.Committed, await AppendAsync(append));
        var snapshot = new Snapshot(3, append.Entries[2].Head, new byte[] { 1, 2, 3 });
        var store = (ISnapshotStore)Log;

        Assert.Null(await store.LatestAsync(2, Token));
        await store.PutAsync(2, snapshot, Token);
        var found = await store.LatestAsync(2, Token);

        Assert.Equal(3, found!.Position);
        Assert.Equal(snapshot.State.ToArray(), found.State.ToArray());
    }
}
