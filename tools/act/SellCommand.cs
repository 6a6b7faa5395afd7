using ActProtocol.Client;
using ActProtocol.V1;

namespace ActProtocol.Tools;

/// <summary><c>act sell</c>: one kind of goods, as many as there are.</summary>
static class SellCommand
{
    static readonly TimeSpan Hold = TimeSpan.FromMinutes(10);

    public static async Task<int> RunAsync(Session session, string path, CancellationToken cancellationToken)
    {
        var catalogue = Files.Read<Files.CatalogueFile>(path);
        var price = Files.Amount(path, "price", catalogue.Price);
        if (price.Nanos < 0) throw new FormatException($"{path}: price: it is below zero.");

        var (_, agent) = await session.EnterAsync(catalogue.Seller, new Listing { Title = catalogue.Title, Capabilities = { catalogue.Capability } }, cancellationToken);
        using var stock = StockFile.Open($"{path}.sold", catalogue.Stock);
        var seller = new Seller(session.Client, agent, intent => Offer(catalogue, price, intent), stock.TryHold)
        {
            Seen = mail =>
            {
                if (mail.Accepted?.State is TransactionState.Released or TransactionState.Expired or TransactionState.Cancelled) stock.Free(mail.TransactionFor(agent.Id));
                session.Tell("mail", $"{agent.Id}: {mail.Step} {mail.Accepted?.State}", new { step = mail.Step.ToString(), state = mail.Accepted?.State.ToString() });
            },
        };
        var selling = seller.RunAsync(cancellationToken);
        await Task.WhenAny(seller.Ready, selling);
        if (!selling.IsCompleted) session.Tell("ready", $"{agent.Id} sells '{catalogue.Title}' at {price}.", new { seller = agent.Id });
        await selling;
        return ExitCodes.Fine;
    }

    static Quote? Offer(Files.CatalogueFile catalogue, Ledger.Money price, Intent intent)
    {
        if (intent.Budget.CurrencyCode != price.Currency) return null;
        var amount = price.ToWire();
        var quote = new Quote
        {
            Lines = { new Line { Description = catalogue.Title, Quantity = 1, UnitPrice = amount, Amount = amount } },
            Total = amount,
            ValidUntilMs = intent.ExpiresAtMs,
            Terms = new Terms { Instant = new Instant(), HoldForMs = (long)Hold.TotalMilliseconds },
        };
        foreach (var (name, value) in catalogue.Attributes) quote.Attributes.Add(new V1.Attribute { Name = name, Value = Files.ValueOf(value) });
        return quote;
    }
}
