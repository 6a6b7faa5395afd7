using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Journal;
using ActProtocol.Ledger;
using ActProtocol.V1;

namespace ActProtocol.Engine.Ledger;

public sealed class FundingTests : IAsyncLifetime
{
    readonly World _world = new(new MemoryLog(World.Partitions + 1));
    int _references;

    public async ValueTask InitializeAsync()
    {
        await _world.StartAsync();
        await _world.EnterAsync("rich");
    }

    public async ValueTask DisposeAsync() => await _world.Host.DisposeAsync();

    [Fact]
    public async Task There_is_never_more_money_than_one_account_can_show()
    {
        var most = (long)(Money.NanosMax / World.Partitions / Money.NanosPerUnit);

        Assert.NotNull((await FundAsync(most)).Accepted);
        Assert.NotNull((await FundAsync(1)).Refused);
        Assert.NotNull((await FundAsync(long.MaxValue)).Refused);
        Assert.Equal(most, (await _world.AccountAsync("rich-owner")).Balances.Single().Available.Units);
        // Another currency has a bound of its own.
        Assert.NotNull((await FundAsync(5, "EUR")).Accepted);
    }

    Task<Decision> FundAsync(long units, string currency = "CNY") => _world.SendAsync("rich-owner", new Content
    {
        Fund = new Fund { Account = World.Id("rich-owner"), Amount = new() { CurrencyCode = currency, Units = units }, Reference = $"r{++_references}" },
    });
}
