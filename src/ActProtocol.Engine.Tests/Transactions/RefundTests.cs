using ActProtocol.Engine.Hosting;
using ActProtocol.V1;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Engine.Transactions;

/// <summary>Money that goes back, and to whom it went before.</summary>
public sealed class RefundTests : IAsyncLifetime
{
    Market _market = null!;

    public async ValueTask InitializeAsync()
    {
        _market = await Market.OpenAsync();
        await _market.World.EnterAsync("platform");
    }

    public async ValueTask DisposeAsync() => await _market.DisposeAsync();

    [Fact]
    public async Task Payees_get_their_lines_and_a_refund_debits_the_first()
    {
        var deal = await _market.BoughtAsync(quote: Payees(("seller-owner", 250), ("platform-owner", 50)));
        Assert.Equal(("250.00 / 0.00", "50.00 / 0.00"), (await _market.MoneyAsync("seller-owner"), await _market.MoneyAsync("platform-owner")));
        await _market.DoAsync(deal, Role.Seller, Steps.Refund(Steps.Cny(100)));
        await _market.World.TransfersAsync();
        Assert.Equal(("150.00 / 0.00", "50.00 / 0.00"), (await _market.MoneyAsync("seller-owner"), await _market.MoneyAsync("platform-owner")));
        Assert.Equal("800.00 / 0.00", await _market.MoneyAsync("buyer-owner"));
        await _market.AssertReplaysAsync();
    }

    [Fact]
    public async Task Settled_money_comes_back_in_parts_and_no_further()
    {
        var deal = await _market.BoughtAsync();
        Assert.Equal(Refunding, (await RefundAsync(100)).Accepted!.State);
        await _market.World.TransfersAsync();
        Assert.Equal("800.00 / 0.00", await _market.MoneyAsync("buyer-owner"));
        Assert.Equal(ErrorCode.RefundExceeds, (await RefundAsync(201)).Code);
        await RefundAsync(200);
        await _market.World.TransfersAsync();
        Assert.Equal(("1000.00 / 0.00", "0.00 / 0.00"), (await _market.MoneyAsync("buyer-owner"), await _market.MoneyAsync("seller-owner")));
        Assert.Equal(ErrorCode.StepOutOfOrder, (await RefundAsync(1)).Code);
        await _market.AssertReplaysAsync();

        Task<Outcome> RefundAsync(long units) => _market.TryAsync(deal, Role.Seller, Steps.Refund(Steps.Cny(units)));
    }

    [Fact]
    public async Task What_the_payee_has_no_more_does_not_come_back_and_may_be_asked_for_again()
    {
        var deal = await _market.BoughtAsync();
        await _market.World.SendAsync("seller-owner", new Content { RequestPayout = new RequestPayout { Amount = Steps.Cny(1), Destination = "bank" } });
        Assert.Equal(Refunding, (await _market.DoAsync(deal, Role.Seller, StepKind.Refund)).State);
        await _market.World.TransfersAsync();
        Assert.Equal((Settled, "700.00 / 0.00", "299.00 / 1.00"), (await _market.StateAsync(deal), await _market.MoneyAsync("buyer-owner"), await _market.MoneyAsync("seller-owner")));

        await _market.FundAsync("seller-owner", 1);
        await _market.DoAsync(deal, Role.Seller, StepKind.Refund);
        await _market.World.TransfersAsync();
        Assert.Equal((Refunded, "1000.00 / 0.00", "0.00 / 1.00"), (await _market.StateAsync(deal), await _market.MoneyAsync("buyer-owner"), await _market.MoneyAsync("seller-owner")));
        await _market.AssertReplaysAsync();
    }

    // Whoever sells decides who is paid, and never asked the payee: a refund must not be a way into any account.
    [Fact]
    public async Task Naming_a_stranger_as_first_payee_gives_no_hold_on_the_strangers_money()
    {
        await _market.FundAsync("platform-owner", 500);
        var deal = await _market.BoughtAsync(quote: Payees(("platform-owner", 1), ("seller-owner", 299)));
        Assert.Equal(ErrorCode.RefundExceeds, (await _market.TryAsync(deal, Role.Seller, StepKind.Refund)).Code);
        Assert.Equal(ErrorCode.RefundExceeds, (await _market.TryAsync(deal, Role.Seller, Steps.Refund(Steps.Cny(1, 1)))).Code);
        await _market.DoAsync(deal, Role.Seller, Steps.Refund(Steps.Cny(1)));
        await _market.World.TransfersAsync();
        Assert.Equal("500.00 / 0.00", await _market.MoneyAsync("platform-owner"));
    }

    [Fact]
    public async Task A_split_goes_to_the_payees_in_proportion_and_the_remainder_of_a_nano_to_the_first()
    {
        var deal = await _market.BringAsync(Disputed, quote: Payees(("seller-owner", 200), ("platform-owner", 100)));
        // Two thirds and a third of 100.000000001.
        await _market.DoAsync(deal, Role.Arbiter, Steps.Resolve(Steps.Cny(100, 1), Steps.Cny(199, 999_999_999)));
        await _market.World.TransfersAsync();
        Assert.Equal(("66.666666668 / 0.00", "33.333333333 / 0.00"), (await _market.MoneyAsync("seller-owner"), await _market.MoneyAsync("platform-owner")));
        Assert.Equal("899.999999999 / 0.00", await _market.MoneyAsync("buyer-owner"));

        // What was split off came back already: no more than the seller's part is refunded.
        Assert.Equal(ErrorCode.RefundExceeds, (await _market.TryAsync(deal, Role.Seller, Steps.Refund(Steps.Cny(100, 2)))).Code);
        await _market.FundAsync("seller-owner", 50);
        await _market.DoAsync(deal, Role.Seller, Steps.Refund(Steps.Cny(100, 1)));
        await _market.World.TransfersAsync();
        Assert.Equal((Refunded, "1000.00 / 0.00"), (await _market.StateAsync(deal), await _market.MoneyAsync("buyer-owner")));
        await _market.AssertReplaysAsync();
    }

    // A dispute that is won gives no budget back, as a refund does not: one intent never commits more than its budget in all.
    [Theory]
    [InlineData(0, 300)]
    [InlineData(100, 200)]
    public async Task What_comes_back_by_an_arbiter_is_no_new_budget(long toSeller, long toBuyer)
    {
        await _market.World.EnterAsync("second");
        var deals = await _market.IntendAsync(["seller", "second"], intent => (intent.Intent.MaxLocks, intent.Intent.Budget) = (2, Steps.Cny(450)));
        foreach (var deal in deals) await _market.DoAsync(deal, Role.Seller, Steps.Quote(deal, escrow: Steps.Escrow));
        await _market.DoAsync(deals[0], Role.Buyer, StepKind.Lock);
        await _market.DoAsync(deals[0], Role.Seller, StepKind.Confirm);
        await _market.DoAsync(deals[0], Role.Buyer, StepKind.Commit);
        await _market.DoAsync(deals[0], Role.Seller, StepKind.Fulfil);
        await _market.DoAsync(deals[0], Role.Buyer, StepKind.Dispute);
        await _market.DoAsync(deals[0], Role.Arbiter, Steps.Resolve(Steps.Cny(toSeller), Steps.Cny(toBuyer)));
        Assert.Equal(ErrorCode.BudgetExceeded, (await _market.TryAsync(deals[1], Role.Buyer, StepKind.Lock)).Code);
    }

    static Action<Content> Payees(params (string Owner, long Units)[] payees) => content =>
        content.Quote.Payees.AddRange(payees.Select(payee => new Payee { Account = World.Id(payee.Owner), Amount = Steps.Cny(payee.Units) }));
}
