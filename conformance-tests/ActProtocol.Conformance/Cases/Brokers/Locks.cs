using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.V1;
using Google.Protobuf;
using Google.Type;
using static ActProtocol.Conformance.Brokers.Expectations;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Locks
{
    [Check("TXN-26.funds-equal-to-the-total", "With exactly the total available a lock is accepted, and all of it is held; with one nano less it is funds_insufficient.", Also = ["LED-05", "LED-09"],
        Values = ["equal", "one-nano-less"])]
    public static async Task FundsEqualToTheTotal(BrokerScenario scenario, string value)
    {
        var sale = await (await scenario.SaleAsync(value == "equal" ? Xts.Of(100) : Xts.Of(99, 999_999_999))).UntilAsync(TransactionState.Quoted);
        if (value == "equal")
        {
            await scenario.AcceptedAsync("a lock of all that there is", sale.Lock());
            await scenario.HasAsync(sale.Principal, Xts.Of(0), held: Xts.Of(100));
            return;
        }
        await scenario.RefusedAsync("funds_insufficient", "a lock of one nano more than there is", sale.Lock());
        await scenario.FundAsync(sale.Principal, Xts.Of(0, 1));
        await scenario.AcceptedAsync("the lock once that nano is there", sale.Lock());
        await scenario.HasAsync(sale.Principal, Xts.Of(0), held: Xts.Of(100));
    }

    [Check("TXN-26.quote-of-another", "A lock names the present quote: a digest that is no quote of the transaction is quote_unknown, also that of another transaction's.", Values = ["random", "another-transaction"])]
    public static async Task QuoteOfAnother(BrokerScenario scenario, string value)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Quoted);
        var other = await scenario.Another(sale, await scenario.SellerAsync()).UntilAsync(TransactionState.Quoted);
        var digest = value == "random" ? scenario.Random.Bytes(32) : other.QuoteDigest;
        await scenario.RefusedAsync("quote_unknown", value, sale.Lock(each => each.Quote = ByteString.CopyFrom(digest)), sale.Lock());
    }

    [Check("TXN-26.quote-expired", "A lock stamped at or after the quote's valid_until_ms is quote_expired; before, it is accepted.")]
    public static async Task QuoteExpired(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        var brief = await scenario.BuildAsync(sale.Quote(quote => quote.ValidUntilMs = scenario.NowMs + 1200));
        await scenario.StampedAfterAsync(brief.Decision.StampMs + 1300, sale.Principal);
        await scenario.TooLateAsync("quote_expired", "a lock after the quote's time", sale.Lock());
        await scenario.AcceptedAsync("the next quote", sale.Quote());
        await scenario.AcceptedAsync("a lock in time", sale.Lock());
    }

    [Check("TXN-13.second-lock", "An intent that says nothing of locks allows one: the second, with another seller, is intent_used.", Also = ["TXN-14", "INT-07"])]
    public static async Task SecondLock(BrokerScenario scenario)
    {
        var (first, second) = await TwoQuotedAsync(scenario, locksMax: 0);
        await scenario.AcceptedAsync("the first lock", first.Lock());
        await scenario.RefusedAsync("intent_used", "a second lock", second.Lock());
        Equal("the state of the second transaction", TransactionState.Quoted, await scenario.StateOfAsync(second));
    }

    [Check("TXN-13.third-lock-of-two", "An intent that allows two locks takes two, and refuses the third with intent_used.", Also = ["INT-07"])]
    public static async Task ThirdLockOfTwo(BrokerScenario scenario)
    {
        var (first, second) = await TwoQuotedAsync(scenario, locksMax: 2, sellers: 3);
        var third = scenario.Sales[^1];
        await scenario.AcceptedAsync("the first lock", first.Lock());
        await scenario.AcceptedAsync("the second lock", second.Lock());
        await scenario.RefusedAsync("intent_used", "a third lock", third.Lock());
    }

    [Check("TXN-13.budget-over-all-locks", "What is held and committed over all locks of an intent never exceeds its budget: at the budget accepted, one nano above budget_exceeded, and what was released counts no more.")]
    public static async Task BudgetOverAllLocks(BrokerScenario scenario)
    {
        var (first, second) = await TwoQuotedAsync(scenario, locksMax: 3, budget: Xts.Of(200));
        await scenario.AcceptedAsync("a dearer quote", second.Step(second.Seller, second.NewQuote(Xts.Of(100, 1))));
        await scenario.AcceptedAsync("a lock of 100", first.Lock());
        await scenario.RefusedAsync("budget_exceeded", "a lock that makes it 200.000000001", second.Lock());
        await scenario.AcceptedAsync("the first is cancelled", first.Cancel());
        await scenario.AcceptedAsync("the second lock once it is free", second.Lock());
    }

    [Check("TXN-14.free-again", "A lock that was declined, cancelled or expired leaves its intent free: another quote of it can be locked.", Also = ["TXN-13"], Values = ["declined", "cancelled", "expired"])]
    public static async Task FreeAgain(BrokerScenario scenario, string value)
    {
        var (first, second) = await TwoQuotedAsync(scenario, locksMax: 1);
        if (value == "expired") await scenario.AcceptedAsync("a quote that is held for a second", first.Quote(quote => quote.Terms.HoldForMs = 1000));
        await scenario.AcceptedAsync("the first lock", first.Lock());
        if (value == "declined") await scenario.AcceptedAsync("the seller declines", first.Decline());
        if (value == "cancelled") await scenario.AcceptedAsync("the buyer cancels", first.Cancel());
        if (value == "expired") await scenario.OwnStepAsync(first, StepKind.Expire);
        await scenario.AcceptedAsync("the second lock", second.Lock());
        await scenario.HasAsync(first.Principal, Xts.Of(900), held: Xts.Of(100));
    }

    [Check("TXN-13.committed-counts-for-ever", "What was committed still counts in the intent, also when all of it was refunded: no second purchase.")]
    public static async Task CommittedCountsForEver(BrokerScenario scenario)
    {
        var (first, second) = await TwoQuotedAsync(scenario, locksMax: 1);
        foreach (var step in new Func<Envelope>[] { () => first.Lock(), () => first.Confirm(), () => first.Commit() }) await scenario.BuildAsync(step());
        await scenario.RefusedAsync("intent_used", "a second lock after the commit", second.Lock());
        await scenario.GetsAsync(first.Seller.Owner, Xts.Of(100));
        await scenario.BuildAsync(first.Refund(Xts.Of(100)));
        await scenario.OwnStepAsync(first, StepKind.RefundPaid);
        await scenario.RefusedAsync("intent_used", "a second lock after the refund", second.Lock());
    }

    [Check("TXN-26.failed-lock-uses-nothing-up", "A lock that fails for want of funds uses up neither the intent nor the mandate: another quote can be locked.")]
    public static async Task FailedLockUsesNothingUp(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync(Xts.Of(100), mandate => mandate.Limits[0].InTotal = Xts.Of(500));
        await sale.UntilAsync(TransactionState.Open);
        await scenario.AcceptedAsync("a quote above the funds", sale.Step(sale.Seller, sale.NewQuote(Xts.Of(450))));
        await scenario.RefusedAsync("funds_insufficient", "a lock above the funds", sale.Lock());
        await scenario.AcceptedAsync("a quote within them", sale.Quote());
        await scenario.AcceptedAsync("a lock within them", sale.Lock());
    }

    [Check("TXN-51.arbiter-that-the-intent-does-not-name", "Under escrow the arbiter is one of those that the intent names: a lock on a quote with another is arbiter_unacceptable.")]
    public static async Task ArbiterThatTheIntentDoesNotName(BrokerScenario scenario)
    {
        var sale = await (await scenario.EscrowSaleAsync()).UntilAsync(TransactionState.Open);
        var other = await scenario.AgentAsync("arbiter", await scenario.PrincipalAsync("court"));
        await scenario.AcceptedAsync("a quote with another arbiter", sale.EscrowQuote(other));
        await scenario.RefusedAsync("arbiter_unacceptable", "a lock on it", sale.Lock());
        await scenario.AcceptedAsync("a quote with the intent's", sale.Quote());
        await scenario.AcceptedAsync("a lock on that", sale.Lock());
    }

    [Check("TXN-51.no-arbiter-named", "Where the intent names no arbiter, only the broker's default is taken; where there is none, no quote under escrow can be locked.")]
    public static async Task NoArbiterNamed(BrokerScenario scenario)
    {
        var sale = await (await scenario.EscrowSaleAsync()).UntilAsync(TransactionState.Quoted, intent => intent.Arbiters.Clear());
        await scenario.RefusedAsync("arbiter_unacceptable", "a lock with an arbiter of the seller's choice", sale.Lock());
        await scenario.AcceptedAsync("a quote that is settled at once", sale.Quote(quote => quote.Terms.Instant = new Instant()));
        await scenario.AcceptedAsync("a lock on that", sale.Lock());
    }

    static readonly Dictionary<string, string> Pairs = new()
    {
        ["constraint-before-arbiter"] = "constraint_unsatisfied",
        ["arbiter-before-intent-used"] = "arbiter_unacceptable",
        ["intent-used-before-budget"] = "intent_used",
        ["budget-before-mandate"] = "budget_exceeded",
        ["mandate-before-funds"] = "mandate_exceeded",
        ["superseded-before-constraint"] = "quote_superseded",
    };

    [Check("TXN-26.in-the-order-of-its-needs", "Of two faults of a lock the one is told whose need comes first in the table's row.", Also = ["TXN-05", "ERR-02"], Values =
    [
        "constraint-before-arbiter", "arbiter-before-intent-used", "intent-used-before-budget", "budget-before-mandate", "mandate-before-funds", "superseded-before-constraint",
    ])]
    public static async Task InTheOrderOfItsNeeds(BrokerScenario scenario, string value)
    {
        var seen = await scenario.EscrowSaleAsync(Xts.Of(700), mandate => mandate.Limits[0].PerTransaction = Xts.Of(460));
        var sale = await seen.UntilAsync(TransactionState.Open, intent => intent.Constraint = new Constraint
        {
            Compare = new Compare { Attribute = "good", Relation = Relation.Equal, Value = new Value { Flag = true } },
        });
        var second = await scenario.Another(sale, await scenario.SellerAsync()).UntilAsync(TransactionState.Open);
        var wrong = await scenario.AgentAsync("arbiter", await scenario.PrincipalAsync("court"));
        Envelope Quote(bool good, Money total, Party arbiter) => sale.Step(sale.Seller, Priced(sale.NewQuote(total), good, arbiter));
        var used = value.Contains("intent-used", StringComparison.Ordinal);
        if (used)
        {
            // The same intent, locked with another seller before.
            sale = scenario.Another(sale);
            second = scenario.Another(sale, second.Seller);
            await scenario.BuildAsync(sale.Intent(header: header => header.Recipients.Add(second.Seller.Id)));
            await scenario.BuildAsync(second.Quote());
            await scenario.BuildAsync(second.Lock());
        }
        await scenario.BuildAsync(Quote(good: false, Xts.Of(100), wrong));
        var superseded = ByteString.CopyFrom(sale.QuoteDigest);
        await scenario.BuildAsync(value switch
        {
            "constraint-before-arbiter" or "superseded-before-constraint" => Quote(good: false, Xts.Of(100), wrong),
            "arbiter-before-intent-used" => Quote(good: true, Xts.Of(100), wrong),
            "intent-used-before-budget" => Quote(good: true, Xts.Of(501), sale.Arbiter!),
            "budget-before-mandate" => Quote(good: true, Xts.Of(501), sale.Arbiter!),
            _ => Quote(good: true, Xts.Of(480), sale.Arbiter!),
        });
        if (value == "mandate-before-funds") await scenario.BuildAsync(scenario.Seal(sale.Principal, new RequestPayout { Amount = Xts.Of(600), Destination = "away" }));
        await scenario.RefusedAsync(Pairs[value], value, value.StartsWith("superseded", StringComparison.Ordinal) ? sale.Lock(each => each.Quote = superseded) : sale.Lock());
        if (used) return;
        await scenario.AcceptedAsync("a quote without a fault", Quote(good: true, Xts.Of(100), sale.Arbiter!));
        await scenario.AcceptedAsync("a lock on it", sale.Lock());
    }

    static Quote Priced(Quote quote, bool good, Party arbiter)
    {
        quote.Attributes.Add(new V1.Attribute { Name = "good", Value = new Value { Flag = good } });
        quote.Terms.Escrow.Arbiter = arbiter.Id;
        return quote;
    }

    /// <summary>One intent to several sellers, each of which has quoted 100 XTS.</summary>
    static async Task<(Sale First, Sale Second)> TwoQuotedAsync(BrokerScenario scenario, uint locksMax, int sellers = 2, Money? budget = null)
    {
        var first = await scenario.SaleAsync();
        var all = new List<Sale> { first };
        while (all.Count < sellers) all.Add(scenario.Another(first, await scenario.SellerAsync()));
        await scenario.BuildAsync(first.Intent(
            intent => (intent.MaxLocks, intent.Budget) = (locksMax, budget ?? Xts.Of(500)), header => header.Recipients.Add(all.Skip(1).Select(sale => sale.Seller.Id))));
        foreach (var sale in all) await scenario.BuildAsync(sale.Quote());
        return (all[0], all[1]);
    }
}
