using ActProtocol.Client;
using ActProtocol.V1;

namespace ActProtocol.Tools;

/// <summary>Sells from a catalogue while there is stock.</summary>
sealed class Shop(CatalogueFile catalogue, Stock stock) : SellerHandler
{
    // Nothing in this currency, or nothing left: no offer.
    public override Task<Quote?> QuoteAsync(Intent intent, Sale sale, CancellationToken cancellationToken) =>
        Task.FromResult(intent.Budget.CurrencyCode == catalogue.Price.Currency && stock.Left > 0 ? Offer(intent) : null);

    public override Task<bool> HoldAsync(Sale sale, CancellationToken cancellationToken) => Task.FromResult(stock.TryHold(sale.Transaction));

    public override Task FreeAsync(Sale sale, CancellationToken cancellationToken)
    {
        stock.Free(sale.Transaction);
        return Task.CompletedTask;
    }

    Quote Offer(Intent intent)
    {
        var amount = catalogue.Price.ToWire();
        return new Quote
        {
            Lines = { new Line { Description = catalogue.Title, Quantity = 1, UnitPrice = amount, Amount = amount } },
            Total = amount,
            ValidUntilMs = intent.ExpiresAtMs,
            Terms = catalogue.Terms.Clone(),
            Attributes = { catalogue.Attributes },
        };
    }
}
