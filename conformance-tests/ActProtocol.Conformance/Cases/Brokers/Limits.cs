using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.Conformance.Brokers.Expectations;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Limits
{
    [Check("NET-21.sellers-of-an-intent", "An intent to 16 sellers opens 16 transactions; to 17 it is malformed.")]
    public static async Task SellersOfAnIntent(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        List<string> sellers = [sale.Seller.Id];
        while (sellers.Count < 17) sellers.Add((await scenario.AgentAsync("seller", sale.Seller.Owner)).Id);
        Envelope To(int count) => sale.Intent(header: header =>
        {
            header.Recipients.Clear();
            header.Recipients.Add(sellers.Take(count));
        });
        await scenario.RefusedAsync("malformed", "17 sellers", To(17));
        var taken = await scenario.AcceptedAsync("16 sellers", To(16));
        Equal("what it opened", string.Join(' ', sellers.Take(16)), string.Join(' ', taken.Accepted.Transactions.Select(opened => opened.Seller)));
    }

    [Check("NET-21.recorded-refusals", "Sixty-four refusals of a role in a transaction are recorded; the next is quota_exceeded and none; a step that is in order is taken all the same.", Also = ["TXN-15", "ERR-08"], Exact = true)]
    public static async Task RecordedRefusals(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        for (var refusal = 0; refusal < 64; refusal++)
        {
            True($"refusal {refusal + 1}", AsRefused("totals_wrong", $"refusal {refusal + 1}", await scenario.SendAsync(sale.Quote(quote => quote.Total = Xts.Of(1)))).IsDecided, "decided", "not decided");
        }
        AsRefused("quota_exceeded", "refusal 65", await scenario.SendAsync(sale.Quote(quote => quote.Total = Xts.Of(1))));
        Equal("records", 65, (await scenario.RecordsAsync(sale)).Count);
        await scenario.AcceptedAsync("a quote that is in order", sale.Quote());
        AsRefused("funds_insufficient", "the other side's refusal, which has room of its own", await scenario.SendAsync(await TooDearAsync(scenario, sale)));
    }

    [Check("NET-18.health", "Health says that the broker takes envelopes, over HTTP and by gRPC's health service, for the process and for each of the protocol's services.", Values =
        ["/health", "/health/ready", "/health/live", "", "act.v1.BrokerService", "act.v1.DirectoryService", "live"])]
    public static async Task Health(BrokerScenario scenario, string value)
    {
        if (value.StartsWith('/'))
        {
            Equal($"HTTP status of {value}", 200, (await scenario.JsonAsync(HttpMethod.Get, value)).HttpStatus);
            return;
        }
        var answer = await scenario.HealthAsync(value);
        Equal($"health of '{value}', where 1 is SERVING", "0801", answer.AsText());
    }

    [Check("NET-22.bounded-and-sent-again", "A registration that is sent again once it is entered gets its answer, however many have come meanwhile.", Also = ["NET-13"])]
    public static async Task RegistrationAgain(BrokerScenario scenario)
    {
        var party = scenario.NewParty("somebody");
        var envelope = scenario.Seal(party, BrokerScenario.Registration(party));
        var first = await scenario.AcceptedAsync("a registration", envelope);
        for (var again = 0; again < 20; again++)
        {
            True("the same registration again", await scenario.SendUnaryAsync(envelope) is Outcome.Taken taken && taken.Decision.Equals(first.Decision), "its first answer", "another");
        }
    }

    static async Task<Envelope> TooDearAsync(BrokerScenario scenario, Sale sale)
    {
        await scenario.AcceptedAsync("a dear quote", sale.Quote(quote => (quote.Lines[0].UnitPrice, quote.Lines[0].Amount, quote.Total) = (Xts.Of(499), Xts.Of(499), Xts.Of(499))));
        // Three such locks are more than there is.
        foreach (var _ in new[] { 1, 2 })
        {
            var other = await scenario.Track(new Sale(scenario, sale.Buyer, sale.Seller, sale.Mandate)).UntilAsync(TransactionState.Locked, quote: quote => (quote.Lines[0].UnitPrice, quote.Lines[0].Amount, quote.Total) = (Xts.Of(500), Xts.Of(500), Xts.Of(500)));
            Equal("another lock", TransactionState.Locked, other.State);
        }
        return sale.Lock();
    }
}
