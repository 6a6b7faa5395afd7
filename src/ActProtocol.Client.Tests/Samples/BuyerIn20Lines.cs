using ActProtocol.Ledger;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Client.Samples;

/// <summary>The buyer of the README.</summary>
static class BuyerIn20Lines
{
    public static async Task<PurchaseResult> RunAsync(string grpc, string web, CancellationToken stop)
    {
        // <buyer>
        using var client = new ActClient(grpc, BrokerInfo.LoadOrFetch("broker.json", web));
        var owner = ActIdentity.LoadOrCreate("anna.json", "act://local/anna", principal: "act://local/anna");
        var agent = ActIdentity.LoadOrCreate("anna-buyer.json", "act://local/anna-buyer", principal: owner.Id);
        await client.RegisterAsync(owner, agent, stop);
        await client.FundAsync(owner, Money.Parse("2000 CNY"), reference: "anna's first play money", stop);
        var mandate = await client.AllowAsync(owner, agent, Money.Parse("1000 CNY"), TimeSpan.FromDays(1), stop);

        var intent = new Intent
        {
            Words = "A flight to Hangzhou within CNY 800.",
            Budget = Money.Parse("800 CNY").ToWire(),
            ExpiresAtMs = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds(),
        };
        var buyer = new Buyer(client, agent, mandate) { Purchases = "purchases" };
        var result = await buyer.BuyAsync("order 1041", new PurchaseOrder(intent) { Sellers = ["act://local/day-air"] }, stop);
        if (result is PurchaseResult.Bought bought)
        {
            Console.WriteLine($"Paid {Money.FromWire(bought.Record.Accepted.Payment.Amount)}.");
            File.WriteAllBytes("receipt.bin", bought.Record.Receipt.ToByteArray());
        }
        // </buyer>
        return result;
    }
}
