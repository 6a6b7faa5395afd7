namespace ActProtocol.Tools;

/// <summary>A broker that is killed again and again under load: nothing acknowledged is lost, nothing happens twice.</summary>
/// <remarks>ACT_KILLS sets the number of kills; without it there are 20. ACT_SEED sets when they fall.</remarks>
public class KillTests
{
    const int AtOnce = 12;

    static readonly int Kills = int.TryParse(Environment.GetEnvironmentVariable("ACT_KILLS"), out var kills) ? kills : 20;
    static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("ACT_SEED"), out var seed) ? seed : 20_300_101;

    [Fact]
    public async Task What_was_acknowledged_is_there_after_every_kill_and_counts_once()
    {
        var data = Path.Combine(System.IO.Directory.CreateTempSubdirectory("act-kill-").FullName, "data");
        var (random, trade) = (new Random(Seed), new Trade());
        await using (var first = await TestedBroker.StartAsync(data)) await trade.EnterAsync(first);

        for (var round = 1; round <= Kills; round++)
        {
            // Now and then it dies while it reads what the last one left.
            if (round % 4 == 0) await KillAtStartAsync(data, random);
            await using var broker = await TestedBroker.StartAsync(data);
            await trade.Witness.CheckAsync(broker, [.. trade.Traders], random);
            await LoadUntilKilledAsync(broker, trade, killAfter: random.Next(1, 400));
            if (round % Math.Max(1, Kills / 4) == 0) await AuditAsync(data, trade);
            Assert.Empty(trade.Witness.Faults);
        }

        await using var last = await TestedBroker.StartAsync(data);
        await trade.Witness.CheckAsync(last, [.. trade.Traders], random);
        await Bookkeeper.CheckAccountsAsync(last, trade);
        Assert.Empty(trade.Witness.Faults);
        last.Kill();
        await last.EndAsync();
        await AuditAsync(data, trade);

        // The load was what it says: every way that a purchase can go was gone.
        var accepted = trade.Witness.Accepted;
        TestContext.Current.TestOutputHelper?.WriteLine($"{Kills} kills, seed {Seed}: {string.Join(", ", accepted.OrderBy(item => item.Key).Select(item => $"{item.Value} {item.Key}"))}");
        System.IO.Directory.Delete(Path.GetDirectoryName(data)!, recursive: true);
        Assert.All(Trade.Steps, step => Assert.True(accepted.GetValueOrDefault(step) > 0, $"No {step} was accepted."));
    }

    static async Task LoadUntilKilledAsync(TestedBroker broker, Trade trade, int killAfter)
    {
        var acknowledged = 0;
        trade.Acknowledged = () =>
        {
            if (Interlocked.Increment(ref acknowledged) == killAfter) broker.Kill();
        };
        try
        {
            await trade.ConnectAsync(broker);
            await trade.RunAsync(AtOnce);
        }
        catch (IOException) when (acknowledged >= killAfter)
        {
            // It died while the traders came back: their mail of before is dealt with at once.
        }
        await trade.DisconnectAsync();
        await broker.EndAsync();
    }

    static async Task KillAtStartAsync(string data, Random random)
    {
        await using var broker = TestedBroker.Launch(data);
        // The moment itself is what is tested, so there is no event to wait for.
        using var moment = new CancellationTokenSource(random.Next(100, 1_200));
        var ended = new TaskCompletionSource();
        await using var at = moment.Token.Register(ended.SetResult);
        await Task.WhenAny(ended.Task, broker.EndAsync());
        broker.Kill();
        await broker.EndAsync();
    }

    static async Task AuditAsync(string data, Trade trade)
    {
        var report = await Bookkeeper.AuditAsync(data);
        Assert.Empty(report.Findings);
        Assert.Equal(trade.Funded, Assert.Single(report.Totals).Funded);
    }
}
