using ActProtocol.Envelopes;
using ActProtocol.Ledger;
using ActProtocol.V1;

namespace ActProtocol.Mandates;

/// <summary>Whether a mandate is well-formed (MAN-02).</summary>
public static class MandateRules
{
    const int LimitsMax = 16;
    const int SetMax = 256;
    const long LifeMs = 3_660L * 24 * 60 * 60 * 1000;

    /// <summary>What is wrong, or null.</summary>
    /// <param name="nowMs">The stamp it is decided at.</param>
    public static ErrorCode? Check(Mandate mandate, long nowMs)
    {
        if (!ActId.IsValid(mandate.Agent) || !ActId.IsValid(mandate.Account) || mandate.AgentKey.Length != Digest.Length) return ErrorCode.TermsInvalid;
        if (mandate.Limits.Count is 0 or > LimitsMax) return ErrorCode.TermsInvalid;
        if (mandate.ValidUntilMs <= mandate.ValidFromMs || mandate.ValidUntilMs <= nowMs) return ErrorCode.TermsInvalid;
        if (mandate.ValidFromMs < 0 || mandate.ValidUntilMs - nowMs > LifeMs) return ErrorCode.TermsInvalid;
        if (!IsSet(mandate.SellersAllowed) || !IsSet(mandate.SellersBarred)) return ErrorCode.TermsInvalid;

        HashSet<string> currencies = [];
        foreach (var limit in mandate.Limits)
        {
            if (!Currency.IsKnown(limit.Currency)) return ErrorCode.CurrencyUnknown;
            if (!currencies.Add(limit.Currency)) return ErrorCode.TermsInvalid;
            if ((LimitFault(limit, limit.PerTransaction) ?? LimitFault(limit, limit.InTotal) ?? LimitFault(limit, limit.ApprovalAbove)) is { } code) return code;
        }
        return null;
    }

    static ErrorCode? LimitFault(CurrencyLimit limit, Google.Type.Money? wire)
    {
        if (wire is null) return null;
        if (Money.TryFromWire(wire, out var amount) is { } code) return code;
        if (amount.Currency != limit.Currency) return ErrorCode.CurrencyMixed;
        return amount.Nanos < 0 ? ErrorCode.AmountInvalid : null;
    }

    static bool IsSet(AgentSet? set) => set is null || (set.Ids.Count <= SetMax && set.Ids.All(ActId.IsValid));
}
