using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.V1;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Quotes
{
    [Check("QUO-04.total-off-by-one-nano", "A quote whose lines, taxes and fees differ from its total by one nano is refused.")]
    public static async Task TotalOffByOneNano(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        await scenario.RefusedAsync("totals_wrong", "a total one nano above the lines", sale.Quote(quote => quote.Total = Xts.Of(100, 1)), sale.Quote());
    }
}
