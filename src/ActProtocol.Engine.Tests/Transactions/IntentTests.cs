using ActProtocol.Engine.Hosting;
using ActProtocol.V1;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Engine.Transactions;

/// <summary>What the transactions of one intent share: its locks and its budget.</summary>
public sealed class IntentTests : IAsyncLifetime
{
    static readonly string[] Sellers = ["seller", "second", "third"];

    Market _market = null!;

    public async ValueTask InitializeAsync()
    {
        _market = await Market.OpenAsync();
        await _market.World.EnterAsync("second");
        await _market.World.EnterAsync("third");
    }

    public async ValueTask DisposeAsync() => await _market.DisposeAsync();

    [Theory]
    [InlineData("decline")]
    [InlineData("cancel")]
    [InlineData("expire")]
    [InlineData("deny")]
    public async Task A_sibling_hears_that_the_intent_is_used_and_is_locked_once_it_is_free_again(string by)
    {
        var deals = await OpenAsync(1, 900, 100, 100);
        if (by is "deny") _market.Mandate = await _market.LodgeAsync(terms => terms.Limits[0].ApprovalAbove = Steps.Cny(1));
        deals[0].Mandate = _market.Mandate;
        await _market.DoAsync(deals[0], Role.Buyer, StepKind.Lock);
        Assert.Equal(ErrorCode.IntentUsed, (await _market.TryAsync(deals[1], Role.Buyer, StepKind.Lock)).Code);
        Assert.Equal(Quoted, await _market.StateAsync(deals[1]));

        if (by is "decline") await _market.DoAsync(deals[0], Role.Seller, StepKind.Decline);
        if (by is "cancel") await _market.DoAsync(deals[0], Role.Buyer, StepKind.Cancel);
        if (by is "expire") await _market.World.PassAsync(TimeSpan.FromMinutes(10));
        if (by is "deny") await _market.DoAsync(deals[0], Role.Principal, StepKind.Deny);
        await _market.DoAsync(deals[1], Role.Buyer, StepKind.Lock);
        Assert.Equal("900.00 / 100.00", await _market.MoneyAsync("buyer-owner"));
        await _market.AssertReplaysAsync();
    }

    [Fact]
    public async Task A_committed_lock_is_used_for_ever_even_when_it_was_refunded()
    {
        var deals = await OpenAsync(1, 900, 100, 100);
        await BuyAsync(deals[0]);
        await _market.World.TransfersAsync();
        await _market.DoAsync(deals[0], Role.Seller, Steps.Refund(Steps.Cny(100)));
        await _market.World.TransfersAsync();
        Assert.Equal(Refunded, await _market.StateAsync(deals[0]));
        Assert.Equal(ErrorCode.IntentUsed, (await _market.TryAsync(deals[1], Role.Buyer, StepKind.Lock)).Code);
    }

    [Fact]
    public async Task Several_locks_share_one_budget_to_the_nano()
    {
        var deals = await OpenAsync(3, 250, 100, 100, 50);
        await BuyAsync(deals[0]);
        await _market.DoAsync(deals[1], Role.Buyer, StepKind.Lock);
        await _market.DoAsync(deals[2], Role.Seller, Steps.Quote(deals[2], 50, nanos: 1));
        Assert.Equal(ErrorCode.BudgetExceeded, (await _market.TryAsync(deals[2], Role.Buyer, StepKind.Lock)).Code);
        await _market.DoAsync(deals[2], Role.Seller, Steps.Quote(deals[2], 50));
        await _market.DoAsync(deals[2], Role.Buyer, StepKind.Lock);
        await _market.World.TransfersAsync();
        Assert.Equal("750.00 / 150.00", await _market.MoneyAsync("buyer-owner"));
        await _market.AssertReplaysAsync();
    }

    [Fact]
    public async Task Limits_are_reached_exactly_and_what_is_released_counts_no_more()
    {
        _market.Mandate = await _market.LodgeAsync(terms => (terms.Limits[0].PerTransaction, terms.Limits[0].InTotal) = (Steps.Cny(100), Steps.Cny(200)));
        var deals = await OpenAsync(3, 200, 100, 100, 0);
        await BuyAsync(deals[0]);
        await _market.DoAsync(deals[1], Role.Buyer, StepKind.Lock);
        await _market.DoAsync(deals[1], Role.Buyer, StepKind.Cancel);
        await _market.DoAsync(deals[2], Role.Seller, Steps.Quote(deals[2], 100));
        await _market.DoAsync(deals[2], Role.Buyer, StepKind.Lock);

        // All of it is spent, though the first comes back: a refund gives no authority back.
        await _market.World.TransfersAsync();
        await _market.DoAsync(deals[0], Role.Seller, Steps.Refund(Steps.Cny(100)));
        await _market.World.TransfersAsync();
        var next = (await OpenAsync(1, 200, 1))[0];
        Assert.Equal((ErrorCode.MandateExceeded, "in_total"), ((await _market.TryAsync(next, Role.Buyer, StepKind.Lock)) is { } outcome ? (outcome.Code!.Value, outcome.Refusal!.Detail) : default));
        await _market.AssertReplaysAsync();
    }

    [Fact]
    public async Task Nothing_may_cost_nothing()
    {
        var deal = (await OpenAsync(1, 0, 0))[0];
        await BuyAsync(deal);
        await _market.World.TransfersAsync();
        Assert.Equal((Settled, "1000.00 / 0.00"), (await _market.StateAsync(deal), await _market.MoneyAsync("buyer-owner")));
        Assert.Equal(ErrorCode.AmountInvalid, (await _market.TryAsync(deal, Role.Seller, Steps.Refund(Steps.Cny(0)))).Code);
        await _market.AssertReplaysAsync();
    }

    [Fact]
    public async Task A_counter_lowers_the_budget_for_its_own_seller_alone()
    {
        var deals = await OpenAsync(1, 900, 300, 300);
        var counter = new Content { Counter = new Counter { Intent = new Intent { Words = "cheaper", Budget = Steps.Cny(299) } } };
        Assert.Equal(TransactionState.Open, (await _market.DoAsync(deals[0], Role.Buyer, counter)).State);
        // The old quote is gone with the revision it answered.
        Assert.Equal(ErrorCode.StepOutOfOrder, (await _market.TryAsync(deals[0], Role.Buyer, StepKind.Lock)).Code);
        await _market.DoAsync(deals[0], Role.Seller, Steps.Quote(deals[0], 300));
        Assert.Equal(ErrorCode.BudgetExceeded, (await _market.TryAsync(deals[0], Role.Buyer, StepKind.Lock)).Code);
        await _market.DoAsync(deals[0], Role.Seller, Steps.Quote(deals[0], 299));
        await _market.DoAsync(deals[1], Role.Buyer, StepKind.Lock);
        Assert.Equal(ErrorCode.IntentUsed, (await _market.TryAsync(deals[0], Role.Buyer, StepKind.Lock)).Code);
    }

    // An arbiter whom the intent accepts may still be among those it is addressed to: each of them gets a transaction.
    [Fact]
    public async Task Every_seller_that_is_addressed_gets_a_transaction()
    {
        await _market.World.EnterAsync("judge-and-shop");
        var deals = await _market.IntendAsync(["seller", "judge-and-shop"], intent => intent.Intent.Arbiters.Add(World.Id("judge-and-shop")));
        Assert.Equal(2, deals.Count);
    }

    [Fact]
    public async Task Without_arbiters_in_the_intent_the_operators_default_is_the_one()
    {
        foreach (var (arbiter, code) in ((string, ErrorCode?)[])[("umpire", null), ("arbiter", ErrorCode.ArbiterUnacceptable)])
        {
            var deal = await _market.IntendAsync(intent => intent.Intent.Arbiters.Clear());
            await _market.DoAsync(deal, Role.Seller, Steps.Quote(deal, 1, new Escrow(Steps.Escrow) { Arbiter = World.Id(arbiter) }));
            Assert.Equal(code, (await _market.TryAsync(deal, Role.Buyer, StepKind.Lock)).Code);
        }
    }

    async Task<IReadOnlyList<Deal>> OpenAsync(uint locks, long budget, params long[] prices)
    {
        var deals = await _market.IntendAsync(Sellers[..prices.Length], intent => (intent.Intent.MaxLocks, intent.Intent.Budget) = (locks, Steps.Cny(budget)));
        for (var i = 0; i < prices.Length; i++) await _market.DoAsync(deals[i], Role.Seller, Steps.Quote(deals[i], prices[i]));
        return deals;
    }

    async Task BuyAsync(Deal deal)
    {
        await _market.DoAsync(deal, Role.Buyer, StepKind.Lock);
        await _market.DoAsync(deal, Role.Seller, StepKind.Confirm);
        await _market.DoAsync(deal, Role.Buyer, StepKind.Commit);
    }
}
