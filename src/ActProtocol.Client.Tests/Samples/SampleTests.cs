using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Client.Samples;

/// <summary>The buyer and the seller of the README: at most 20 lines each, compiled, run, and the very text that is shown.</summary>
public class SampleTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    static readonly string Root = FindRoot();

    [Fact]
    public async Task They_buy_and_sell_at_a_real_broker()
    {
        await using var broker = await RunningBroker.StartAsync(Folders.New(fast: true));
        // Their files lie where they are run; every other test names its own in full.
        Directory.SetCurrentDirectory(Folders.New(fast: true));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Market.Cancelled);
        stop.CancelAfter(Patience);
        var selling = SellerIn20Lines.RunAsync(broker.Grpc, broker.Json, stop.Token);
        using (var client = new ActClient(broker.Grpc, broker.Info))
        {
            while (!selling.IsCompleted && await client.GetEntryAsync("act://local/day-air", stop.Token) is null) await Task.Yield();
        }

        var first = Assert.IsType<PurchaseResult.Bought>(await BuyerIn20Lines.RunAsync(broker.Grpc, broker.Json, stop.Token));
        var second = Assert.IsType<PurchaseResult.Bought>(await BuyerIn20Lines.RunAsync(broker.Grpc, broker.Json, stop.Token));
        await stop.CancelAsync();
        await selling;

        Assert.Equal(Market.Cny("780 CNY"), Ledger.Money.FromWire(first.Record.Accepted.Payment.Amount));
        Assert.Equal(first.Record.Receipt, second.Record.Receipt);
        using var seats = Stock.Open("day-air.seats", count: 1);
        Assert.False(seats.TryHold(new Id16(1)));
    }

    [Theory]
    [InlineData("buyer", "BuyerIn20Lines.cs")]
    [InlineData("seller", "SellerIn20Lines.cs")]
    public void The_README_shows_them_as_they_are_and_they_have_at_most_20_lines(string name, string file)
    {
        var lines = File.ReadAllLines(Path.Combine(Root, "src", "ActProtocol.Client.Tests", "Samples", file));
        var block = lines.SkipWhile(line => line.Trim() != $"// <{name}>").Skip(1).TakeWhile(line => line.Trim() != $"// </{name}>").Select(line => line.Length > 8 ? line[8..] : "").ToList();

        Assert.InRange(block.Count(line => line.Length > 0), 1, 20);
        var shown = $"```csharp\n{string.Join('\n', block)}\n```";
        Assert.Contains(shown, File.ReadAllText(Path.Combine(Root, "README.md")), StringComparison.Ordinal);
    }

    static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ActProtocol.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
