using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.V1;
using Google.Type;
using static ActProtocol.Conformance.Brokers.Expectations;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Escrows
{
    [Check("TXN-40.accept", "What was fulfilled, or disputed, and is then accepted is paid to the payee once; until then the payee has nothing of it.", Values = ["fulfilled", "disputed"])]
    public static async Task Accept(BrokerScenario scenario, string value)
    {
        var sale = await scenario.SaleInAsync(SaleStates.Named(value));
        await scenario.HasAsync(sale.Principal, Xts.Of(900), held: Xts.Of(100));
        await scenario.HasAsync(sale.Seller.Owner, Xts.Of(0));
        var taken = await scenario.AcceptedAsync("an acceptance", sale.Accept());
        Equal("its payment", (PaymentKind.Settled, Xts.Of(100)), (taken.Accepted.Payment?.Kind ?? default, taken.Accepted.Payment?.Amount));
        await scenario.RefusedAsync("step_out_of_order", "a second acceptance", sale.Accept());
        await scenario.GetsAsync(sale.Seller.Owner, Xts.Of(100));
        await scenario.HasAsync(sale.Principal, Xts.Of(900));
    }

    [Check("TXN-37.fulfil-before-it-was-delivered", "The seller may fulfil once the commit is recorded, whether or not its delivery was acknowledged, and the dispute window runs from that stamp.")]
    public static async Task FulfilBeforeItWasDelivered(BrokerScenario scenario)
    {
        var sale = await (await scenario.EscrowSaleAsync()).UntilAsync(Committed);
        var taken = await scenario.AcceptedAsync("a fulfilment", sale.Fulfil());
        Equal("the end of the window", taken.Decision.StampMs + 3_600_000, taken.Accepted.DeadlineMs);
    }

    [Check("TXN-42.disputed-is-not-settled-by-itself", "A dispute stops the window: at its end nothing is settled, and the arbiter has the time that the terms give.")]
    public static async Task DisputedIsNotSettledByItself(BrokerScenario scenario)
    {
        var sale = await scenario.EscrowSaleAsync();
        await sale.UntilAsync(Fulfilled, quote: quote => quote.Terms.Escrow.DisputeWindowMs = 1500);
        var window = (await scenario.RecordsAsync(sale))[^1].Decision?.Accepted?.DeadlineMs ?? 0;
        var taken = await scenario.AcceptedAsync("a dispute", sale.Dispute());
        Equal("the time to resolve", taken.Decision.StampMs + 3_600_000, taken.Accepted.DeadlineMs);
        await scenario.StampedAfterAsync(window + 200, sale.Principal);
        Equal("the state after the window", Disputed, await scenario.StateOfAsync(sale));
        await scenario.HasAsync(sale.Seller.Owner, Xts.Of(0));
    }

    [Check("TXN-42.window-of-nothing", "With a dispute window of nothing, what is fulfilled is settled by the broker itself, and a dispute comes too late.", Also = ["TXN-41", "QUO-07"])]
    public static async Task WindowOfNothing(BrokerScenario scenario)
    {
        var sale = await scenario.EscrowSaleAsync();
        await sale.UntilAsync(Fulfilled, quote: quote => quote.Terms.Escrow.DisputeWindowMs = 0);
        await scenario.OwnStepAsync(sale, StepKind.Settle);
        await scenario.RefusedAsync("deadline_passed", "a dispute after a window of nothing", sale.Dispute());
        await scenario.GetsAsync(sale.Seller.Owner, Xts.Of(100));
        await scenario.AcceptedAsync("control: a dispute within a window", (await scenario.Another(sale).UntilAsync(Fulfilled)).Dispute());
    }

    [Check("TXN-43.split-off-by-one-nano", "An arbiter's parts sum exactly to what is held: one nano more or less is resolution_unbalanced, and the exact split credits both sides.", Values = ["one-nano-more", "one-nano-less"])]
    public static async Task SplitOffByOneNano(BrokerScenario scenario, string value)
    {
        var sale = await scenario.SaleInAsync(Disputed);
        var off = value == "one-nano-more" ? Xts.Of(60, 1) : Xts.Of(59, 999_999_999);
        await scenario.RefusedAsync("resolution_unbalanced", value, sale.Resolve(off, Xts.Of(40)));
        var taken = await scenario.AcceptedAsync("an exact split", sale.Resolve(Xts.Of(60), Xts.Of(40)));
        Equal("its payment", (PaymentKind.Split, Xts.Of(60), Xts.Of(40)), (taken.Accepted.Payment?.Kind ?? default, taken.Accepted.Payment?.Amount, taken.Accepted.Payment?.Refunded));
        await scenario.GetsAsync(sale.Seller.Owner, Xts.Of(60));
        await scenario.HasAsync(sale.Principal, Xts.Of(940));
    }

    [Check("TXN-43.all-to-one-side", "All to the buyer is refunded, all to the seller settled.", Values = ["buyer", "seller"])]
    public static async Task AllToOneSide(BrokerScenario scenario, string value)
    {
        var sale = await scenario.SaleInAsync(Disputed);
        var (all, none) = (Xts.Of(100), Xts.Of(0));
        var taken = await scenario.AcceptedAsync("a resolution", value == "buyer" ? sale.Resolve(none, all) : sale.Resolve(all, none));
        Equal("the state", value == "buyer" ? Refunded : Settled, taken.Accepted.State);
        if (value == "seller") await scenario.GetsAsync(sale.Seller.Owner, all);
        await scenario.HasAsync(sale.Principal, value == "buyer" ? Xts.Of(1000) : Xts.Of(900));
    }

    static readonly Dictionary<string, (string Code, Money? ToSeller, Money? ToBuyer)> Amounts = new()
    {
        ["negative"] = ("amount_invalid", Xts.Of(110), Xts.Of(-10)),
        ["absent"] = ("amount_invalid", Xts.Of(100), null),
        ["another-currency"] = ("currency_mixed", Xts.Of(60), new Money { CurrencyCode = "EUR", Units = 40 }),
        ["no-currency"] = ("currency_unknown", Xts.Of(60), new Money { CurrencyCode = "XXQ", Units = 40 }),
        ["signs-differ"] = ("amount_invalid", Xts.Of(60), new Money { CurrencyCode = Xts.Code, Units = 41, Nanos = -1 }),
    };

    [Check("TXN-43.amounts", "A resolution's parts are amounts, not negative, of the purchase's currency.", Also = ["LED-02"], Values = ["negative", "absent", "another-currency", "no-currency", "signs-differ"])]
    public static async Task ResolvedAmounts(BrokerScenario scenario, string value)
    {
        var sale = await scenario.SaleInAsync(Disputed);
        var (code, toSeller, toBuyer) = Amounts[value];
        await scenario.RefusedAsync(code, value, sale.Step(sale.Arbiter!, new Resolve { ToSeller = toSeller, ToBuyer = toBuyer }), sale.Resolve(Xts.Of(60), Xts.Of(40)));
    }

    [Check("TXN-43.only-the-arbiter", "Only the arbiter of the locked quote resolves: buyer, seller and principal hear step_not_yours, another arbiter transaction_unknown.", Also = ["TXN-03", "TXN-05"],
        Values = ["buyer", "seller", "principal", "arbiter-of-another-sale"])]
    public static async Task OnlyTheArbiter(BrokerScenario scenario, string value)
    {
        var sale = await scenario.SaleInAsync(Disputed);
        var by = value switch
        {
            "buyer" => sale.Buyer,
            "seller" => sale.Seller,
            "principal" => sale.Principal,
            _ => await scenario.AgentAsync("arbiter", await scenario.PrincipalAsync("court")),
        };
        await scenario.RefusedAsync(value == "arbiter-of-another-sale" ? "transaction_unknown" : "step_not_yours", $"a resolution by {value}",
            sale.Step(by, new Resolve { ToSeller = Xts.Of(100), ToBuyer = Xts.Of(0) }), sale.Resolve(Xts.Of(0), Xts.Of(100)));
    }

    [Check("TXN-39.whole-or-nothing", "Before settlement the seller gives back the whole, to the nano: a part is amount_invalid; then the buyer has it at once.", Values = ["committed", "fulfilled", "disputed"])]
    public static async Task WholeOrNothing(BrokerScenario scenario, string value)
    {
        var sale = await scenario.SaleInAsync(SaleStates.Named(value));
        await scenario.RefusedAsync("amount_invalid", "one nano less than the whole", sale.Refund(Xts.Of(99, 999_999_999)));
        await scenario.RefusedAsync("currency_mixed", "the whole in another currency", sale.Refund(new Money { CurrencyCode = "EUR", Units = 100 }));
        Equal("the state", Refunded, (await scenario.AcceptedAsync("the whole", sale.Refund(Xts.Of(100)))).Accepted.State);
        await scenario.HasAsync(sale.Principal, Xts.Of(1000));
    }
}
