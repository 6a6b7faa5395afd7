using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.V1;
using Google.Protobuf;
using Google.Type;
using static ActProtocol.Conformance.Brokers.Expectations;
using ACT = ActProtocol.V1;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Quotes
{
    [Check("QUO-04.total-off-by-one-nano", "A quote whose lines, taxes and fees differ from its total by one nano is refused.")]
    public static async Task TotalOffByOneNano(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        await scenario.RefusedAsync("totals_wrong", "a total one nano above the lines", sale.Quote(quote => quote.Total = Xts.Of(100, 1)), sale.Quote());
    }

    [Check("QUO-04.wrapped-sum", "Lines whose sum leaves 64 bits and would wrap to the total are refused: sums are formed in 128 bits.")]
    public static async Task WrappedSum(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        // 2^63 - 1 units twice, and 102 more, are 100 in 64 bits.
        var faulty = sale.Quote(quote =>
        {
            quote.Lines.Clear();
            quote.Lines.Add([LineOf(Xts.Of(long.MaxValue)), LineOf(Xts.Of(long.MaxValue)), LineOf(Xts.Of(102))]);
        });
        await scenario.RefusedAsync("totals_wrong", "lines that wrap to the total", faulty, sale.Quote());
    }

    [Check("QUO-04.sum-that-overflows-on-the-way", "Lines whose partial sum leaves 64 bits and comes back are summed exactly, and accepted.")]
    public static async Task SumThatOverflowsOnTheWay(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        await scenario.AcceptedAsync("two lines of 2^63 - 1 units, one back, 100 more", sale.Quote(quote =>
        {
            quote.Lines.Clear();
            quote.Lines.Add([LineOf(Xts.Of(long.MaxValue)), LineOf(Xts.Of(long.MaxValue)), LineOf(Xts.Of(-long.MaxValue)), LineOf(Xts.Of(-long.MaxValue)), LineOf(Xts.Of(100))]);
        }));
    }

    [Check("QUO-02.discount", "A line may be negative: a discount.", Also = ["QUO-04"])]
    public static async Task Discount(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        await scenario.AcceptedAsync("goods for 110 less 10", sale.Quote(quote =>
        {
            quote.Lines.Clear();
            quote.Lines.Add([LineOf(Xts.Of(110)), new Line { Description = "Discount", Quantity = 4, UnitPrice = Xts.Of(-2, -500_000_000), Amount = Xts.Of(-10) }]);
        }));
    }

    [Check("QUO-08.total-above-the-budget", "A total above the budget is a quote all the same, and can't be locked.", Also = ["TXN-13"])]
    public static async Task TotalAboveTheBudget(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open, intent => intent.Budget = Xts.Of(100));
        await scenario.AcceptedAsync("a quote one nano above the budget", sale.Step(sale.Seller, sale.NewQuote(Xts.Of(100, 1))));
        await scenario.RefusedAsync("budget_exceeded", "a lock one nano above the budget", sale.Lock());
        await scenario.AcceptedAsync("a quote that equals the budget", sale.Quote());
        await scenario.AcceptedAsync("a lock that equals the budget", sale.Lock());
    }

    static Line LineOf(Money amount) => new() { Description = "Goods", Quantity = 1, UnitPrice = amount, Amount = amount };

    static Action<Quote> OnLine(Action<Line> change) => quote => change(quote.Lines[0]);

    static Action<Quote> Charging(string name, Money? amount) => quote => quote.Taxes.Add(new Charge { Name = name, Amount = amount });

    static Action<Quote> Paying(params (string Account, Money Amount)[] payees) => quote => quote.Payees.Add(payees.Select(payee => new Payee { Account = payee.Account, Amount = payee.Amount }));

    static Action<Quote> Stating(params (string Name, Value? Value)[] attributes) => quote => quote.Attributes.Add(attributes.Select(attribute => new ACT.Attribute { Name = attribute.Name, Value = attribute.Value }));

    static Action<Quote> Terms(Action<Terms> change) => quote => change(quote.Terms);

    static Action<Quote> Escrow(Action<Escrow> change) => quote =>
    {
        quote.Terms.Escrow = new Escrow { FulfilWithinMs = 60_000, DisputeWindowMs = 60_000, ResolveWithinMs = 60_000, Arbiter = "act://local/arbiter" };
        change(quote.Terms.Escrow);
    };

    static readonly Value One = new() { Integer = 1 };

    static readonly Dictionary<string, (string Code, Action<Quote> Change)> Forms = new()
    {
        ["no-lines"] = ("terms_invalid", quote => Totalling(quote, Xts.Of(0)).Lines.Clear()),
        ["lines-65"] = ("terms_invalid", quote => quote.Lines.Add(Enumerable.Range(0, 64).Select(_ => LineOf(Xts.Of(0))))),
        ["taxes-65"] = ("terms_invalid", quote => quote.Taxes.Add(Enumerable.Range(0, 65).Select(_ => new Charge { Name = "t", Amount = Xts.Of(0) }))),
        ["fees-65"] = ("terms_invalid", quote => quote.Fees.Add(Enumerable.Range(0, 65).Select(_ => new Charge { Name = "f", Amount = Xts.Of(0) }))),
        ["total-negative"] = ("amount_invalid", quote => (quote.Total, quote.Lines[0]) = (Xts.Of(-100), LineOf(Xts.Of(-100)))),
        ["total-absent"] = ("amount_invalid", quote => quote.Total = null),
        ["line-description-of-257"] = ("terms_invalid", OnLine(line => line.Description = new string('d', 257))),
        ["line-quantity-0"] = ("terms_invalid", quote => OnLine(line => (line.Quantity, line.Amount) = (0, Xts.Of(0)))(Totalling(quote, Xts.Of(0)))),
        ["line-quantity-1000001"] = ("terms_invalid", quote => (quote.Lines[0].Quantity, quote.Lines[0].UnitPrice, quote.Lines[0].Amount, quote.Total) = (1_000_001, Xts.Of(0), Xts.Of(0), Xts.Of(0))),
        ["line-price-of-another-currency"] = ("currency_mixed", OnLine(line => line.UnitPrice = new Money { CurrencyCode = "EUR", Units = 100 })),
        ["line-amount-of-another-currency"] = ("currency_mixed", OnLine(line => line.Amount = new Money { CurrencyCode = "EUR", Units = 100 })),
        ["line-product-off-by-one-nano"] = ("totals_wrong", OnLine(line => (line.Quantity, line.UnitPrice) = (3, Xts.Of(33, 333_333_333)))),
        ["tax-name-of-257"] = ("terms_invalid", Charging(new string('t', 257), Xts.Of(0))),
        ["tax-of-another-currency"] = ("currency_mixed", Charging("tax", new Money { CurrencyCode = "EUR" })),
        ["tax-negative"] = ("amount_invalid", quote => Charging("tax", Xts.Of(-1))(Totalling(quote, Xts.Of(99)))),
        ["tax-without-an-amount"] = ("amount_invalid", Charging("tax", null)),
        ["payee-that-is-no-id"] = ("terms_invalid", Paying(("firm", Xts.Of(100)))),
        ["payee-twice"] = ("terms_invalid", Paying(("act://local/firm", Xts.Of(50)), ("act://local/firm", Xts.Of(50)))),
        ["payee-of-another-currency"] = ("currency_mixed", Paying(("act://local/firm", new Money { CurrencyCode = "EUR", Units = 100 }))),
        ["payee-of-nothing"] = ("amount_invalid", Paying(("act://local/firm", Xts.Of(100)), ("act://local/firm-2", Xts.Of(0)))),
        ["payees-off-by-one-nano"] = ("totals_wrong", Paying(("act://local/firm", Xts.Of(50)), ("act://local/firm-2", Xts.Of(50, 1)))),
        ["payees-17"] = ("terms_invalid", Paying([.. Enumerable.Range(0, 17).Select(each => ($"act://local/firm-{each}", Xts.Of(each == 0 ? 84 : 1)))])),
        ["attributes-65"] = ("terms_invalid", Stating([.. Enumerable.Range(0, 65).Select(each => ($"a{each}", (Value?)One))])),
        ["attribute-twice"] = ("terms_invalid", Stating(("a", One), ("a", One))),
        ["attribute-named-total"] = ("terms_invalid", Stating(("total", One))),
        ["attribute-named-seller"] = ("terms_invalid", Stating(("seller", One))),
        ["attribute-in-capitals"] = ("terms_invalid", Stating(("Colour", One))),
        ["attribute-without-a-value"] = ("terms_invalid", Stating(("a", null))),
        ["attribute-without-a-kind"] = ("terms_invalid", Stating(("a", new Value()))),
        ["attribute-text-of-257"] = ("terms_invalid", Stating(("a", new Value { Text = new string('a', 257) }))),
        ["attribute-money-that-is-none"] = ("amount_invalid", Stating(("a", new Value { Money = Xts.Of(1, -1) }))),
        ["terms-absent"] = ("terms_invalid", quote => quote.Terms = null),
        ["hold-999-ms"] = ("terms_invalid", Terms(terms => terms.HoldForMs = 999)),
        ["hold-beyond-30-days"] = ("terms_invalid", Terms(terms => terms.HoldForMs = 2_592_000_001)),
        ["cancel-unknown"] = ("terms_invalid", Terms(terms => terms.Cancel = (CancelTerms)9)),
        ["no-settlement"] = ("terms_invalid", Terms(terms => terms.ClearSettlement())),
        ["fulfil-999-ms"] = ("terms_invalid", Escrow(escrow => escrow.FulfilWithinMs = 999)),
        ["fulfil-beyond-90-days"] = ("terms_invalid", Escrow(escrow => escrow.FulfilWithinMs = 7_776_000_001)),
        ["resolve-absent"] = ("terms_invalid", Escrow(escrow => escrow.ResolveWithinMs = 0)),
        ["window-negative"] = ("terms_invalid", Escrow(escrow => escrow.DisputeWindowMs = -1)),
        ["window-beyond-90-days"] = ("terms_invalid", Escrow(escrow => escrow.DisputeWindowMs = 7_776_000_001)),
        ["arbiter-absent"] = ("terms_invalid", Escrow(escrow => escrow.Arbiter = "")),
    };

    static Quote Totalling(Quote quote, Money total)
    {
        quote.Total = total;
        return quote;
    }

    static async Task RefusedFormAsync(BrokerScenario scenario, string value)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        var (code, change) = Forms[value];
        await scenario.RefusedAsync(code, value, sale.Quote(change), sale.Quote());
    }

    [Check("QUO-01.form", "A quote without lines, with too many parts, or with a negative total is refused.", Values = ["no-lines", "lines-65", "taxes-65", "fees-65", "total-negative", "total-absent"])]
    public static Task Form(BrokerScenario scenario, string value) => RefusedFormAsync(scenario, value);

    [Check("QUO-02.lines", "A line that is out of its bounds, of another currency, or whose quantity times price is not its amount to the nano, is refused.", Values =
    [
        "line-description-of-257", "line-quantity-0", "line-quantity-1000001", "line-price-of-another-currency", "line-amount-of-another-currency", "line-product-off-by-one-nano",
    ])]
    public static Task Lines(BrokerScenario scenario, string value) => RefusedFormAsync(scenario, value);

    [Check("QUO-03.charges", "A tax or fee with too long a name, of another currency, below zero or without an amount is refused.",
        Values = ["tax-name-of-257", "tax-of-another-currency", "tax-negative", "tax-without-an-amount"])]
    public static Task Charges(BrokerScenario scenario, string value) => RefusedFormAsync(scenario, value);

    [Check("QUO-05.payees", "Payees that are no ids, stand twice, get nothing or another currency, are too many, or do not sum to the total to the nano are refused.", Values =
    [
        "payee-that-is-no-id", "payee-twice", "payee-of-another-currency", "payee-of-nothing", "payees-off-by-one-nano", "payees-17",
    ])]
    public static Task Payees(BrokerScenario scenario, string value) => RefusedFormAsync(scenario, value);

    [Check("QUO-06.attributes", "Attributes that are too many, stand twice, take a name that is not theirs, or have no value are refused.", Values =
    [
        "attributes-65", "attribute-twice", "attribute-named-total", "attribute-named-seller", "attribute-in-capitals", "attribute-without-a-value", "attribute-without-a-kind", "attribute-text-of-257",
        "attribute-money-that-is-none",
    ])]
    public static Task Attributes(BrokerScenario scenario, string value) => RefusedFormAsync(scenario, value);

    [Check("QUO-07.terms", "Terms that are absent, out of their bounds, of an unknown kind, or without a settlement are refused.", Values =
    [
        "terms-absent", "hold-999-ms", "hold-beyond-30-days", "cancel-unknown", "no-settlement", "fulfil-999-ms", "fulfil-beyond-90-days", "resolve-absent", "window-negative",
        "window-beyond-90-days", "arbiter-absent",
    ])]
    public static Task TermsOutOfBounds(BrokerScenario scenario, string value) => RefusedFormAsync(scenario, value);

    [Check("QUO-01.at-its-bounds", "A quote with 64 lines, taxes, fees and attributes, a line of a million pieces and 16 payees is accepted.", Also = ["QUO-02", "QUO-03", "QUO-05", "QUO-06"])]
    public static async Task AtItsBounds(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        var payees = new List<Party>();
        for (var each = 0; each < 16; each++) payees.Add(await scenario.PrincipalAsync("payee"));
        await scenario.AcceptedAsync("a quote at all its bounds", sale.Quote(quote =>
        {
            quote.Lines[0] = new Line { Description = new string('d', 256), Quantity = 1_000_000, UnitPrice = Xts.Of(0, 100_000), Amount = Xts.Of(100) };
            quote.Lines.Add(Enumerable.Range(0, 63).Select(_ => LineOf(Xts.Of(0))));
            quote.Taxes.Add(Enumerable.Range(0, 64).Select(_ => new Charge { Name = "t", Amount = Xts.Of(0) }));
            quote.Fees.Add(Enumerable.Range(0, 64).Select(_ => new Charge { Name = "f", Amount = Xts.Of(0) }));
            Paying([.. payees.Select((payee, each) => (payee.Id, each == 0 ? Xts.Of(99, 999_999_985) : Xts.Of(0, 1)))])(quote);
            Stating([.. Enumerable.Range(0, 64).Select(each => ($"a{each}", (Value?)One))])(quote);
        }));
    }

    [Check("TXN-21.vectors", "Each quote of the vectors is taken, or refused with the vector's code, to the letter.", Values = ["accepted", "refused"])]
    public static async Task Vectors(BrokerScenario scenario, string value)
    {
        var sale = await scenario.SaleAsync(mandate: mandate => mandate.Limits.Add(new CurrencyLimit { Currency = "CNY" }));
        await sale.UntilAsync(TransactionState.Open, intent => intent.Budget = new Money { CurrencyCode = "CNY", Units = 100_000 });
        var payees = (await scenario.PrincipalAsync("payee"), await scenario.PrincipalAsync("payee"));
        var arbiter = await scenario.AgentAsync("arbiter", await scenario.PrincipalAsync("court"));
        foreach (var vector in SpecFiles.ReadJson("vectors/transactions/quotes.json").EnumerateArray())
        {
            var isAccepted = vector.TryGetProperty("accepted", out _);
            if (isAccepted != (value == "accepted")) continue;
            var quote = JsonParser.Default.Parse<Quote>(vector.GetProperty("quote").GetRawText());
            (quote.Intent, quote.ValidUntilMs) = (ByteString.CopyFrom(sale.RevisionDigest), sale.IntentExpiresAtMs);
            if (isAccepted) UseThose(quote);
            var id = vector.GetProperty("id").GetString()!;
            if (isAccepted) await scenario.AcceptedAsync(id, sale.Step(sale.Seller, quote));
            else AsRefused(vector.GetProperty("refused").GetString()!, id, await scenario.SendAsync(sale.Step(sale.Seller, quote)));
        }
        if (value == "refused") await scenario.AcceptedAsync("control of the vectors", sale.Step(sale.Seller, sale.NewQuote(new Money { CurrencyCode = "CNY", Units = 1 })));

        void UseThose(Quote quote)
        {
            foreach (var (payee, party) in quote.Payees.Zip([payees.Item1, payees.Item2])) payee.Account = party.Id;
            if (quote.Terms.Escrow is { } escrow) escrow.Arbiter = arbiter.Id;
        }
    }

    [Check("QUO-08.intent-of-another-revision", "A quote names the present revision: another digest is intent_wrong, also that of the first after a counter.")]
    public static async Task IntentOfAnotherRevision(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        await scenario.RefusedAsync("intent_wrong", "a digest that is none", sale.Quote(quote => quote.Intent = ByteString.CopyFrom(scenario.Random.Bytes(32))), sale.Quote());
        await scenario.AcceptedAsync("a counter", sale.Counter());
        await scenario.RefusedAsync("intent_wrong", "the digest of the first revision", sale.Quote(quote => quote.Intent = ByteString.CopyFrom(sale.IntentDigest)), sale.Quote());
    }

    [Check("QUO-08.currency-of-the-budget", "A quote in another currency than the budget's is refused with currency_mixed.")]
    public static async Task CurrencyOfTheBudget(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        await scenario.RefusedAsync("currency_mixed", "a quote in EUR", sale.Step(sale.Seller, sale.NewQuote(new Money { CurrencyCode = "EUR", Units = 100 })), sale.Quote());
    }

    [Check("QUO-08.valid-until", "A quote that is valid no more is quote_expired; one that is valid beyond the intent is terms_invalid; one that ends with the intent is taken.")]
    public static async Task ValidUntil(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        await scenario.RefusedAsync("quote_expired", "valid until a minute ago", sale.Quote(quote => quote.ValidUntilMs = scenario.NowMs - 60_000));
        await scenario.RefusedAsync("terms_invalid", "valid one millisecond beyond the intent", sale.Quote(quote => quote.ValidUntilMs = sale.IntentExpiresAtMs + 1), sale.Quote());
    }

    [Check("QUO-09.payee-that-is-an-agent", "Money goes to principals: a payee that is an agent is terms_invalid, one that nobody registered agent_unknown.")]
    public static async Task PayeeThatIsAnAgent(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        await scenario.RefusedAsync("terms_invalid", "the seller's agent as payee", sale.Quote(Paying((sale.Seller.Id, Xts.Of(100)))));
        await scenario.RefusedAsync("agent_unknown", "a payee that is not registered", sale.Quote(Paying(($"{sale.Seller.Owner.Id}-x", Xts.Of(100)))), sale.Quote(Paying((sale.Seller.Owner.Id, Xts.Of(100)))));
    }

    [Check("QUO-09.arbiter-of-a-side", "An arbiter of the buyer's or the seller's principal is same_principal; one that nobody registered agent_unknown.", Values = ["buyer", "seller", "nobody"])]
    public static async Task ArbiterOfASide(BrokerScenario scenario, string value)
    {
        var sale = await (await scenario.EscrowSaleAsync()).UntilAsync(TransactionState.Open);
        var arbiter = value switch
        {
            "buyer" => await scenario.AgentAsync("arbiter", sale.Principal),
            "seller" => await scenario.AgentAsync("arbiter", sale.Seller.Owner),
            _ => scenario.NewParty("arbiter", sale.Arbiter!.Owner),
        };
        await scenario.RefusedAsync(value == "nobody" ? "agent_unknown" : "same_principal", $"an arbiter of the {value}", sale.EscrowQuote(arbiter), sale.EscrowQuote(sale.Arbiter!));
    }

    static readonly Dictionary<string, (string Code, Action<Quote> Change)> Pairs = new()
    {
        ["total-wrong"] = ("totals_wrong", quote => quote.Total = Xts.Of(100, 1)),
        ["intent-wrong"] = ("agent_unknown", quote => quote.Intent = ByteString.CopyFrom(new byte[32])),
    };

    [Check("QUO-09.by-the-order-of-the-registry", "With a payee that nobody registered and one fault more, the one is told whose row of the registry comes first: a wrong total before it, a wrong intent after it.",
        Values = ["total-wrong", "intent-wrong"])]
    public static async Task ByTheOrderOfTheRegistry(BrokerScenario scenario, string value)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        var (code, change) = Pairs[value];
        await scenario.RefusedAsync(code, $"a payee that is not registered, and {value}", sale.Quote(quote =>
        {
            Paying(($"{sale.Seller.Owner.Id}-x", Xts.Of(100)))(quote);
            change(quote);
            if (value == "total-wrong") quote.Payees[0].Amount = quote.Total;
        }), sale.Quote());
    }

    [Check("QUO-10.ninth-quote", "A revision takes 8 quotes; the ninth is rounds_exhausted whatever it says, and after a counter there are 8 again.")]
    public static async Task NinthQuote(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        for (var each = 1; each <= 8; each++) await scenario.AcceptedAsync($"quote {each}", sale.Quote());
        await scenario.RefusedAsync("rounds_exhausted", "the ninth quote", sale.Quote());
        await scenario.RefusedAsync("rounds_exhausted", "a ninth quote that is wrong besides", sale.Quote(quote => quote.Total = Xts.Of(1)));
        await scenario.AcceptedAsync("a counter", sale.Counter());
        await scenario.AcceptedAsync("a quote for the new revision", sale.Quote());
    }

    [Check("QUO-10.a-later-quote-replaces", "A later quote replaces the one before, which can be locked no more: quote_superseded; the later one can.")]
    public static async Task ALaterQuoteReplaces(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Quoted);
        var first = ByteString.CopyFrom(sale.QuoteDigest);
        await scenario.AcceptedAsync("a second quote", sale.Quote(quote => quote.Lines[0].Description = "Better goods"));
        await scenario.RefusedAsync("quote_superseded", "a lock on the first quote", sale.Lock(each => each.Quote = first), sale.Lock());
    }

    [Check("QUO-11.binds-the-seller", "A lock on a quote that is valid is accepted without the seller's word, and its price stays what the quote says.", Also = ["TXN-19"])]
    public static async Task BindsTheSeller(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Quoted);
        var taken = await scenario.AcceptedAsync("a lock", sale.Lock());
        Equal("the sum held", Xts.Of(100), taken.Accepted.Payment?.Amount);
        await scenario.RefusedAsync("step_out_of_order", "a dearer quote after the lock", sale.Quote(quote => (quote.Total, quote.Lines[0]) = (Xts.Of(200), LineOf(Xts.Of(200)))));
    }

    [Check("TXN-04.seller-not-addressed", "A quote by a seller that the intent did not address is transaction_unknown.", Also = ["TXN-02"])]
    public static async Task SellerNotAddressed(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        var stranger = await scenario.SellerAsync();
        await scenario.RefusedAsync("transaction_unknown", "a quote by another seller", sale.Step(stranger, sale.NewQuote(Xts.Of(100)), header => header.Recipients.Add(sale.Buyer.Id)), sale.Quote());
    }
}
