using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.V1;
using Google.Type;
using static ActProtocol.Conformance.Brokers.Expectations;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Refunds
{
    [Check("TXN-45.part-by-part", "Refunds in parts sum up: one that makes it more than was paid by one nano is refund_exceeds, one that makes it the whole ends refunded, and after that there is none.", Also = ["TXN-46", "LED-11"])]
    public static async Task PartByPart(BrokerScenario scenario)
    {
        var sale = await PaidAsync(scenario);
        foreach (var part in new[] { Xts.Of(30), Xts.Of(20, 500_000_000) })
        {
            Equal("the state meanwhile", Refunding, (await scenario.AcceptedAsync("a part", sale.Refund(part))).Accepted.State);
            await UntilStateAsync(scenario, sale, Settled);
        }
        await scenario.RefusedAsync("refund_exceeds", "one nano more than is left", sale.Refund(Xts.Of(49, 500_000_001)));
        await scenario.AcceptedAsync("what is left", sale.Refund(Xts.Of(49, 500_000_000)));
        await UntilStateAsync(scenario, sale, Refunded);
        await scenario.RefusedAsync("step_out_of_order", "one nano more after the whole", sale.Refund(Xts.Of(0, 1)));
        await scenario.HasAsync(sale.Principal, Xts.Of(1000));
        await scenario.HasAsync(sale.Seller.Owner, Xts.Of(0));
    }

    static readonly Dictionary<string, (string Code, Money? Amount)> Amounts = new()
    {
        ["zero"] = ("amount_invalid", Xts.Of(0)),
        ["negative"] = ("amount_invalid", Xts.Of(-1)),
        ["absent"] = ("amount_invalid", null),
        ["another-currency"] = ("currency_mixed", new Money { CurrencyCode = "EUR", Units = 1 }),
        ["no-currency"] = ("currency_unknown", new Money { CurrencyCode = "XXQ", Units = 1 }),
        ["one-nano-above"] = ("refund_exceeds", Xts.Of(100, 1)),
        ["all-that-an-amount-can-say"] = ("refund_exceeds", Xts.Of(long.MaxValue, 0)),
    };

    [Check("TXN-45.amounts", "A refund is an amount above zero, of the currency, and not above what was paid.", Values = ["zero", "negative", "absent", "another-currency", "no-currency", "one-nano-above", "all-that-an-amount-can-say"])]
    public static async Task RefundedAmounts(BrokerScenario scenario, string value)
    {
        var sale = await PaidAsync(scenario);
        var (code, amount) = Amounts[value];
        await scenario.RefusedAsync(code, value, sale.Step(sale.Seller, new Refund { Amount = amount }));
        await scenario.AcceptedAsync("control: one nano", sale.Refund(Xts.Of(0, 1)));
        await UntilStateAsync(scenario, sale, Settled);
    }

    [Check("TXN-47.payee-without-money", "A refund that the payee's account has not the money for ends settled again, with nothing moved and nothing below zero; with the money it is paid.", Also = ["LED-05", "LED-11"])]
    public static async Task PayeeWithoutMoney(BrokerScenario scenario)
    {
        var sale = await PaidAsync(scenario);
        await scenario.BuildAsync(scenario.Seal(sale.Seller.Owner, new RequestPayout { Amount = Xts.Of(100), Destination = "away" }));
        await scenario.AcceptedAsync("a refund of what is not there", sale.Refund(Xts.Of(100)));
        await scenario.OwnStepAsync(sale, StepKind.RefundInsufficient);
        Equal("the state", Settled, await scenario.StateOfAsync(sale));
        await scenario.HasAsync(sale.Seller.Owner, Xts.Of(0), held: Xts.Of(100));
        await scenario.HasAsync(sale.Principal, Xts.Of(900));
        await scenario.FundAsync(sale.Seller.Owner, Xts.Of(100));
        await scenario.AcceptedAsync("the refund again", sale.Refund(Xts.Of(100)));
        await UntilStateAsync(scenario, sale, Refunded);
        await scenario.HasAsync(sale.Principal, Xts.Of(1000));
    }

    [Check("TXN-45.first-payee-only", "A refund debits the first payee: when that is not the seller's principal, no more than that payee got; the others keep theirs.", Also = ["LED-11", "TXN-48"])]
    public static async Task FirstPayeeOnly(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        var partner = await scenario.PrincipalAsync("partner");
        await sale.UntilAsync(Settled, quote: quote => quote.Payees.Add([new Payee { Account = partner.Id, Amount = Xts.Of(30) }, new Payee { Account = sale.Seller.Owner.Id, Amount = Xts.Of(70) }]));
        await scenario.GetsAsync(partner, Xts.Of(30));
        await scenario.GetsAsync(sale.Seller.Owner, Xts.Of(70));
        await scenario.RefusedAsync("refund_exceeds", "one nano more than the first payee got", sale.Refund(Xts.Of(30, 1)));
        await scenario.AcceptedAsync("all that the first payee got", sale.Refund(Xts.Of(30)));
        await UntilStateAsync(scenario, sale, Settled);
        await scenario.HasAsync(partner, Xts.Of(0));
        await scenario.HasAsync(sale.Seller.Owner, Xts.Of(70));
        await scenario.HasAsync(sale.Principal, Xts.Of(930));
    }

    [Check("TXN-45.of-the-sellers-own", "A seller whose principal is the first payee may give back the whole, also what others were paid: out of its own principal's account.", Also = ["LED-11"])]
    public static async Task OfTheSellersOwn(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        var partner = await scenario.PrincipalAsync("partner");
        await scenario.FundAsync(sale.Seller.Owner, Xts.Of(30));
        await sale.UntilAsync(Settled, quote: quote => quote.Payees.Add([new Payee { Account = sale.Seller.Owner.Id, Amount = Xts.Of(70) }, new Payee { Account = partner.Id, Amount = Xts.Of(30) }]));
        await scenario.GetsAsync(sale.Seller.Owner, Xts.Of(100));
        await scenario.AcceptedAsync("the whole", sale.Refund(Xts.Of(100)));
        await UntilStateAsync(scenario, sale, Refunded);
        await scenario.HasAsync(sale.Seller.Owner, Xts.Of(0));
        await scenario.GetsAsync(partner, Xts.Of(30));
    }

    [Check("TXN-45.sixty-five", "At most 64 refunds are asked for in a transaction: the next is rounds_exhausted, however small.")]
    public static async Task SixtyFive(BrokerScenario scenario)
    {
        var sale = await PaidAsync(scenario);
        for (var each = 1; each <= 64; each++)
        {
            await scenario.AcceptedAsync($"refund {each}", sale.Refund(Xts.Of(0, 1)));
            await UntilStateAsync(scenario, sale, Settled);
        }
        await scenario.RefusedAsync("rounds_exhausted", "refund 65", sale.Refund(Xts.Of(0, 1)));
    }

    [Check("TXN-46.after-a-split", "After an arbiter's split, what the payees got can be refunded and no more.", Also = ["TXN-43", "TXN-45"])]
    public static async Task AfterASplit(BrokerScenario scenario)
    {
        var sale = await scenario.SaleInAsync(Disputed);
        await scenario.BuildAsync(sale.Resolve(Xts.Of(60), Xts.Of(40)));
        await scenario.GetsAsync(sale.Seller.Owner, Xts.Of(60));
        await scenario.RefusedAsync("refund_exceeds", "one nano more than the split gave", sale.Refund(Xts.Of(60, 1)));
        await scenario.AcceptedAsync("all that the split gave", sale.Refund(Xts.Of(60)));
        await UntilStateAsync(scenario, sale, Refunded);
        await scenario.HasAsync(sale.Principal, Xts.Of(1000));
    }

    /// <summary>Settled at once for 100 XTS, which have arrived.</summary>
    static async Task<Sale> PaidAsync(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Settled);
        await scenario.GetsAsync(sale.Seller.Owner, Xts.Of(100));
        return sale;
    }

    /// <summary>Until the payee's partition has answered.</summary>
    static async Task UntilStateAsync(BrokerScenario scenario, Sale sale, TransactionState state)
    {
        await scenario.UntilAsync(async () => await scenario.StateOfAsync(sale) == state);
        Equal("the state after the refund", state, await scenario.StateOfAsync(sale));
    }
}
