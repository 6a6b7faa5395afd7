using ActProtocol.Constraints;
using ActProtocol.Envelopes;
using ActProtocol.Ledger;
using ActProtocol.V1;
using static ActProtocol.Errors.ErrorRegistry;

namespace ActProtocol.Transactions;

/// <summary>Whether an intent, or a revision of one, is well-formed (TXN-20, TXN-23).</summary>
public static class IntentRules
{
    const int WordsMax = 2_048;
    const int ArbitersMax = 8;
    const int CapabilityMax = 64;
    const uint LocksMax = 16;
    const long LifeMs = 90L * 24 * 60 * 60 * 1000;

    /// <summary>What is wrong, or null; of several faults the first in precedence.</summary>
    /// <param name="nowMs">The stamp it is decided at.</param>
    public static ErrorCode? Check(Intent intent, long nowMs)
    {
        if (intent.ExpiresAtMs <= nowMs) return ErrorCode.DeadlinePassed;
        var bounded = intent.MaxLocks <= LocksMax && intent.SellersMax <= EnvelopeLimits.RecipientsMax && intent.Arbiters.Count <= ArbitersMax
            && intent.ExpiresAtMs - nowMs <= LifeMs && (intent.Arbiters.Count == 0 || intent.Arbiters.All(ActId.IsValid)) && QuoteRules.IsText(intent.Capability, CapabilityMax);
        return First(PartsFault(intent), bounded ? null : ErrorCode.TermsInvalid);
    }

    /// <summary>A revision changes words and constraint, and may lower the budget; nothing else.</summary>
    public static ErrorCode? CheckRevision(Intent first, Intent present, Intent revision)
    {
        var fault = PartsFault(revision);
        if (revision.MaxLocks != 0 && revision.MaxLocks != first.MaxLocks) fault = First(fault, ErrorCode.IntentWrong);
        if (revision.ExpiresAtMs != 0 && revision.ExpiresAtMs != first.ExpiresAtMs) fault = First(fault, ErrorCode.IntentWrong);
        if (revision.Capability.Length > 0 && revision.Capability != first.Capability) fault = First(fault, ErrorCode.IntentWrong);
        if (revision.SellersMax != 0 && revision.SellersMax != first.SellersMax) fault = First(fault, ErrorCode.IntentWrong);
        if (revision.Arbiters.Count > 0 && !revision.Arbiters.SequenceEqual(first.Arbiters)) fault = First(fault, ErrorCode.IntentWrong);
        if (Money.TryFromWire(revision.Budget, out var budget) is not null) return fault;
        if (budget.Currency != present.Budget.CurrencyCode) return First(fault, ErrorCode.CurrencyMixed);
        return First(fault, budget.Nanos <= Money.FromWire(present.Budget).Nanos ? null : ErrorCode.BudgetExceeded);
    }

    /// <summary>The revision with what it left out, as it is from now on.</summary>
    public static Intent Revise(Intent first, Intent revision) => new(first)
    {
        Words = revision.Words,
        Constraint = revision.Constraint,
        Budget = revision.Budget,
    };

    static ErrorCode? PartsFault(Intent intent)
    {
        var fault = QuoteRules.IsText(intent.Words, WordsMax) ? (ErrorCode?)null : ErrorCode.TermsInvalid;
        fault = First(fault, Money.TryFromWire(intent.Budget, out var budget));
        if (budget.Nanos < 0) fault = First(fault, ErrorCode.AmountInvalid);
        return First(fault, intent.Constraint is { } constraint ? ConstraintRules.Check(constraint) : null);
    }
}
