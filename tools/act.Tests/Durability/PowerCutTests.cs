namespace ActProtocol.Tools;

/// <summary>Power cuts, which take what was written and not synced, where a killed process only loses itself.</summary>
/// <remarks>ACT_CUTS sets the number of cuts; without it there are 10. ACT_SEED sets when they fall and what they take. Linux only: the
/// disk that forgets is a library that is preloaded.</remarks>
public class PowerCutTests
{
    const int AtOnce = 12;

    /// <summary>Calls to the disk: a start makes some dozens, a commit about three.</summary>
    const int CallsMax = 700;
    const int CallsOfStart = 80;

    static readonly int Cuts = int.TryParse(Environment.GetEnvironmentVariable("ACT_CUTS"), out var cuts) ? cuts : 10;
    static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("ACT_SEED"), out var seed) ? seed : 20_300_102;

    [Fact]
    public async Task What_was_acknowledged_survives_every_power_cut()
    {
        var (disk, random, trade) = (new ForgetfulDisk(), new Random(Seed), new Trade());
        string wellKnown;
        await using (var first = await TestedBroker.StartAsync(disk.Data))
        {
            await trade.EnterAsync(first);
            wellKnown = await WellKnownAsync(first);
        }

        for (var cut = 1; cut <= Cuts; cut++)
        {
            await LoadUntilCutAsync(disk, trade, random.Next(1, cut % 3 == 0 ? CallsOfStart : CallsMax), seed: cut % 2 == 0 ? 0 : random.Next(1, int.MaxValue));
            await using var broker = await TestedBroker.StartAsync(disk.Data);
            await trade.Witness.CheckAsync(broker, [.. trade.Traders], random);
            // Its keys too: receipts of before must go on verifying.
            Assert.Equal(wellKnown, await WellKnownAsync(broker));
            if (cut == Cuts) await Bookkeeper.CheckAccountsAsync(broker, trade);
            Assert.Empty(trade.Witness.Faults);
        }

        Assert.Empty((await Bookkeeper.AuditAsync(disk.Data)).Findings);
        // Otherwise nothing was cut at all.
        Assert.True(disk.TakenBack.Sectors > 0);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Cuts} cuts, seed {Seed}, took back {disk.TakenBack.Sectors} sectors and {disk.TakenBack.Names} names; {trade.Witness.Transactions.Count()} purchases");
        disk.Delete();
    }

    [Fact]
    public async Task A_first_start_that_was_cut_short_is_finished_by_the_next_and_what_was_shown_stays()
    {
        var random = new Random(Seed);
        for (var cut = 0; cut < Cuts / 2; cut++)
        {
            var (disk, trade) = (new ForgetfulDisk(), new Trade());
            string? wellKnown = null;
            await using (var broker = TestedBroker.Launch(disk.Data, disk.CutAt(random.Next(1, cut % 2 == 0 ? CallsMax : CallsOfStart), seed: random.Next(2) * random.Next())))
            {
                if (await broker.ReadyAsync()) wellKnown = await UntilGoneAsync(broker, trade);
                await broker.EndAsync();
                disk.ReadReport();
            }

            await using (var next = await TestedBroker.StartAsync(disk.Data))
            {
                if (wellKnown is not null) Assert.Equal(wellKnown, await WellKnownAsync(next));
                await trade.Witness.CheckAsync(next, [], random);
            }
            Assert.Empty(trade.Witness.Faults);
            disk.Delete();
        }
    }

    [Fact]
    public async Task A_disk_that_lies_about_syncs_is_found_out_by_this_test()
    {
        var (disk, random, trade) = (new ForgetfulDisk(), new Random(Seed), new Trade());
        await using (var first = await TestedBroker.StartAsync(disk.Data)) await trade.EnterAsync(first);
        await LoadUntilCutAsync(disk, trade, CallsMax, seed: 0, lies: true);
        Assert.NotEmpty(trade.Witness.Transactions);

        await using (var broker = await TestedBroker.StartAsync(disk.Data)) await trade.Witness.CheckAsync(broker, [.. trade.Traders], random);
        Assert.Contains(trade.Witness.Faults, fault => fault.EndsWith("its outcome is not known any more.", StringComparison.Ordinal));
        disk.Delete();
    }

    static async Task LoadUntilCutAsync(ForgetfulDisk disk, Trade trade, int call, int seed, bool lies = false)
    {
        await using var broker = TestedBroker.Launch(disk.Data, disk.CutAt(call, seed, lies));
        if (await broker.ReadyAsync())
        {
            try
            {
                await trade.ConnectAsync(broker);
                await trade.RunAsync(AtOnce);
            }
            catch (Exception gone) when (gone is IOException or Grpc.Core.RpcException)
            {
                // The power went while the traders came back.
            }
            await trade.DisconnectAsync();
        }
        await broker.EndAsync();
        disk.ReadReport();
    }

    // What it showed of itself, if it came to that; then as much as it takes.
    static async Task<string?> UntilGoneAsync(TestedBroker broker, Trade trade)
    {
        string? wellKnown = null;
        try
        {
            wellKnown = await WellKnownAsync(broker);
            await trade.EnterAsync(broker);
            for (var (payer, turn) = (trade.Traders.First(), 0); ; turn++) await trade.Witness.EnterAsync(broker, payer, payer.Fund(1, $"turn {turn}"));
        }
        catch (Exception gone) when (gone is HttpRequestException or Grpc.Core.RpcException)
        {
            return wellKnown;
        }
    }

    static async Task<string> WellKnownAsync(TestedBroker broker)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri($"{broker.Json}/.well-known/act.json"));
    }
}
