using ActProtocol.Envelopes;
using ActProtocol.Ledger;
using ActProtocol.V1;
using static ActProtocol.Errors.ErrorRegistry;

namespace ActProtocol.Mandates;

/// <summary>Whether a mandate is well-formed (MAN-02).</summary>
public static class MandateRules
{
    const int LimitsMax = 16;
    const int SetMax = 256;
    const long LifeMs = 3_660L * 24 * 60 * 60 * 1000;

    /// <summary>What is wrong, or null; of several faults the first in precedence.</summary>
    /// <param name="nowMs">The stamp it is decided at.</param>
    public static ErrorCode? Check(Mandate mandate, long nowMs)
    {
        if (mandate.Limits.Count is 0 or > LimitsMax) return ErrorCode.TermsInvalid;
        var bounded = ActId.IsValid(mandate.Agent) && ActId.IsValid(mandate.Account) && mandate.AgentKey.Length == Digest.Length
            && mandate.ValidFromMs >= 0 && mandate.ValidUntilMs > mandate.ValidFromMs && mandate.ValidUntilMs > nowMs
            && mandate.ValidUntilMs - nowMs <= LifeMs && IsSet(mandate.SellersAllowed) && IsSet(mandate.SellersBarred);

        var fault = bounded ? (ErrorCode?)null : ErrorCode.TermsInvalid;
        HashSet<string> currencies = [];
        foreach (var limit in mandate.Limits)
        {
            if (!Currency.IsKnown(limit.Currency)) fault = First(fault, ErrorCode.CurrencyUnknown);
            if (!currencies.Add(limit.Currency)) fault = First(fault, ErrorCode.TermsInvalid);
            fault = First(fault, LimitFault(limit, limit.PerTransaction));
            fault = First(fault, First(LimitFault(limit, limit.InTotal), LimitFault(limit, limit.ApprovalAbove)));
        }
        return fault;
    }

    static ErrorCode? LimitFault(CurrencyLimit limit, Google.Type.Money? wire)
    {
        if (wire is null) return null;
        if (Money.TryFromWire(wire, out var amount) is { } code) return code;
        if (amount.Nanos < 0) return ErrorCode.AmountInvalid;
        return amount.Currency == limit.Currency ? null : ErrorCode.CurrencyMixed;
    }

    static bool IsSet(AgentSet? set) => set is null || (set.Ids.Count <= SetMax && set.Ids.All(ActId.IsValid));
}
