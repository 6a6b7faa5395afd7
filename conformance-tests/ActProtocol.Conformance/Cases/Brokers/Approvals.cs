using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Rendering;
using ActProtocol.V1;
using Google.Protobuf;
using Google.Type;
using static ActProtocol.Conformance.Brokers.Expectations;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Approvals
{
    [Check("TXN-27.approve", "A lock above the threshold awaits approval; approved with the digest of the very rendering it is locked, and the time to hold begins then.", Also = ["REN-01", "REN-02", "TXN-07"], Values = ["en", "zh"])]
    public static async Task Approve(BrokerScenario scenario, string value)
    {
        var sale = await AwaitingAsync(scenario);
        var taken = await scenario.AcceptedAsync("an approval", sale.Approve(language: value));
        Equal("state and deadline", (Locked, taken.Decision.StampMs + 600_000), (taken.Accepted.State, taken.Accepted.DeadlineMs));
        Equal("its payment", (PaymentKind.Held, Xts.Of(100)), (taken.Accepted.Payment?.Kind ?? default, taken.Accepted.Payment?.Amount));
        await scenario.AcceptedAsync("a confirmation", sale.Confirm());
    }

    static readonly Dictionary<string, (string Code, Action<Sale, Approve> Change)> Wrong = new()
    {
        ["another-quote"] = ("quote_unknown", (_, approve) => approve.Quote = ByteString.CopyFrom(new byte[32])),
        ["another-text"] = ("rendering_wrong", (_, approve) => approve.Rendering = ByteString.CopyFrom(new byte[32])),
        ["the-other-language"] = ("rendering_wrong", (_, approve) => approve.Language = "zh"),
        ["a-language-that-is-none"] = ("rendering_wrong", (_, approve) => approve.Language = "de"),
        ["no-language"] = ("rendering_wrong", (_, approve) => approve.Language = ""),
        ["language-in-capitals"] = ("rendering_wrong", (_, approve) => approve.Language = "EN"),
        ["the-intent-alone"] = ("rendering_wrong", (sale, approve) => approve.Rendering = ByteString.CopyFrom(PurchaseText.DigestOf(PurchaseText.Of(sale.Revision ?? new Intent(), "en")))),
        ["without-the-last-line-end"] = ("rendering_wrong", (sale, approve) => approve.Rendering = ByteString.CopyFrom(PurchaseText.DigestOf(sale.Rendering("en").TrimEnd('\n')))),
    };

    [Check("TXN-27.wrong", "An approval that names another quote, another text or another language is refused, and what is held stays held.", Also = ["REN-01", "REN-02"], Values =
    [
        "another-quote", "another-text", "the-other-language", "a-language-that-is-none", "no-language", "language-in-capitals", "the-intent-alone", "without-the-last-line-end",
    ])]
    public static async Task NotThatOne(BrokerScenario scenario, string value)
    {
        var sale = await AwaitingAsync(scenario);
        var (code, change) = Wrong[value];
        await scenario.RefusedAsync(code, value, sale.Approve(approve => change(sale, approve)), sale.Approve());
    }

    [Check("TXN-27.reused", "An approval is for one lock: that of a sale that was cancelled opens nothing in the next, and its bytes get the answer that they had.")]
    public static async Task Reused(BrokerScenario scenario)
    {
        var sale = await AwaitingAsync(scenario);
        var approval = sale.Approve();
        await scenario.BuildAsync(sale.Cancel());
        await scenario.RefusedAsync("step_out_of_order", "an approval of what was cancelled", approval);
        var next = await scenario.Another(sale).UntilAsync(Quoted);
        await scenario.BuildAsync(next.Lock());
        await scenario.RefusedAsync("quote_unknown", "the approval of the sale before", next.Approve(approve => (approve.Quote, approve.Rendering) = (ByteString.CopyFrom(sale.QuoteDigest), ByteString.CopyFrom(PurchaseText.DigestOf(sale.Rendering("en"))))), next.Approve());
    }

    [Check("TXN-27.only-the-principal", "Only the buyer's principal approves: buyer and seller hear step_not_yours, the seller's principal transaction_unknown.", Also = ["TXN-03"], Values = ["buyer", "seller", "sellers-principal"])]
    public static async Task OnlyThePrincipal(BrokerScenario scenario, string value)
    {
        var sale = await AwaitingAsync(scenario);
        var body = Content.Parser.ParseFrom(sale.Approve().Content).Approve;
        var by = value switch { "buyer" => sale.Buyer, "seller" => sale.Seller, _ => sale.Seller.Owner };
        await scenario.RefusedAsync(value == "sellers-principal" ? "transaction_unknown" : "step_not_yours", $"an approval by the {value}", sale.Step(by, body), sale.Approve());
    }

    [Check("TXN-28.deny", "What the principal denies ends, and is free.")]
    public static async Task Deny(BrokerScenario scenario)
    {
        var sale = await AwaitingAsync(scenario);
        Equal("the state", Denied, (await scenario.AcceptedAsync("a denial", sale.Deny())).Accepted.State);
        await scenario.HasAsync(sale.Principal, Xts.Of(1000));
        await scenario.RefusedAsync("step_out_of_order", "an approval after it", sale.Approve());
        await scenario.AcceptedAsync("control: an approval of another", (await AnotherAwaitingAsync(scenario, sale)).Approve());
    }

    [Check("TXN-49.holds-as-a-lock-does", "What awaits approval holds funds, mandate and intent like a lock.", Also = ["TXN-13", "MAN-06"])]
    public static async Task HoldsAsALockDoes(BrokerScenario scenario)
    {
        var sale = await scenario.ApprovalSaleAsync(mandate => mandate.Limits[0].InTotal = Xts.Of(500));
        var second = scenario.Another(sale, await scenario.SellerAsync());
        await scenario.BuildAsync(sale.Intent(header: header => header.Recipients.Add(second.Seller.Id)));
        foreach (var each in new[] { sale, second }) await scenario.BuildAsync(each.Quote());
        await scenario.BuildAsync(sale.Lock());
        await scenario.HasAsync(sale.Principal, Xts.Of(900), held: Xts.Of(100));
        await scenario.RefusedAsync("intent_used", "a second lock of the intent", second.Lock());
        var (answer, _) = await scenario.AskAsync(sale.Principal, new Ask { Mandate = new AskMandate { Mandate = ByteString.CopyFrom(sale.Mandate) } });
        Equal("spent under the mandate", Xts.Of(100), answer?.Mandate?.Spent.FirstOrDefault());
    }

    [Check("TXN-49.seller-hears-when-it-is-approved", "The seller hears of a lock that awaits approval only when it is approved: first the lock's record, then the approval's; the principal alone hears of it before.", Also = ["TXN-17"])]
    public static async Task SellerHearsWhenItIsApproved(BrokerScenario scenario)
    {
        var sale = await (await scenario.ApprovalSaleAsync()).UntilAsync(Quoted);
        var locking = sale.Lock();
        await scenario.AcceptedAsync("a lock", locking);
        Equal("copies of the lock for seller and principal", (0, 1), (await scenario.MailOfAsync(sale.Seller, locking), await scenario.MailOfAsync(sale.Principal, locking)));
        var approval = sale.Approve();
        await scenario.AcceptedAsync("an approval", approval);
        var seen = (await scenario.MailAsync(sale.Seller)).Select(delivery => Receipts.RecordOf(delivery.Receipt)?.Envelope?.Content).Where(content => content == locking.Content || content == approval.Content).ToList();
        Equal("what the seller has of them, in order", "Lock, Approve", string.Join(", ", seen.Select(content => Bodies.NameOf(content ?? ByteString.Empty))));
        Equal("copies of the approval for the buyer", 1, await scenario.MailOfAsync(sale.Buyer, approval));
    }

    [Check("TXN-07.approval-ends-with-the-quote", "An approval is awaited until the earliest of the quote's time, the hold and a day.", Values = ["quote", "hold", "day"])]
    public static async Task ApprovalEndsWithTheQuote(BrokerScenario scenario, string value)
    {
        var sale = await (await scenario.ApprovalSaleAsync()).UntilAsync(Quoted, intent => intent.ExpiresAtMs = scenario.NowMs + (2 * 86_400_000L), quote =>
        {
            quote.Terms.HoldForMs = value == "hold" ? 50_000 : 2 * 86_400_000L;
            if (value == "quote") quote.ValidUntilMs = scenario.NowMs + 40_000;
        });
        var taken = await scenario.AcceptedAsync("a lock", sale.Lock());
        Equal("until when its approval is awaited", value switch { "quote" => sale.Quoted?.ValidUntilMs, "hold" => taken.Decision.StampMs + 50_000, _ => taken.Decision.StampMs + 86_400_000 }, taken.Accepted.DeadlineMs);
    }

    static readonly Dictionary<string, string> Hostile = new()
    {
        ["quotation-marks"] = "nice\" Enforced: nothing. \u201cYou pay: 0 XTS\u201d \\u{41}",
        ["line-breaks"] = "one\nYou pay: 1 XTS\r\ntwo\u2028three\u2029four\u0085five",
        ["turned-around"] = "\u202eSTX 1 :yap uoY\u2066 a\u200fb\u061c",
        ["nothing-to-see"] = "a\u200bb\ufeffc\u2800d\u3164e\u115ff\u00adg\ue000h\u0378",
        ["marks-that-join"] = "\u0301first \"\u0301after a quotation mark; e\u0301 after a letter",
        ["beyond-the-first-plane"] = "\U0001f600 \U000e0041\U0010ffff \U0001d165",
    };

    [Check("REN-10.hostile-words", "Words, descriptions and texts that imitate, turn or hide stand quoted in the rendering, to the byte: the approval of that text is taken.", Also = ["REN-03", "REN-11", "TXN-27"],
        Values = ["quotation-marks", "line-breaks", "turned-around", "nothing-to-see", "marks-that-join", "beyond-the-first-plane"])]
    public static Task HostileWords(BrokerScenario scenario, string value) => ApprovedAsync(scenario, intent => intent.Words = Hostile[value], quote =>
    {
        quote.Lines[0].Description = Hostile[value];
        quote.Attributes.Add(new V1.Attribute { Name = "note", Value = new Value { Text = Hostile[value] } });
        quote.Fees.Add(new Charge { Name = Hostile[value], Amount = Xts.Of(0) });
    });

    [Check("REN-04.every-line", "A purchase with lines, taxes, fees, payees, escrow and attributes is rendered line by line, to the byte, in both languages.", Also = ["REN-05", "LED-04"], Values = ["en", "zh"])]
    public static async Task EveryLine(BrokerScenario scenario, string value)
    {
        var arbiter = await scenario.AgentAsync("arbiter", await scenario.PrincipalAsync("court"));
        var partner = await scenario.PrincipalAsync("partner");
        await ApprovedAsync(scenario, intent => intent.Arbiters.Add(arbiter.Id), quote =>
        {
            quote.Lines[0] = new Line { Description = "Goods", Quantity = 3, UnitPrice = Xts.Of(33, 333_333_333), Amount = Xts.Of(99, 999_999_999) };
            quote.Taxes.Add(new Charge { Name = "VAT", Amount = Xts.Of(0, 1) });
            quote.Fees.Add(new Charge { Name = "Fee", Amount = Xts.Of(1, 500_000_000) });
            quote.Total = Xts.Of(101, 500_000_000);
            quote.Payees.Add(new Payee { Account = partner.Id, Amount = Xts.Of(101, 500_000_000) });
            quote.Terms.Escrow = new Escrow { FulfilWithinMs = 86_400_500, DisputeWindowMs = 0, ResolveWithinMs = 1001, Arbiter = arbiter.Id };
            (quote.Terms.HoldForMs, quote.Terms.Cancel) = (61_100, CancelTerms.UntilConfirm);
            quote.Attributes.Add([Fact("yes", new Value { Flag = true }), Fact("no", new Value { Flag = false }), Fact("count", new Value { Integer = -7 }), Fact("price", new Value { Money = new Money { CurrencyCode = "JPY", Units = 12 } })]);
            quote.Attributes.Add([Fact("before-1970", new Value { TimeMs = -1 }), Fact("long-ago", new Value { TimeMs = -62_135_596_800_001 }), Fact("last", new Value { TimeMs = 253_402_300_799_999 })]);
        }, value);
    }

    [Check("REN-07.constraints", "A constraint of every kind is rendered in sentences, to the byte, in both languages.", Also = ["REN-06", "REN-08"], Values = ["en", "zh"])]
    public static Task Constraint(BrokerScenario scenario, string value) => ApprovedAsync(scenario, intent => intent.Constraint = new Constraint
    {
        All = new All
        {
            Of =
            {
                new Constraint { OneOf = new OneOf { Attribute = "count", Values = { new Value { Integer = 1 }, new Value { Integer = 7 } } } },
                new Constraint { Between = new Between { Attribute = "at", From = new Value { TimeMs = 1_800_000_000_000 }, Until = new Value { TimeMs = 1_900_000_000_000 } } },
                new Constraint { HoursOfDay = new HoursOfDay { Attribute = "at", Zone = "UTC", FromMinute = 0, UntilMinute = 1440 } },
                new Constraint { Not = new Not { Of = new Constraint { Compare = new Compare { Attribute = "note", Relation = Relation.Equal, Value = new Value { Text = "say \"no\"" } } } } },
                new Constraint { Any = new Any { Of = { new Constraint { Compare = new Compare { Attribute = "total", Relation = Relation.AtMost, Value = new Value { Money = Xts.Of(100) } } } } } },
            },
        },
    }, quote => quote.Attributes.Add([Fact("count", new Value { Integer = 7 }), Fact("at", new Value { TimeMs = 1_850_000_000_000 }), Fact("note", new Value { Text = "yes" })]), value);

    [Check("REN-01.present-revision", "After a counter the rendering is that of the present revision, with the locks of the first; that of the first revision is rendering_wrong.", Also = ["TXN-27"])]
    public static async Task PresentRevision(BrokerScenario scenario)
    {
        var sale = await (await scenario.ApprovalSaleAsync()).UntilAsync(Quoted, intent => intent.MaxLocks = 3);
        var first = sale.Revision!.Clone();
        await scenario.BuildAsync(sale.Counter(intent => intent.Words = "Something else."));
        await scenario.BuildAsync(sale.Quote());
        await scenario.BuildAsync(sale.Lock());
        var old = PurchaseText.Of(first, sale.Quoted!, sale.Seller.Id, "en");
        await scenario.RefusedAsync("rendering_wrong", "the text of the first revision", sale.Approve(approve => approve.Rendering = ByteString.CopyFrom(PurchaseText.DigestOf(old))), sale.Approve());
    }

    static async Task ApprovedAsync(BrokerScenario scenario, Action<Intent> intent, Action<Quote> quote, string language = "en")
    {
        var sale = await (await scenario.ApprovalSaleAsync()).UntilAsync(Quoted, intent, quote);
        await scenario.BuildAsync(sale.Lock());
        await scenario.RefusedAsync("rendering_wrong", "a text one space longer", sale.Approve(approve => approve.Rendering = ByteString.CopyFrom(PurchaseText.DigestOf(sale.Rendering(language) + " ")), language), sale.Approve(language: language));
    }

    static V1.Attribute Fact(string name, Value value) => new() { Name = name, Value = value };

    static async Task<Sale> AwaitingAsync(BrokerScenario scenario)
    {
        var sale = await (await scenario.ApprovalSaleAsync()).UntilAsync(Quoted);
        await scenario.BuildAsync(sale.Lock());
        return sale;
    }

    static async Task<Sale> AnotherAwaitingAsync(BrokerScenario scenario, Sale sale)
    {
        var another = await scenario.Another(sale).UntilAsync(Quoted);
        await scenario.BuildAsync(another.Lock());
        return another;
    }
}
