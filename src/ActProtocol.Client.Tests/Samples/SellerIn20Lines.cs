using ActProtocol.Ledger;
using ActProtocol.V1;

namespace ActProtocol.Client.Samples;

/// <summary>The seller of the README.</summary>
static class SellerIn20Lines
{
    public static async Task RunAsync(string grpc, string web, CancellationToken stop)
    {
        // <seller>
        using var client = new ActClient(grpc, BrokerInfo.LoadOrFetch("broker.json", web));
        var owner = ActIdentity.LoadOrCreate("day-air-owner.json", "act://local/day-air-owner", principal: "act://local/day-air-owner");
        var agent = ActIdentity.LoadOrCreate("day-air.json", "act://local/day-air", principal: owner.Id);
        await client.RegisterAsync(owner, agent, stop, new Listing { Title = "Day Air", Capabilities = { "travel.flight" } });

        using var seats = Stock.Open("day-air.seats", count: 3);
        using var inbox = Inbox.Open("day-air.inbox");
        var seller = new Seller(
            client, agent,
            quoteFor: intent => Quotes.Of("DA 555 to Hangzhou, 14:25", Money.Parse("780 CNY"), intent),
            holdGoods: transaction => seats.TryHold(transaction),
            inbox);
        await seller.RunAsync(stop);
        // </seller>
    }
}
