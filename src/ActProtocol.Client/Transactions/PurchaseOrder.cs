using ActProtocol.Ledger;
using ActProtocol.V1;

namespace ActProtocol.Client;

/// <summary>What to buy, and how to choose.</summary>
/// <param name="Intent">What is wanted. Its expiry also ends the purchase.</param>
public sealed record PurchaseOrder(Intent Intent)
{
    /// <summary>Whom to ask. Empty: the broker draws sellers by the intent's capability.</summary>
    public IReadOnlyList<string> Sellers { get; init; } = [];

    /// <summary>How long to wait for quotes; it goes on as soon as all have answered.</summary>
    public TimeSpan QuotesWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the call goes on in all. What is unfinished then can be gone on with.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>In which order to try the quotes that came. The cheapest first, where nothing is said.</summary>
    public Func<IEnumerable<Mail>, IEnumerable<Mail>> Order { get; init; } = quotes => quotes.OrderBy(quote => Money.FromWire(quote.Content!.Quote.Total).Nanos);
}
