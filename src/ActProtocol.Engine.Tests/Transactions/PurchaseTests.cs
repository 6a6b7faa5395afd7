using ActProtocol.V1;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Engine.Transactions;

/// <summary>Purchases through the whole engine: gate, partitions, log, answers; and where the money is after each step.</summary>
public sealed class PurchaseTests : IAsyncLifetime
{
    Market _market = null!;

    public async ValueTask InitializeAsync() => _market = await Market.OpenAsync();

    public async ValueTask DisposeAsync() => await _market.DisposeAsync();

    [Fact]
    public async Task Money_is_held_committed_and_paid_and_a_restart_knows_it()
    {
        var deal = await _market.IntendAsync();
        await _market.DoAsync(deal, Role.Seller, Steps.Quote(deal));
        Assert.Equal(Locked, (await _market.DoAsync(deal, Role.Buyer, StepKind.Lock)).State);
        Assert.Equal("700.00 / 300.00", await _market.MoneyAsync("buyer-owner"));
        Assert.Equal(Confirmed, (await _market.DoAsync(deal, Role.Seller, StepKind.Confirm)).State);
        Assert.Equal(Committed, (await _market.DoAsync(deal, Role.Buyer, StepKind.Commit)).State);
        Assert.Equal("700.00 / 0.00", await _market.MoneyAsync("buyer-owner"));

        await _market.World.Host.DisposeAsync();
        await _market.AssertReplaysAsync();
        await _market.World.StartAsync();
        await _market.World.TransfersAsync();
        Assert.Equal((Settled, "300.00 / 0.00"), (await _market.StateAsync(deal), await _market.MoneyAsync("seller-owner")));
    }

    [Fact]
    public async Task What_expires_is_free_again_and_a_late_step_hears_why()
    {
        var deal = await _market.BringAsync(Confirmed);
        await _market.World.PassAsync(TimeSpan.FromMinutes(10));
        Assert.Equal(ErrorCode.DeadlinePassed, (await _market.TryAsync(deal, Role.Buyer, StepKind.Commit)).Code);
        Assert.Equal((Expired, "1000.00 / 0.00"), (await _market.StateAsync(deal), await _market.MoneyAsync("buyer-owner")));
    }

    [Fact]
    public async Task An_arbiter_splits_what_is_disputed_to_the_nano_and_nobody_else_can()
    {
        var deal = await _market.BringAsync(Disputed);
        Assert.Equal("700.00 / 300.00", await _market.MoneyAsync("buyer-owner"));
        Assert.Equal(ErrorCode.StepNotYours, (await _market.TryAsync(deal, Role.Seller, Steps.Resolve(Steps.Cny(300), Steps.Cny(0)))).Code);
        Assert.Equal(ErrorCode.ResolutionUnbalanced, (await _market.TryAsync(deal, Role.Arbiter, Steps.Resolve(Steps.Cny(100), Steps.Cny(199)))).Code);
        Assert.Equal(ErrorCode.ResolutionUnbalanced, (await _market.TryAsync(deal, Role.Arbiter, Steps.Resolve(Steps.Cny(100, 1), Steps.Cny(200)))).Code);
        Assert.Equal(Settled, (await _market.DoAsync(deal, Role.Arbiter, Steps.Resolve(Steps.Cny(100), Steps.Cny(200)))).State);
        await _market.World.TransfersAsync();
        Assert.Equal(("900.00 / 0.00", "100.00 / 0.00"), (await _market.MoneyAsync("buyer-owner"), await _market.MoneyAsync("seller-owner")));
    }
}
