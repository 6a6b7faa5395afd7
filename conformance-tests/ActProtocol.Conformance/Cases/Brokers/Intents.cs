using System.Security.Cryptography;
using System.Text;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;
using Google.Type;
using static ActProtocol.Conformance.Brokers.Expectations;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Intents
{
    [Check("INT-01.home-of-another-account", "An intent whose home is the bucket of another account is refused with home_wrong, not decided, whether that is in the same partition or in another.", Values = ["next-bucket", "far-bucket"])]
    public static async Task HomeOfAnotherAccount(BrokerScenario scenario, string value)
    {
        var sale = await scenario.SaleAsync();
        var other = sale.Buyer.Home ^ (value == "next-bucket" ? 1u : 2048u);
        var refused = await scenario.RefusedAsync("home_wrong", $"an intent with the bucket {other} for {sale.Buyer.Home}", sale.Intent(header: header => header.Home = other), sale.Intent());
        Equal("decided", "false", refused.Info!.Metadata["decided"]);
    }

    [Check("INT-02.sellers-and-capability", "An intent names sellers or a capability: both, or neither, is recipient_wrong.", Values = ["both", "neither"])]
    public static async Task SellersAndCapability(BrokerScenario scenario, string value)
    {
        var sale = await scenario.SaleAsync();
        var faulty = value == "both" ? sale.Intent(intent => intent.Capability = "goods") : sale.Intent(header: header => header.Recipients.Clear());
        await scenario.RefusedAsync("recipient_wrong", value, faulty, sale.Intent());
    }

    static readonly Dictionary<string, (string Code, Action<BrokerScenario, Intent> Change)> Forms = new()
    {
        ["expiry-passed"] = ("deadline_passed", (scenario, intent) => intent.ExpiresAtMs = scenario.NowMs - 60_000),
        ["expiry-absent"] = ("deadline_passed", (_, intent) => intent.ExpiresAtMs = 0),
        ["expiry-beyond-90-days"] = ("terms_invalid", (scenario, intent) => intent.ExpiresAtMs = scenario.NowMs + (91 * 86_400_000L)),
        ["words-of-2049-bytes"] = ("terms_invalid", (_, intent) => intent.Words = new string('w', 2049)),
        ["words-of-683-wide-characters"] = ("terms_invalid", (_, intent) => intent.Words = new string('词', 683)),
        ["locks-17"] = ("terms_invalid", (_, intent) => intent.MaxLocks = 17),
        ["sellers-17"] = ("terms_invalid", (_, intent) => intent.SellersMax = 17),
        ["arbiters-9"] = ("terms_invalid", (_, intent) => intent.Arbiters.AddRange(Enumerable.Range(0, 9).Select(each => $"act://local/arbiter-{each}"))),
        ["arbiter-that-is-no-id"] = ("terms_invalid", (_, intent) => intent.Arbiters.Add("act://local/Arbiter")),
        ["budget-absent"] = ("amount_invalid", (_, intent) => intent.Budget = null),
        ["budget-negative"] = ("amount_invalid", (_, intent) => intent.Budget = Xts.Of(0, -1)),
        ["budget-nanos-of-a-unit"] = ("amount_invalid", (_, intent) => intent.Budget = Xts.Of(1, 1_000_000_000)),
        ["budget-signs-differ"] = ("amount_invalid", (_, intent) => intent.Budget = Xts.Of(1, -1)),
        ["budget-of-no-currency"] = ("currency_unknown", (_, intent) => intent.Budget = new Money { CurrencyCode = "XXQ", Units = 1 }),
        ["budget-in-small-letters"] = ("currency_unknown", (_, intent) => intent.Budget = new Money { CurrencyCode = "xts", Units = 1 }),
    };

    [Check("INT-03.form", "An intent that breaks its form in one place is refused with the code of that place.", Values =
    [
        "expiry-passed", "expiry-absent", "expiry-beyond-90-days", "words-of-2049-bytes", "words-of-683-wide-characters", "locks-17", "sellers-17", "arbiters-9", "arbiter-that-is-no-id",
        "budget-absent", "budget-negative", "budget-nanos-of-a-unit", "budget-signs-differ", "budget-of-no-currency", "budget-in-small-letters",
    ])]
    public static async Task Form(BrokerScenario scenario, string value)
    {
        var sale = await scenario.SaleAsync();
        var (code, change) = Forms[value];
        await scenario.RefusedAsync(code, value, sale.Intent(intent => change(scenario, intent)), sale.Intent());
    }

    [Check("INT-03.at-its-bounds", "Words of 2,048 bytes, 16 locks, 8 arbiters, a budget of nothing and one of all that an amount can say are within an intent's form.")]
    public static async Task AtItsBounds(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        void Bounds(Intent intent)
        {
            (intent.Words, intent.MaxLocks) = (new string('w', 2048), 16);
            intent.Arbiters.AddRange(Enumerable.Range(0, 8).Select(each => $"act://local/arbiter-{each}"));
            intent.Budget = new Money { CurrencyCode = Xts.Code, Units = long.MaxValue };
        }
        await scenario.AcceptedAsync("an intent at its bounds", sale.Intent(Bounds));
        await scenario.AcceptedAsync("a budget of nothing", scenario.Another(sale).Intent(intent => intent.Budget = Xts.Of(0)));
    }

    [Check("INT-04.seller-unknown", "An intent to a seller that nobody registered is refused with agent_unknown.")]
    public static async Task SellerUnknown(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        await scenario.RefusedAsync("agent_unknown", "a seller that is not registered", sale.Intent(header: header => header.Recipients[0] += "-x"), sale.Intent());
    }

    [Check("INT-04.no-seller-has-it", "An intent for a capability that no seller lists is refused with no_seller.")]
    public static async Task NoSellerHasIt(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        await scenario.RefusedAsync("no_seller", "a capability that nobody lists", sale.Intent(
            intent => intent.Capability = $"none.{Convert.ToHexStringLower(scenario.Random.Bytes(8))}", header => header.Recipients.Clear()), sale.Intent());
    }

    [Check("INT-04.seller-of-the-same-principal", "Nobody sells to its own principal: an intent to such a seller is refused with same_principal.")]
    public static async Task SellerOfTheSamePrincipal(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        var own = await scenario.AgentAsync("inhouse", sale.Principal, new Listing { Title = "Own goods" });
        await scenario.RefusedAsync("same_principal", "a seller of the buyer's principal", scenario.Another(sale, own).Intent(), sale.Intent());
    }

    [Check("INT-04.currency-without-a-limit", "An intent in a currency for which the mandate has no limit is refused with mandate_currency.")]
    public static async Task CurrencyWithoutALimit(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        await scenario.RefusedAsync("mandate_currency", "a budget in EUR", sale.Intent(intent => intent.Budget = new Money { CurrencyCode = "EUR", Units = 1 }), sale.Intent());
    }

    [Check("INT-04.budget-above-the-mandate", "A budget one nano above the mandate's in_total is refused with mandate_exceeded, one that equals it is not.")]
    public static async Task BudgetAboveTheMandate(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync(mandate: mandate => mandate.Limits[0].InTotal = Xts.Of(300));
        await scenario.RefusedAsync("mandate_exceeded", "a budget of 300.000000001", sale.Intent(intent => intent.Budget = Xts.Of(300, 1)), sale.Intent(intent => intent.Budget = Xts.Of(300)));
    }

    [Check("INT-06.one-transaction-for-each-seller", "An intent to three sellers opens three transactions, listed in the order of the recipients, under the ids that both sides compute, and is in the mailbox of each.",
        Also = ["TXN-01", "TXN-02", "TXN-20"])]
    public static async Task OneTransactionForEachSeller(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        Party[] sellers = [sale.Seller, await scenario.SellerAsync(), await scenario.SellerAsync()];
        var intent = sale.Intent(header: header => header.Recipients.Add(sellers[1..].Select(seller => seller.Id)));
        var taken = await scenario.AcceptedAsync("an intent to three sellers", intent);
        var expected = sellers.Select(seller => (seller.Id, Convert.ToHexStringLower(Tags.TransactionId(Tags.Digest(intent.Content.Span), seller.Id))));
        Equal("the transactions", string.Join("; ", expected), string.Join("; ", taken.Accepted.Transactions.Select(opened => (opened.Seller, Convert.ToHexStringLower(opened.TransactionId.Span)))));
        foreach (var seller in sellers) Equal($"copies of the intent in the mailbox of {seller.Name}", 1, await scenario.MailOfAsync(seller, intent));
    }

    [Check("INT-06.vouches-for-the-buyer", "The broker vouches that the mandate is live, and says whether the account covers the budget: at the budget it does, one nano below it does not.")]
    public static async Task VouchesForTheBuyer(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync(Xts.Of(200));
        var covered = await scenario.AcceptedAsync("a budget of all that there is", sale.Intent(intent => intent.Budget = Xts.Of(200)));
        var uncovered = await scenario.AcceptedAsync("a budget one nano above", scenario.Another(sale).Intent(intent => intent.Budget = Xts.Of(200, 1)));
        Equal("vouched for the first", (true, true), (covered.Accepted.Vouched?.MandateLive, covered.Accepted.Vouched?.BudgetCovered));
        Equal("vouched for the second", (true, false), (uncovered.Accepted.Vouched?.MandateLive, uncovered.Accepted.Vouched?.BudgetCovered));
    }

    [Check("INT-06.past-of-the-account", "What the broker vouches for of a buyer's past is counted from the ledger: none at first, one settled purchase later.", Also = ["DIR-15"])]
    public static async Task PastOfTheAccount(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        var first = await scenario.AcceptedAsync("the first intent", sale.Intent());
        Equal("settled before it", 0ul, (ulong)(first.Accepted.Vouched?.Standing?.Settled ?? 0));
        await sale.UntilAsync(TransactionState.Settled);
        var second = await scenario.AcceptedAsync("the second intent", scenario.Another(sale).Intent());
        Equal("settled before the second", 1ul, (ulong)(second.Accepted.Vouched?.Standing?.Settled ?? 0));
    }

    [Check("DIR-16.drawn-by-capability", "An intent for a capability opens transactions with the sellers that list it, one a principal, in the order that everybody can draw again.", Also = ["INT-06"])]
    public static async Task DrawnByCapability(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        // As new as the name of the seller, so that nobody else lists it.
        var capability = $"goods.{sale.Seller.Name}";
        var listing = new Listing { Title = "Goods for tests", Capabilities = { capability } };
        await scenario.AgentAsync("inhouse", sale.Principal, listing);
        await scenario.SellerAsync(new Listing { Title = "Other goods", Capabilities = { $"{capability}.other" } });
        var sellers = new List<Party>();
        for (var each = 0; each < 4; each++) sellers.Add(await scenario.SellerAsync(listing));
        sellers.Add(await scenario.AgentAsync("branch", sellers[0].Owner, listing));

        var intent = sale.Intent(wanted => (wanted.Capability, wanted.SellersMax) = (capability, 3), header => header.Recipients.Clear());
        var taken = await scenario.AcceptedAsync("an intent for a capability", intent);
        var digest = Tags.Digest(intent.Content.Span);
        var drawn = sellers.OrderBy(seller => Convert.ToHexStringLower(SHA256.HashData([.. digest, .. Encoding.ASCII.GetBytes(seller.Id)])), StringComparer.Ordinal)
            .DistinctBy(seller => seller.Owner.Id).Take(3).Select(seller => seller.Id);
        Equal("the sellers drawn", string.Join(", ", drawn), string.Join(", ", taken.Accepted.Transactions.Select(opened => opened.Seller)));
    }

    static readonly Dictionary<string, (string Code, Action<Intent> Change)> Counters = new()
    {
        ["locks"] = ("intent_wrong", intent => intent.MaxLocks = 2),
        ["expiry"] = ("intent_wrong", intent => intent.ExpiresAtMs = 1),
        ["capability"] = ("intent_wrong", intent => intent.Capability = "goods"),
        ["sellers"] = ("intent_wrong", intent => intent.SellersMax = 3),
        ["arbiters"] = ("intent_wrong", intent => intent.Arbiters.Add("act://local/arbiter")),
        ["currency"] = ("currency_mixed", intent => intent.Budget = new Money { CurrencyCode = "EUR", Units = 1 }),
        ["budget-one-nano-up"] = ("budget_exceeded", intent => intent.Budget = Xts.Of(500, 1)),
        ["budget-absent"] = ("amount_invalid", intent => intent.Budget = null),
        ["words"] = ("terms_invalid", intent => intent.Words = new string('w', 2049)),
    };

    [Check("INT-08.what-a-counter-may-not-change", "A counter changes words, budget and constraint alone, and raises no budget; otherwise it is refused with the code of what it changes.",
        Values = ["locks", "expiry", "capability", "sellers", "arbiters", "currency", "budget-one-nano-up", "budget-absent", "words"])]
    public static async Task WhatACounterMayNotChange(BrokerScenario scenario, string value)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Quoted);
        var (code, change) = Counters[value];
        await scenario.RefusedAsync(code, value, sale.Counter(change), sale.Counter(intent => intent.Budget = Xts.Of(500)));
    }

    [Check("INT-09.quotes-of-the-revision-before", "A quote for the revision before a counter can be locked no more: quote_superseded.")]
    public static async Task QuotesOfTheRevisionBefore(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Quoted);
        var before = ByteString.CopyFrom(sale.QuoteDigest);
        await scenario.AcceptedAsync("a counter", sale.Counter());
        await scenario.AcceptedAsync("a quote for it", sale.Quote());
        await scenario.RefusedAsync("quote_superseded", "a lock on the quote before the counter", sale.Lock(each => each.Quote = before), sale.Lock());
    }

    [Check("INT-09.what-it-leaves-out-is-gone", "A counter without a constraint demands nothing any more, and one with a constraint demands it: the revision replaces what was before.")]
    public static async Task WhatItLeavesOutIsGone(BrokerScenario scenario)
    {
        var dear = new Constraint { Compare = new Compare { Attribute = "total", Relation = Relation.Less, Value = new Value { Money = Xts.Of(50) } } };
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Quoted, intent => intent.Constraint = dear);
        await scenario.RefusedAsync("constraint_unsatisfied", "a lock of 100 where less than 50 is demanded", sale.Lock());
        await scenario.AcceptedAsync("a counter without a constraint", sale.Counter());
        await scenario.AcceptedAsync("a quote for it", sale.Quote());
        await scenario.AcceptedAsync("a lock of 100 where nothing is demanded", sale.Lock());

        var other = await scenario.Another(sale, await scenario.SellerAsync()).UntilAsync(TransactionState.Quoted);
        await scenario.AcceptedAsync("a counter with a constraint", other.Counter(intent => intent.Constraint = dear));
        await scenario.AcceptedAsync("a quote for it", other.Quote());
        await scenario.RefusedAsync("constraint_unsatisfied", "a lock of 100 where less than 50 is demanded now", other.Lock());
    }

    [Check("INT-09.other-transactions-keep-theirs", "A counter to one seller leaves the revision of the other as it was: its quote can still be locked.")]
    public static async Task OtherTransactionsKeepTheirs(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        var other = scenario.Another(sale, await scenario.SellerAsync());
        await scenario.AcceptedAsync("an intent to both", sale.Intent(intent => intent.MaxLocks = 2, header => header.Recipients.Add(other.Seller.Id)));
        await scenario.AcceptedAsync("a quote of the one", sale.Quote());
        await scenario.AcceptedAsync("a quote of the other", other.Quote());
        await scenario.AcceptedAsync("a counter to the one", sale.Counter());
        await scenario.AcceptedAsync("a lock of the other's quote", other.Lock());
        Equal("the state of the one", TransactionState.Open, sale.State);
    }

    [Check("TXN-23.ninth-counter", "A transaction takes 8 counters; the ninth is rounds_exhausted, and its last quote can still be locked.")]
    public static async Task NinthCounter(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Quoted);
        for (var each = 1; each <= 8; each++)
        {
            Equal("the state", TransactionState.Open, (await scenario.AcceptedAsync($"counter {each}", sale.Counter())).Accepted.State);
            await scenario.BuildAsync(sale.Quote());
        }
        await scenario.RefusedAsync("rounds_exhausted", "the ninth counter", sale.Counter());
        await scenario.AcceptedAsync("a lock of the last quote", sale.Lock());
    }

    [Check("TXN-16.ten-thousand-that-wait", "An account has at most 10,000 transactions that wait: an intent that would make it more is too_many_open, however many of its sellers would fit; what ends makes room.", Also = ["INT-05"], Exact = true)]
    public static async Task TenThousandThatWait(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        var sellers = new List<Party> { sale.Seller };
        while (sellers.Count < 16) sellers.Add(await scenario.SellerAsync());
        // The share of one sender in a mailbox is 250: so many agents of the principal share the work.
        var buyers = new List<(Party Agent, byte[] Mandate)> { (sale.Buyer, sale.Mandate) };
        while (buyers.Count < 3)
        {
            var agent = await scenario.AgentAsync("buyer", sale.Principal);
            buyers.Add((agent, await scenario.MandateAsync(agent)));
        }
        Envelope Intent(int nth, int of) => new Sale(scenario, buyers[nth % 3].Agent, sellers[0], buyers[nth % 3].Mandate).Intent(
            intent => intent.ExpiresAtMs = scenario.NowMs + 120_000, header => header.Recipients.Add(sellers.Take(of).Skip(1).Select(seller => seller.Id)));
        await scenario.BuildAsync(sale.Intent());
        for (var nth = 0; nth < 624; nth += 16) await Task.WhenAll(Enumerable.Range(nth, 16).Select(each => scenario.BuildAsync(Intent(each, 16))));
        await scenario.BuildAsync(Intent(0, 14));
        await scenario.RefusedAsync("too_many_open", "an intent to two, where one fits", Intent(1, 2));
        await scenario.AcceptedAsync("one transaction ends", sale.Cancel());
        await scenario.AcceptedAsync("an intent to two, where two fit", Intent(2, 2));
        await scenario.RefusedAsync("too_many_open", "one more", Intent(1, 1));
    }

    [Check("INT-10.words-are-not-enforced", "What an intent's words say of prices binds nobody: a quote that contradicts them can be locked.")]
    public static async Task WordsAreNotEnforced(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Quoted, intent => intent.Words = "At most 1 XTS. Refuse every quote above. {\"total\":{\"less\":1}}");
        await scenario.AcceptedAsync("a lock of 100", sale.Lock());
    }
}
