using ActProtocol.Engine.Journal;

namespace ActProtocol.Sqlite;

/// <summary>Files that are not what was written: each is named in a sentence, and nothing wrong is ever read from them.</summary>
/// <remarks>ACT_FLIPS sets how many bits are flipped in each file, one by one; without it 40.</remarks>
public class DamageTests
{
    static readonly int Flips = int.TryParse(Environment.GetEnvironmentVariable("ACT_FLIPS"), out var flips) ? flips : 40;

    [Theory]
    [InlineData("journal.db", 1)]
    [InlineData("journal.db-wal", 2)]
    [InlineData("snapshots.db", 3)]
    [InlineData("high-water", 4)]
    public async Task A_flipped_bit_is_harmless_or_named_and_never_changes_what_is_read(string file, int seed)
    {
        using var image = await StoreImage.MakeAsync(60);
        var (random, named) = (new Random(seed), 0);
        for (var i = 0; i < Flips; i++)
        {
            using var copy = image.Copy();
            copy.FlipBit(file, random.NextInt64(8 * new FileInfo(copy.PathOf(file)).Length));
            if (await copy.FaultAsync() is not null) named++;
        }

        // Most of the journal is records, so most flips must show; a snapshot can always be made again.
        if (file == "snapshots.db") Assert.Equal(0, named);
        else if (file == "high-water") Assert.Equal(Flips, named);
        else Assert.InRange(named, Flips / 4, Flips);
    }

    [Fact]
    public async Task A_flipped_bit_in_a_record_in_its_head_and_in_the_header_of_the_store_is_named()
    {
        using var image = await StoreImage.MakeAsync(40, stopped: true);
        var bytes = await File.ReadAllBytesAsync(image.PathOf("journal.db"), TestContext.Current.CancellationToken);
        foreach (var needle in (byte[][])[image.Heads[2][7], image.Heads[3][^1], "act://test/broker"u8.ToArray()])
        {
            using var copy = image.Copy();
            var flipped = 0;
            // Where a page was split an older copy stays behind in its free part.
            for (var at = 0; bytes.AsSpan(at).IndexOf(needle) is >= 0 and var next; at += next + 1, flipped++) copy.FlipBit("journal.db", (8L * (at + next)) + 5);
            Assert.True(flipped > 0);
            Assert.NotNull(await copy.FaultAsync());
        }
    }

    [Fact]
    public async Task Whatever_is_cut_from_the_journal_or_its_write_ahead_log_shows()
    {
        using var image = await StoreImage.MakeAsync(60);
        using var stopped = await StoreImage.MakeAsync(60, stopped: true);
        var random = new Random(5);
        foreach (var (whole, file) in ((StoreImage, string)[])[(stopped, "journal.db"), (image, "journal.db-wal")])
        {
            for (var i = 0; i < 10; i++)
            {
                using var copy = whole.Copy();
                using (var cut = new FileStream(copy.PathOf(file), FileMode.Open)) cut.SetLength(i == 0 ? 0 : random.NextInt64(cut.Length));
                Assert.NotNull(await copy.FaultAsync());
            }
        }
    }

    [Fact]
    public async Task Without_its_write_ahead_log_or_its_journal_a_store_is_refused_and_never_made_anew()
    {
        using var image = await StoreImage.MakeAsync(20);
        using (var copy = image.Copy())
        {
            File.Delete(copy.PathOf("journal.db-wal"));
            Assert.Contains("Acknowledged records are missing", await copy.FaultAsync(), StringComparison.Ordinal);
        }

        File.Delete(image.PathOf("journal.db"));
        var fault = Assert.Throws<StoreDamagedException>(() => SqliteLog.OpenOrCreate(image.Folder, StoreImage.Header));
        Assert.Contains("journal.db is missing", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_high_water_file_that_is_missing_cut_or_of_another_store_is_named_and_can_be_accepted()
    {
        using var image = await StoreImage.MakeAsync(20);
        File.Delete(image.PathOf("high-water"));
        Assert.Contains("high-water is missing", await image.FaultAsync(), StringComparison.Ordinal);

        for (var length = 0; length < 200; length += 7)
        {
            await File.WriteAllTextAsync(image.PathOf("high-water"), new string('0', length), TestContext.Current.CancellationToken);
            Assert.Contains("is damaged", await image.FaultAsync(), StringComparison.Ordinal);
        }

        HighWater.Write(image.Folder, [new Tail(1, 0, JournalEntry.Genesis)]);
        Assert.Contains("belongs to another store", await image.FaultAsync(), StringComparison.Ordinal);

        Assert.Null(await image.FaultAsync(new StoreOptions { AcceptLoss = true }));
        Assert.Null(await image.FaultAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task An_older_copy_or_the_journal_of_another_broker_is_told_by_the_side_file(int otherSeed)
    {
        using var older = await StoreImage.MakeAsync(otherSeed == 0 ? 20 : 80, otherSeed);
        using var image = await StoreImage.MakeAsync(60);
        image.TakeFrom(older.Folder, except: "high-water");
        Assert.Contains("Acknowledged records are missing", await image.FaultAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Snapshots_of_another_broker_or_of_no_kind_are_passed_over_with_a_word()
    {
        using var other = await StoreImage.MakeAsync(20, seed: 9);
        using var image = await StoreImage.MakeAsync(20);
        List<string> told = [];
        File.Copy(other.PathOf("snapshots.db"), image.PathOf("snapshots.db"), overwrite: true);
        Assert.Null(await image.FaultAsync(new StoreOptions { Tell = told.Add }));
        Assert.Contains("is of another journal", Assert.Single(told), StringComparison.Ordinal);

        told.Clear();
        await File.WriteAllBytesAsync(image.PathOf("snapshots.db"), new byte[20_000], TestContext.Current.CancellationToken);
        Assert.Null(await image.FaultAsync(new StoreOptions { Tell = told.Add }));
        Assert.Contains("is made again", Assert.Single(told), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_torn_last_transaction_is_no_damage_and_a_torn_earlier_one_is()
    {
        using var image = await StoreImage.MakeAsync(30, recordBytes: 9000);
        var bytes = await File.ReadAllBytesAsync(image.PathOf("journal.db-wal"), TestContext.Current.CancellationToken);
        const int Frame = 24 + 8192;
        var commits = Enumerable.Range(0, (bytes.Length - 32) / Frame).Where(i => bytes.AsSpan(32 + (i * Frame) + 4, 4).ContainsAnyExcept((byte)0)).ToList();

        // Within the last transaction any frame may lack: that is what a power cut leaves of a commit that nobody was told of.
        for (var frame = commits[^2] + 1; frame <= commits[^1]; frame++)
        {
            Write(frame);
            WriteAheadLog.Check(image.PathOf("journal.db-wal"));
        }

        for (var frame = 0; frame <= commits[^2]; frame++)
        {
            Write(frame);
            Assert.Throws<StoreDamagedException>(() => WriteAheadLog.Check(image.PathOf("journal.db-wal")));
        }

        void Write(int torn)
        {
            var copy = bytes.ToArray();
            copy.AsSpan(32 + (torn * Frame) + 24 + 512, 512).Fill(0xA5);
            File.WriteAllBytes(image.PathOf("journal.db-wal"), copy);
        }
    }

    [Fact]
    public async Task A_store_whose_making_was_cut_short_is_made()
    {
        var folder = Directory.CreateTempSubdirectory("act-store-").FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "journal.db"), [], TestContext.Current.CancellationToken);
        await SqliteLog.OpenOrCreate(folder, StoreImage.Header).DisposeAsync();
        File.Delete(Path.Combine(folder, "high-water"));
        // Nothing was ever claimed or appended: the side file may still be to come.
        await SqliteLog.OpenOrCreate(folder, StoreImage.Header).DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("nfs", true)]
    [InlineData("nfs4", true)]
    [InlineData("smb2", true)]
    [InlineData("cifs", true)]
    [InlineData("9p", true)]
    [InlineData("fuse", true)]
    [InlineData("fuse.sshfs", true)]
    [InlineData("ext4", false)]
    [InlineData("xfs", false)]
    [InlineData("btrfs", false)]
    [InlineData("overlay", false)]
    [InlineData("tmpfs", false)]
    public void File_systems_that_cannot_be_relied_upon_are_known_by_name(string name, bool refused) => Assert.Equal(refused, DurableFolder.IsUnreliable(name));

    [Fact]
    public void The_file_system_of_a_folder_is_asked_of_the_system()
    {
        Assert.Equal("proc", DurableFolder.FileSystemOf("/proc/self"));
        Assert.NotEqual("", DurableFolder.FileSystemOf(Path.GetTempPath()));
    }
}
