using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Transactions;
using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Engine.Ledger;

public sealed class PayoutTests : IAsyncLifetime
{
    Market _market = null!;

    public async ValueTask InitializeAsync() => _market = await Market.OpenAsync();

    public async ValueTask DisposeAsync() => await _market.DisposeAsync();

    [Theory]
    [InlineData(true, "600.00 / 0.00")]
    [InlineData(false, "1000.00 / 0.00")]
    public async Task Money_is_held_until_the_operator_says_what_became_of_it_and_that_once(bool executed, string after)
    {
        var payout = await RequestAsync(400);
        Assert.Equal("600.00 / 400.00", await _market.MoneyAsync("buyer-owner"));
        var waiting = (await WaitingAsync()).Payouts;
        Assert.Equal((payout.ToWire(), 400), (Assert.Single(waiting).Payout, waiting[0].Amount.Units));

        Assert.NotNull((await CloseAsync(payout, executed, "bank 1")).Accepted);
        Assert.Equal(after, await _market.MoneyAsync("buyer-owner"));
        Assert.Equal(ErrorCode.PayoutUnknown, (await CloseAsync(payout, executed, "bank 2")).Code);
        Assert.Equal(ErrorCode.PayoutUnknown, (await CloseAsync(payout, !executed, "bank 3")).Code);
        Assert.Equal(after, await _market.MoneyAsync("buyer-owner"));
        Assert.Empty((await WaitingAsync()).Payouts);
        await _market.AssertReplaysAsync();
    }

    [Fact]
    public async Task Only_the_cashier_closes_and_only_the_owner_asks()
    {
        var payout = await RequestAsync(400);
        var close = new Content { ClosePayout = new ClosePayout { Payout = payout.ToWire(), Account = World.Id("buyer-owner"), Executed = true, Reference = "mine" } };
        Assert.Equal(ErrorCode.RoleMissing, (await _market.TryAsync(_market.World.Seal("buyer-owner", close))).Code);
        Assert.Equal(ErrorCode.RoleMissing, (await _market.TryAsync(_market.World.Seal("locksmith", close, World.HomeOf("buyer-owner")))).Code);
        Assert.Equal(ErrorCode.RoleMissing, (await _market.TryAsync(_market.World.Seal("buyer", new Content { RequestPayout = new RequestPayout { Amount = Steps.Cny(1), Destination = "mine" } }))).Code);
        Assert.Equal("600.00 / 400.00", await _market.MoneyAsync("buyer-owner"));
    }

    [Fact]
    public async Task A_payment_goes_out_under_a_reference_once()
    {
        var (first, second) = (await RequestAsync(100), await RequestAsync(100));
        Assert.NotNull((await CloseAsync(first, true, "bank 1")).Accepted);
        Assert.Equal(ErrorCode.ReferenceUsed, (await CloseAsync(second, true, "bank 1")).Code);
        Assert.Equal("800.00 / 100.00", await _market.MoneyAsync("buyer-owner"));
        // A reason is no reference: many payouts fail for the same one.
        Assert.NotNull((await CloseAsync(second, false, "bank 1")).Accepted);
        Assert.Equal("900.00 / 0.00", await _market.MoneyAsync("buyer-owner"));
    }

    [Fact]
    public async Task Held_money_is_not_paid_out_and_money_that_waits_for_the_bank_buys_nothing()
    {
        await _market.BringAsync(TransactionState.Locked);
        Assert.Equal(ErrorCode.FundsInsufficient, (await _market.TryAsync(_market.World.Seal("buyer-owner", Asking(701)))).Code);
        await RequestAsync(600);
        var deal = await _market.BringAsync(TransactionState.Quoted);
        Assert.Equal(ErrorCode.FundsInsufficient, (await _market.TryAsync(deal, Role.Buyer, StepKind.Lock)).Code);
    }

    async Task<Digest> RequestAsync(long units)
    {
        var envelope = _market.World.Seal("buyer-owner", Asking(units));
        Assert.NotNull((await _market.World.SendAsync(envelope)).Accepted);
        return SignedBytes.DigestOf(envelope.Content.Span);
    }

    Task<Outcome> CloseAsync(Digest payout, bool executed, string reference) => _market.TryAsync(_market.World.Seal("cashier", new Content
    {
        ClosePayout = new ClosePayout { Payout = payout.ToWire(), Account = World.Id("buyer-owner"), Executed = executed, Reference = reference },
    }, World.HomeOf("buyer-owner")));

    async Task<PayoutsAnswer> WaitingAsync()
    {
        var ask = new Ask { Payouts = new AskPayouts { Partition = (uint)Partitions.Partition.PartitionOf((int)World.HomeOf("buyer-owner"), World.Partitions) } };
        return (await _market.World.AskAsync("cashier", ask)).Answer!.Payouts;
    }

    static Content Asking(long units) => new() { RequestPayout = new RequestPayout { Amount = Steps.Cny(units), Destination = "bank" } };
}
