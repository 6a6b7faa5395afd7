using ActProtocol.Constraints;
using ActProtocol.Envelopes;
using ActProtocol.Ledger;
using ActProtocol.V1;

namespace ActProtocol.Transactions;

/// <summary>Whether an intent, or a revision of one, is well-formed (TXN-20, TXN-23).</summary>
public static class IntentRules
{
    const int WordsMax = 2_048;
    const int ArbitersMax = 8;
    const uint LocksMax = 16;
    const long LifeMs = 90L * 24 * 60 * 60 * 1000;

    /// <summary>What is wrong, or null.</summary>
    /// <param name="nowMs">The stamp it is decided at.</param>
    public static ErrorCode? Check(Intent intent, long nowMs)
    {
        if (PartsFault(intent) is { } code) return code;
        if (intent.MaxLocks > LocksMax || intent.SellersMax > EnvelopeLimits.RecipientsMax || intent.Arbiters.Count > ArbitersMax) return ErrorCode.TermsInvalid;
        if (intent.ExpiresAtMs <= nowMs) return ErrorCode.DeadlinePassed;
        if (intent.ExpiresAtMs - nowMs > LifeMs) return ErrorCode.TermsInvalid;
        if (intent.Arbiters.Any(arbiter => !ActId.IsValid(arbiter))) return ErrorCode.TermsInvalid;
        return intent.Capability.Length <= 64 ? null : ErrorCode.TermsInvalid;
    }

    /// <summary>A revision changes words and constraint, and may lower the budget; nothing else.</summary>
    public static ErrorCode? CheckRevision(Intent first, Intent present, Intent revision)
    {
        if (PartsFault(revision) is { } code) return code;
        if (revision.MaxLocks != 0 && revision.MaxLocks != first.MaxLocks) return ErrorCode.IntentWrong;
        if (revision.ExpiresAtMs != 0 && revision.ExpiresAtMs != first.ExpiresAtMs) return ErrorCode.IntentWrong;
        if (revision.Capability.Length > 0 && revision.Capability != first.Capability) return ErrorCode.IntentWrong;
        if (revision.SellersMax != 0 && revision.SellersMax != first.SellersMax) return ErrorCode.IntentWrong;
        if (revision.Arbiters.Count > 0 && !revision.Arbiters.SequenceEqual(first.Arbiters)) return ErrorCode.IntentWrong;
        if (revision.Budget.CurrencyCode != present.Budget.CurrencyCode) return ErrorCode.CurrencyMixed;
        return Money.FromWire(revision.Budget).Nanos <= Money.FromWire(present.Budget).Nanos ? null : ErrorCode.BudgetExceeded;
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
        if (!QuoteRules.IsText(intent.Words, WordsMax)) return ErrorCode.TermsInvalid;
        if (Money.TryFromWire(intent.Budget, out var budget) is { } code) return code;
        if (budget.Nanos < 0) return ErrorCode.AmountInvalid;
        return intent.Constraint is { } constraint ? ConstraintRules.Check(constraint) : null;
    }
}
