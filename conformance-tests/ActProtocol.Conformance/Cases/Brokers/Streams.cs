using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.V1;
using static ActProtocol.Conformance.Brokers.Expectations;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Streams
{
    [Check("NET-08.answers-by-digest", "Each envelope of a frame gets one answer with its digest; what was not decided among them says so.")]
    public static async Task AnswersByDigest(BrokerScenario scenario)
    {
        var owner = await scenario.PrincipalAsync("owner");
        await using var stream = await BrokerStream.OpenAsync(scenario, null, owner);
        var good = Enumerable.Range(0, 16).Select(_ => scenario.Seal(owner, scenario.NewFund(owner))).ToList();
        var bad = good.Select(envelope => envelope.Signed(owner.Key, over: [1, 2, 3])).ToList();
        var outcomes = await stream.SendAllAsync([.. good.Take(8), .. bad.Skip(8)]);
        foreach (var outcome in outcomes.Take(8)) True("a good envelope of the frame", outcome is Outcome.Taken, "accepted", outcome);
        foreach (var outcome in outcomes.Skip(8)) True("a bad one", AsRefused("signature_invalid", "a bad one", outcome).Decision is null, "an answer that is not decided", outcome);
        Equal("answers", 16, stream.Answers.Count);
    }

    [Check("NET-08.delivered-and-acknowledged", "What one side sends over a stream is delivered to the other over its own, and no more once it is acknowledged.")]
    public static async Task DeliveredAndAcknowledged(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        await using var buyers = await BrokerStream.OpenAsync(scenario, null, sale.Buyer);
        await using var sellers = await BrokerStream.OpenAsync(scenario, null, sale.Seller);
        var intent = sale.Intent();
        True("the intent", await buyers.SendAsync(intent) is Outcome.Taken, "accepted", await buyers.AnswerToAsync(intent));
        await sellers.AcknowledgeAsync(await sellers.DeliveredAsync(sale.Seller, intent));
        var quote = sale.Quote();
        True("the quote", await sellers.SendAsync(quote) is Outcome.Taken, "accepted", await sellers.AnswerToAsync(quote));
        await buyers.DeliveredAsync(sale.Buyer, quote);
        await using var again = await BrokerStream.OpenAsync(scenario, null, sale.Seller);
        var locked = sale.Lock();
        await scenario.AcceptedAsync("the lock", locked);
        await again.DeliveredAsync(sale.Seller, locked);
        Equal("the seller's mail on another stream", 1, again.Deliveries.Count);
    }
}
