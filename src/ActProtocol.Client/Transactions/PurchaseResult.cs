using ActProtocol.Errors;

namespace ActProtocol.Client;

/// <summary>What a purchase came to.</summary>
public abstract record PurchaseResult
{
    PurchaseResult() { }

    /// <summary>Bought. With the same key it is this result for ever, and nothing is bought again.</summary>
    /// <param name="Record">Of the settlement, or of the commit where the money is kept in escrow; its <see cref="Mail.Receipt"/> proves it to anybody.</param>
    public sealed record Bought(Mail Record) : PurchaseResult;

    /// <summary>No quote could be bought, and nothing is held. The same key may be tried again while the intent lives.</summary>
    public sealed record NothingBought : PurchaseResult;

    /// <summary>The broker refused the intent. With the same key a new intent is made.</summary>
    public sealed record Refused(Refusal Refusal) : PurchaseResult;

    /// <summary>Patience ended first. Something may be held, or bought: go on with the same key.</summary>
    /// <param name="OutcomeUnknown">What became of the last step is not known, rather than that somebody else's is awaited.</param>
    public sealed record Unfinished(string Why, bool OutcomeUnknown) : PurchaseResult;
}
