using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.V1;
using Google.Protobuf;
using Google.Type;
using static ActProtocol.Conformance.Brokers.Expectations;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Ledgers
{
    [Check("LED-02.vectors", "Each amount of the vectors is taken as a budget, or refused with the vector's code.", Values = ["taken", "refused"])]
    public static async Task Vectors(BrokerScenario scenario, string value)
    {
        var vectors = SpecFiles.ReadJson("vectors/ledger/amounts.json").EnumerateArray().Where(vector => vector.TryGetProperty("refused", out _) == (value == "refused")).ToList();
        var amounts = vectors.Select(vector => vector.GetProperty("money").ValueKind is System.Text.Json.JsonValueKind.Null ? null : JsonParser.Default.Parse<Money>(vector.GetProperty("money").GetRawText())).ToList();
        var currencies = value == "refused" ? [] : amounts.Select(money => money?.CurrencyCode ?? "").Where(code => code != Xts.Code).Distinct();
        var sale = await scenario.SaleAsync(mandate: mandate => mandate.Limits.Add(currencies.Take(15).Select(code => new CurrencyLimit { Currency = code })));
        foreach (var (vector, money) in vectors.Zip(amounts))
        {
            var id = vector.GetProperty("id").GetString() ?? "";
            // A budget is not negative.
            if (value == "taken" && money is { } some && (some.Units < 0 || some.Nanos < 0)) continue;
            var intent = scenario.Another(sale).Intent(each => each.Budget = money);
            if (value == "taken") await scenario.AcceptedAsync(id, intent);
            else AsRefused(vector.GetProperty("refused").GetString() ?? "", id, await scenario.SendAsync(intent));
        }
        await scenario.AcceptedAsync("control", sale.Intent());
    }

    static readonly Dictionary<string, Money?> NoAmounts = new()
    {
        ["zero"] = Xts.Of(0),
        ["negative"] = Xts.Of(-1),
        ["absent"] = null,
        ["signs-differ"] = Xts.Of(1, -1),
        ["nanos-of-a-unit"] = Xts.Of(0, 1_000_000_000),
        ["above-what-the-books-may-hold"] = Xts.Of(long.MaxValue),
    };

    [Check("LED-13.amounts", "What is funded is an amount above zero, and never more than keeps every account within what an amount can say.", Also = ["LED-02", "LED-01"],
        Values = ["zero", "negative", "absent", "signs-differ", "nanos-of-a-unit", "above-what-the-books-may-hold"])]
    public static async Task FundedAmounts(BrokerScenario scenario, string value)
    {
        var owner = await PlayerAsync(scenario);
        var faulty = scenario.NewFund(owner);
        faulty.Amount = NoAmounts[value];
        await scenario.RefusedAsync("amount_invalid", value, scenario.Seal(owner, faulty), scenario.Seal(owner, scenario.NewFund(owner)));
    }

    [Check("LED-03.every-currency", "Every currency of the registry is one that money is kept in; what is none, or is written otherwise, is currency_unknown.", Values = ["registry", "none"], Exact = true)]
    public static async Task EveryCurrency(BrokerScenario scenario, string value)
    {
        var owner = await PlayerAsync(scenario);
        Envelope Funding(string code) => scenario.Seal(owner, new Fund(scenario.NewFund(owner)) { Amount = new Money { CurrencyCode = code, Nanos = 1 } });
        await scenario.AcceptedAsync("a funding in the currency for tests", Funding(Xts.Code));
        if (value == "none")
        {
            foreach (var code in new[] { "", "XXQ", "eur", "EURO", "EU", "E R", "€" }) await scenario.RefusedAsync("currency_unknown", $"'{code}'", Funding(code));
            return;
        }
        foreach (var row in SpecFiles.ReadJson("registry/currencies.json").EnumerateArray()) await scenario.AcceptedAsync("a funding in a currency of the registry", Funding(row.GetProperty("code").GetString() ?? ""));
    }

    [Check("LED-06.partition-of-the-bucket", "An account's records stand in the partition that its bucket gives, and the directory's in the one behind them all.", Also = ["ENV-16", "LED-10"])]
    public static async Task PartitionOfTheBucket(BrokerScenario scenario)
    {
        for (var each = 0; each < 12; each++)
        {
            var owner = scenario.NewParty("owner");
            var partitions = (await scenario.BuildAsync(scenario.Seal(owner, BrokerScenario.Registration(owner)))).Decision.Partition;
            var mandate = new Mandate { Agent = owner.Id, AgentKey = ByteString.CopyFrom(owner.Key.Thumbprint), Account = owner.Id, Limits = { new CurrencyLimit { Currency = Xts.Code } }, ValidUntilMs = scenario.NowMs + 60_000 };
            var taken = await scenario.AcceptedAsync("a mandate", scenario.Seal(owner, mandate));
            Equal($"the partition of bucket {owner.Home}, of {partitions}", owner.Home * partitions / 4096, taken.Decision.Partition);
        }
    }

    [Check("LED-13.reference-once", "A reference of a funding is used once, for ever, in a partition: the second is reference_used, and no money comes of it.")]
    public static async Task ReferenceOnce(BrokerScenario scenario)
    {
        var owner = await PlayerAsync(scenario);
        var first = scenario.NewFund(owner, Xts.Of(5));
        await scenario.AcceptedAsync("a funding", scenario.Seal(owner, first));
        await scenario.RefusedAsync("reference_used", "another under its reference", scenario.Seal(owner, new Fund(first) { Amount = Xts.Of(7) }));
        await scenario.HasAsync(owner, Xts.Of(5));
    }

    [Check("LED-13.account-of-another", "With play money a principal funds its own account: another's is role_missing, and so is an agent's word for its principal.", Values = ["another-principal", "agent"])]
    public static async Task AccountOfAnother(BrokerScenario scenario, string value)
    {
        var owner = await PlayerAsync(scenario);
        var by = value == "agent" ? await scenario.AgentAsync("agent", owner) : await scenario.PrincipalAsync("other");
        var draft = scenario.Draft(by, scenario.NewFund(owner));
        draft.Header.Home = owner.Home;
        await scenario.RefusedAsync("role_missing", value, BrokerScenario.Seal(by, draft), scenario.Seal(owner, scenario.NewFund(owner)));
    }

    [Check("LED-13.told", "The money is available with the answer, and the principal is told.")]
    public static async Task Told(BrokerScenario scenario)
    {
        var owner = await PlayerAsync(scenario);
        var envelope = scenario.Seal(owner, scenario.NewFund(owner, Xts.Of(12, 345_678_901)));
        await scenario.AcceptedAsync("a funding", envelope);
        await scenario.HasAsync(owner, Xts.Of(12, 345_678_901));
        Equal("copies for the principal", 1, await scenario.MailOfAsync(owner, envelope));
    }

    static readonly Dictionary<string, (string Code, Money? Amount)> Payouts = new()
    {
        ["one-nano-above"] = ("funds_insufficient", Xts.Of(10, 1)),
        ["zero"] = ("amount_invalid", Xts.Of(0)),
        ["negative"] = ("amount_invalid", Xts.Of(-1)),
        ["another-currency"] = ("funds_insufficient", new Money { CurrencyCode = "EUR", Units = 1 }),
    };

    [Check("LED-14.payout", "A payout holds what is available, to the nano; more, nothing or another currency is refused.", Also = ["LED-05"], Values = ["one-nano-above", "zero", "negative", "another-currency"])]
    public static async Task Payout(BrokerScenario scenario, string value)
    {
        var owner = await PlayerAsync(scenario);
        await scenario.FundAsync(owner, Xts.Of(10));
        var (code, amount) = Payouts[value];
        Envelope Request(Money? money) => scenario.Seal(owner, new RequestPayout { Amount = money, Destination = "away" });
        await scenario.RefusedAsync(code, value, Request(amount), Request(Xts.Of(10)));
        await scenario.HasAsync(owner, Xts.Of(0), held: Xts.Of(10));
    }

    [Check("LED-14.by-another", "Only a principal asks for a payout: its agent is role_missing; an account that has not begun is account_unknown.", Also = ["MAN-11"])]
    public static async Task PayoutByAnother(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        var request = new RequestPayout { Amount = Xts.Of(1), Destination = "away" };
        await scenario.RefusedAsync("role_missing", "a payout by the agent", scenario.Seal(sale.Buyer, request));
        var empty = await scenario.PrincipalAsync("empty");
        await scenario.RefusedAsync("account_unknown", "a payout of nothing that ever was", scenario.Seal(empty, request), scenario.Seal(sale.Principal, request));
    }

    [Check("LED-15.no-operator", "Only an operator closes a payout: the principal that asked for it, and another, hear role_missing, and the money stays held.", Values = ["owner", "stranger"])]
    public static async Task NoOperator(BrokerScenario scenario, string value)
    {
        var sale = await scenario.SaleAsync(Xts.Of(10));
        var request = scenario.Seal(sale.Principal, new RequestPayout { Amount = Xts.Of(10), Destination = "away" });
        await scenario.AcceptedAsync("a payout", request);
        var by = value == "owner" ? sale.Principal : sale.Seller.Owner;
        var draft = scenario.Draft(by, new ClosePayout { Payout = ByteString.CopyFrom(Signing.Tags.Digest(request.Content.Span)), Account = sale.Principal.Id, Executed = false });
        draft.Header.Home = sale.Principal.Home;
        AsRefused("role_missing", $"closed by {value}", await scenario.SendAsync(BrokerScenario.Seal(by, draft)));
        await scenario.HasAsync(sale.Principal, Xts.Of(0), held: Xts.Of(10));
    }

    [Check("LED-05.who-may-ask", "Only its principal hears of an account: its agent, the other side and strangers are role_missing.", Values = ["agent", "other-side"])]
    public static async Task WhoMayAsk(BrokerScenario scenario, string value)
    {
        var sale = await scenario.SaleAsync();
        var question = new Ask { Account = new AskAccount { Account = sale.Principal.Id } };
        var (answer, refused) = await scenario.AskAsync(value == "agent" ? sale.Buyer : sale.Seller.Owner, question, sale.Principal.Home);
        AsRefused("role_missing", $"the account, asked for by {value}", (Outcome?)refused ?? new Outcome.Broken(answer?.ToString() ?? "an answer"));
        await scenario.HasAsync(sale.Principal, Xts.Of(1000));
    }

    [Check("LED-16.who-may-ask", "The payouts that wait are for an operator: a principal hears role_missing.")]
    public static async Task WhoMayAskForPayouts(BrokerScenario scenario)
    {
        var owner = await PlayerAsync(scenario);
        var (answer, refused) = await scenario.AskAsync(owner, new Ask { Payouts = new AskPayouts() });
        AsRefused("role_missing", "payouts, asked for by a principal", (Outcome?)refused ?? new Outcome.Broken(answer?.ToString() ?? "an answer"));
    }

    [Check("LED-08.every-credit-once", "Two equal credits to one payee in a row, and one from another account, arrive each exactly once, whichever partitions they come from.", Also = ["LED-10", "LED-06", "TXN-48"],
        Values = ["same-bucket-range", "another-bucket-range"])]
    public static async Task EveryCreditOnce(BrokerScenario scenario, string value)
    {
        var first = await scenario.SaleAsync();
        // As far apart as buckets go, or near: brokers of few or many partitions have them in different ones, or in one.
        Party payee;
        do payee = scenario.NewParty("payee");
        while (Math.Abs((int)payee.Home - (int)first.Principal.Home) is var apart && (value == "same-bucket-range" ? apart > 100 : apart < 1500));
        await scenario.BuildAsync(scenario.Seal(payee, BrokerScenario.Registration(payee)));
        for (var each = 0; each < 2; each++)
        {
            var sale = each == 0 ? first : scenario.Another(first);
            await sale.UntilAsync(Settled, quote: quote => quote.Payees.Add(new Payee { Account = payee.Id, Amount = Xts.Of(100) }));
        }
        await (await scenario.SaleAsync()).UntilAsync(Settled, quote: quote => quote.Payees.Add(new Payee { Account = payee.Id, Amount = Xts.Of(100) }));
        await scenario.GetsAsync(payee, Xts.Of(300));
        await scenario.HasAsync(first.Principal, Xts.Of(800));
    }

    [Check("TXN-48.each-payee-its-share", "Each payee gets what the quote names for it, to the nano, and nobody else anything.")]
    public static async Task EachPayeeItsShare(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        var (one, two) = (await scenario.PrincipalAsync("one"), await scenario.PrincipalAsync("two"));
        await sale.UntilAsync(Settled, quote: quote => quote.Payees.Add([new Payee { Account = one.Id, Amount = Xts.Of(99, 999_999_999) }, new Payee { Account = two.Id, Amount = Xts.Of(0, 1) }]));
        await scenario.GetsAsync(one, Xts.Of(99, 999_999_999));
        await scenario.GetsAsync(two, Xts.Of(0, 1));
        await scenario.HasAsync(sale.Seller.Owner, Xts.Of(0));
    }

    [Check("LED-12.remainder-to-the-first", "After an arbiter's split each payee gets the floor of its share in nanos, and the first what is left over.", Also = ["TXN-43", "TXN-48"], Values = ["ten-nanos", "one-nano", "large"])]
    public static async Task RemainderToTheFirst(BrokerScenario scenario, string value)
    {
        var sale = await scenario.EscrowSaleAsync(Xts.Of(long.MaxValue / 8192));
        Party[] payees = [await scenario.PrincipalAsync("one"), await scenario.PrincipalAsync("two"), await scenario.PrincipalAsync("three")];
        // Three shares of a third, to the nano.
        var (units, toSeller) = value switch { "ten-nanos" => (3L, Xts.Of(0, 10)), "one-nano" => (3L, Xts.Of(0, 1)), _ => (3_000_000_000_000L, Xts.Of(1_999_999_999_999, 999_999_999)) };
        await sale.UntilAsync(Disputed, intent => intent.Budget = Xts.Of(units), quote =>
        {
            (quote.Total, quote.Lines[0]) = (Xts.Of(units), new Line { Description = "Goods", Quantity = 1, UnitPrice = Xts.Of(units), Amount = Xts.Of(units) });
            quote.Payees.Add(payees.Select(payee => new Payee { Account = payee.Id, Amount = Xts.Of(units / 3) }));
        });
        var nanos = Xts.NanosOf(toSeller);
        await scenario.AcceptedAsync("a split", sale.Resolve(toSeller, Model.Amounts.Of(((Int128)units * 1_000_000_000) - nanos, Xts.Code)));
        await scenario.GetsAsync(payees[0], Model.Amounts.Of(nanos - (2 * (nanos / 3)), Xts.Code));
        foreach (var payee in payees[1..]) await scenario.GetsAsync(payee, Model.Amounts.Of(nanos / 3, Xts.Code));
    }

    [Check("LED-09.nothing-at-all", "A purchase for nothing is held, committed and settled like any other, without funds, and pays nobody; nothing of it can be refunded.", Also = ["TXN-45", "QUO-01"])]
    public static async Task NothingAtAll(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Open, intent => intent.Budget = Xts.Of(0));
        await scenario.BuildAsync(sale.Step(sale.Seller, sale.NewQuote(Xts.Of(0))));
        await scenario.AcceptedAsync("a lock of nothing", sale.Lock());
        await scenario.AcceptedAsync("its confirmation", sale.Confirm());
        await scenario.AcceptedAsync("its commit", sale.Commit());
        Equal("the state", Settled, await scenario.StateOfAsync(sale));
        AsRefused("refund_exceeds", "a refund of one nano", await scenario.SendAsync(sale.Refund(Xts.Of(0, 1))));
        await scenario.HasAsync(sale.Principal, Xts.Of(1000));
    }

    [Check("LED-01.near-the-end-of-amounts", "A quote of 2^63 - 1 units can be made and not be locked without so much money; nothing wraps.", Also = ["LED-02", "TXN-26"])]
    public static async Task NearTheEndOfAmounts(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Open, intent => intent.Budget = Xts.Of(long.MaxValue));
        await scenario.AcceptedAsync("a quote of all that an amount can say", sale.Step(sale.Seller, sale.NewQuote(Xts.Of(long.MaxValue))));
        await scenario.RefusedAsync("funds_insufficient", "a lock of it", sale.Lock());
        await scenario.AcceptedAsync("a quote of what there is", sale.Step(sale.Seller, sale.NewQuote(Xts.Of(1000))));
        await scenario.AcceptedAsync("a lock of it", sale.Lock());
    }

    [Check("LED-09.buyer-as-payee", "Where the quote pays a part to the buyer's own principal, that part comes back as a payment, and nothing is made or lost.")]
    public static async Task BuyerAsPayee(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        await sale.UntilAsync(Settled, quote: quote => quote.Payees.Add([new Payee { Account = sale.Principal.Id, Amount = Xts.Of(40) }, new Payee { Account = sale.Seller.Owner.Id, Amount = Xts.Of(60) }]));
        await scenario.GetsAsync(sale.Principal, Xts.Of(940));
        await scenario.GetsAsync(sale.Seller.Owner, Xts.Of(60));
    }

    [Check("LED-07.many-at-once", "Thirty conversations at once, each to an end drawn from the seed, leave every account where the records say, nobody below zero, and the sum as it was.", Also = ["LED-01", "LED-05", "LED-08"])]
    public static async Task ManyAtOnce(BrokerScenario scenario)
    {
        var first = await scenario.EscrowSaleAsync(Xts.Of(1500));
        var sales = Enumerable.Range(0, 30).Select(each => (Sale: each == 0 ? first : scenario.Another(first), Way: scenario.Random.Number(6))).ToList();
        await Task.WhenAll(sales.Select(each => LiveAsync(scenario, each.Sale, each.Way)));
        var settled = 0;
        foreach (var (sale, _) in sales) settled += await scenario.StateOfAsync(sale) is Settled ? 1 : 0;
        await scenario.GetsAsync(first.Seller.Owner, Xts.Of(100L * settled));
        var (available, held) = await scenario.BalanceAsync(first.Principal);
        Equal("nanos of all accounts together", Xts.NanosOf(Xts.Of(1500)), available + held + (await scenario.BalanceAsync(first.Seller.Owner)).Available);
    }

    // Funds are for half of them: what is refused on the way ends that way.
    static async Task LiveAsync(BrokerScenario scenario, Sale sale, int way)
    {
        Func<Envelope>[] steps = [() => sale.Intent(), () => sale.Quote(), () => sale.Lock(), () => sale.Confirm(), () => sale.Commit(), () => sale.Fulfil()];
        foreach (var step in steps.Take(way == 0 ? 3 : way == 1 ? 4 : 6))
        {
            if (await scenario.SendAsync(step()) is not Outcome.Taken) return;
        }
        var end = way switch { 0 or 1 => sale.Cancel(), 2 => sale.Accept(), 3 => sale.Refund(Xts.Of(100)), _ => sale.Dispute() };
        await scenario.AcceptedAsync("its end", end);
        if (way > 3) await scenario.AcceptedAsync("its end after a dispute", way == 4 ? sale.Accept() : sale.Refund(Xts.Of(100)));
    }

    static async Task<Party> PlayerAsync(BrokerScenario scenario)
    {
        if (!scenario.Target.Discovery.Play) throw new Runs.UntestedException("The broker has no play money: only its operators fund.");
        return await scenario.PrincipalAsync("owner");
    }
}
