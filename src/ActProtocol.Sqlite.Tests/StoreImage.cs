using System.Buffers.Binary;
using ActProtocol.Engine.Journal;

namespace ActProtocol.Sqlite;

/// <summary>A folder with a store in it that was left as a killed process leaves it, and what was acknowledged.</summary>
sealed class StoreImage : IDisposable
{
    public const int Partitions = 4;

    static readonly TimeSpan FollowWithin = TimeSpan.FromSeconds(60);

    /// <summary>Who the store is made for.</summary>
    public static StoreHeader Header { get; } = new("act://test/broker", Partitions, true, "test");

    public string Folder { get; } = Directory.CreateTempSubdirectory("act-store-").FullName;

    /// <summary>Heads of each partition's entries, in order.</summary>
    public List<byte[]>[] Heads { get; } = [.. Enumerable.Range(0, Partitions).Select(_ => new List<byte[]>())];

    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>So many commits to all partitions, then the files as a kill leaves them: the last commits in the write-ahead log.</summary>
    public static async Task<StoreImage> MakeAsync(int commits, int seed = 0, int recordBytes = 300, bool stopped = false)
    {
        var image = new StoreImage();
        var work = Directory.CreateTempSubdirectory("act-work-").FullName;
        await using (var log = SqliteLog.Create(work, Header))
        {
            await image.AppendAsync(log, commits / 2, seed, recordBytes);
            await log.PutAsync(0, new Snapshot(image.Heads[0].Count, image.Heads[0][^1], new byte[5000]), default);
        }
        var again = SqliteLog.Open(work);
        await image.AppendAsync(again, commits - (commits / 2), seed, recordBytes);
        await FollowedAsync(work, image.Heads[0].Count);
        if (stopped) await again.DisposeAsync();
        image.TakeFrom(work);
        if (!stopped) await again.DisposeAsync();
        Directory.Delete(work, recursive: true);
        return image;
    }

    // The side file follows by a tick.
    static async Task FollowedAsync(string folder, int count)
    {
        var followed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new FileSystemWatcher(folder, HighWater.FileName) { NotifyFilter = NotifyFilters.FileName };
        watcher.Renamed += (_, _) => Look();
        watcher.EnableRaisingEvents = true;
        Look();
        await followed.Task.WaitAsync(FollowWithin);

        void Look()
        {
            if (HighWater.Read(folder, Partitions)![0].Next > count) followed.TrySetResult();
        }
    }

    public async Task AppendAsync(SqliteLog log, int commits, int seed = 0, int recordBytes = 300)
    {
        for (var p = 0; p < Partitions; p++) await log.ClaimAsync(p, default);
        for (var i = 0; i < commits; i++)
        {
            List<PartitionAppend> appends = [];
            for (var p = 0; p < Partitions; p++)
            {
                var tail = await log.TailAsync(p, default);
                appends.Add(new(p, tail.Epoch, tail.Next, Chain.After(tail, 1 + (i % 3), seed, recordBytes)));
            }

            foreach (var result in await log.AppendAsync(appends)) Assert.Equal(AppendOutcome.Committed, result.Outcome);
            foreach (var append in appends) Heads[append.Partition].AddRange(append.Entries.Select(entry => entry.Head.ToArray()));
        }
    }

    /// <summary>Replaces all files by those of another folder.</summary>
    public void TakeFrom(string folder, params string[] except)
    {
        foreach (var file in Directory.EnumerateFiles(Folder)) if (!except.Contains(Path.GetFileName(file))) File.Delete(file);
        foreach (var file in Directory.EnumerateFiles(folder))
            // The shared memory and the lock mean nothing to the next process.
            if (!except.Contains(Path.GetFileName(file)) && !file.EndsWith("-shm", StringComparison.Ordinal) && !file.EndsWith("/lock", StringComparison.Ordinal))
                File.Copy(file, PathOf(Path.GetFileName(file)));
    }

    public StoreImage Copy()
    {
        var copy = new StoreImage();
        copy.TakeFrom(Folder);
        for (var p = 0; p < Partitions; p++) copy.Heads[p].AddRange(Heads[p]);
        return copy;
    }

    public void FlipBit(string name, long bit)
    {
        var bytes = File.ReadAllBytes(PathOf(name));
        bytes[bit / 8] ^= (byte)(1 << (int)(bit % 8));
        File.WriteAllBytes(PathOf(name), bytes);
    }

    /// <summary>Opens it and reads all: null when every acknowledged entry is there, in order and unchanged; otherwise the sentence.</summary>
    public async Task<string?> FaultAsync(StoreOptions? options = null)
    {
        try
        {
            await using var log = SqliteLog.Open(Folder, options);
            Assert.Equal(Header, log.Header);
            for (var p = 0; p < Partitions; p++)
            {
                _ = await log.LatestAsync(p, default);
                List<byte[]> heads = [];
                await foreach (var entry in log.ReadAsync(p, 1, default))
                {
                    Assert.Equal(entry.Position, BinaryPrimitives.ReadInt64BigEndian(entry.Record.Span));
                    heads.Add(entry.Head.ToArray());
                }

                Assert.Equal(Heads[p], heads);
            }

            return null;
        }
        catch (IOException fault)
        {
            // One sentence for a person: what, where, and what to do comes in it; no trace of the program's inside.
            Assert.DoesNotContain('\n', fault.Message);
            Assert.DoesNotContain("   at ", fault.Message, StringComparison.Ordinal);
            return fault.Message;
        }
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
