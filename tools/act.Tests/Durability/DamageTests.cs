using System.Diagnostics;

namespace ActProtocol.Tools;

/// <summary>Data folders that are not what a broker left: it says in a sentence what is wrong, ends, and serves nothing.</summary>
public class DamageTests
{
    [Fact]
    public async Task A_start_on_a_damaged_folder_ends_with_one_sentence_that_names_the_file()
    {
        var (folder, trade) = (System.IO.Directory.CreateTempSubdirectory("act-damage-").FullName, new Trade());
        var (data, older) = (Path.Combine(folder, "data"), Path.Combine(folder, "older"));
        await KilledAsync(data, trade, enter: true);
        Copy(data, older);
        await KilledAsync(data, trade, enter: false);

        await RefusedAsync("high-water is missing", copy => File.Delete(Path.Combine(copy, "high-water")));
        await RefusedAsync("high-water is damaged", copy => Flip(copy, "high-water", 0.5));
        await RefusedAsync("journal.db-wal is damaged", copy => Flip(copy, "journal.db-wal", 0.3));
        await RefusedAsync("journal.db is damaged", copy => File.WriteAllBytes(Path.Combine(copy, "journal.db"), new byte[new FileInfo(Path.Combine(copy, "journal.db")).Length]));
        await RefusedAsync("journal.db is missing", copy => File.Delete(Path.Combine(copy, "journal.db")));
        await RefusedAsync("Acknowledged records are missing", copy => File.Delete(Path.Combine(copy, "journal.db-wal")));
        await RefusedAsync("receipt.key' is missing", copy => File.Delete(Path.Combine(copy, "keys", "receipt.key")));
        // All of an older copy put back but the file that says how far it went since.
        await RefusedAsync("Acknowledged records are missing", copy =>
        {
            foreach (var file in System.IO.Directory.EnumerateFiles(copy, "journal.db*")) File.Delete(file);
            foreach (var file in System.IO.Directory.EnumerateFiles(older, "journal.db*")) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        });

        // Without its snapshots it has only more to read; and what is lost for good can be accepted.
        await using (var broker = await TestedBroker.StartAsync(Damaged(copy => File.WriteAllBytes(Path.Combine(copy, "snapshots.db"), new byte[10_000]))))
        {
            await trade.Witness.CheckAsync(broker, [.. trade.Traders], new Random(1));
            Assert.Empty(trade.Witness.Faults);
        }
        var lost = Damaged(copy => File.Delete(Path.Combine(copy, "journal.db-wal")));
        Assert.Equal(0, await RunAsync("audit", lost, "--accept-loss"));
        await (await TestedBroker.StartAsync(lost)).DisposeAsync();
        System.IO.Directory.Delete(folder, recursive: true);

        string Damaged(Action<string> damage)
        {
            var copy = Path.Combine(folder, Guid.CreateVersion7().ToString());
            Copy(data, copy);
            damage(copy);
            return copy;
        }

        async Task RefusedAsync(string sentence, Action<string> damage)
        {
            var broker = TestedBroker.Launch(Damaged(damage));
            Assert.False(await broker.ReadyAsync(), sentence);
            var (code, errors) = await broker.EndAsync();
            Assert.InRange(code, 1, 2);
            Assert.Contains(sentence, errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
            Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    static async Task KilledAsync(string data, Trade trade, bool enter)
    {
        await using var broker = await TestedBroker.StartAsync(data);
        if (enter) await trade.EnterAsync(broker);
        await trade.ConnectAsync(broker);
        for (var bought = 0; bought < 6; bought++) Assert.True(await trade.BuyAsync());
        await trade.DisconnectAsync();
        // The side file follows by a tick, which a kill would forestall.
        var written = File.GetLastWriteTimeUtc(Path.Combine(data, "high-water"));
        var payer = trade.Traders.First();
        for (var turn = 0; File.GetLastWriteTimeUtc(Path.Combine(data, "high-water")) == written; turn++)
        {
            await trade.Witness.EnterAsync(broker, payer, payer.Fund(1, Guid.CreateVersion7().ToString()));
        }
        broker.Kill();
        await broker.EndAsync();
    }

    static void Copy(string from, string to)
    {
        foreach (var file in System.IO.Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    static void Flip(string folder, string name, double where)
    {
        var path = Path.Combine(folder, name);
        var bytes = File.ReadAllBytes(path);
        bytes[(int)(where * bytes.Length)] ^= 4;
        File.WriteAllBytes(path, bytes);
    }

    static async Task<int> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "act.dll"), .. arguments]) { RedirectStandardOutput = true })!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
