using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Client;

/// <summary>What a seller decides. Everything else (headers, ids, confirming, resending) is done for it.</summary>
/// <remarks>Each method runs at least once, and once where its success was recorded. Throwing means later again.</remarks>
public abstract class SellerHandler
{
    /// <summary>The offer for an intent, or for a revision of it; null declines. Lines, total, terms, attributes: the rest is filled in.</summary>
    public abstract Task<Quote?> QuoteAsync(Intent intent, Sale sale, CancellationToken cancellationToken);

    /// <summary>Whether the goods are held for this sale from now on; false declines. Durable before it returns true: what is confirmed binds.</summary>
    public abstract Task<bool> HoldAsync(Sale sale, CancellationToken cancellationToken);

    /// <summary>The sale ended before it was paid: goods that were held are free again.</summary>
    public virtual Task FreeAsync(Sale sale, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The buyer has committed: time to deliver. The evidence of a delivery, said to the buyer; null to say nothing now.</summary>
    public virtual Task<IReadOnlyList<Evidence>?> DeliverAsync(Sale sale, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Evidence>?>(null);

    /// <summary>Any other record of the mailbox: settlements, disputes, refunds.</summary>
    public virtual Task SeenAsync(Mail mail, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>One transaction, seen by its seller.</summary>
/// <param name="Transaction">Its id: what to hold goods under.</param>
/// <param name="Mail">The record that brought it up.</param>
public sealed record Sale(Id16 Transaction, Mail Mail);
