namespace ActProtocol.Conformance.Model;

/// <summary>
/// Money by account and currency. What an account did itself is known in its order; what it was paid by others, and what was collected from it for refunds, comes from
/// other partitions at a moment that nobody tells, so that between the two it is known within bounds only.
/// </summary>
sealed class Accounts
{
    readonly Dictionary<(string Account, string Currency), (Int128 Own, Int128 Held, Int128 Credited, Int128 Collected)> _lines = [];

    public IEnumerable<(string Account, string Currency)> Lines => _lines.Keys;

    /// <summary>Funded, given back, or paid out.</summary>
    public void Add(string account, string currency, Int128 nanos) => Change(account, currency, line => line with { Own = line.Own + nanos });

    public void Hold(string account, string currency, Int128 nanos) => Change(account, currency, line => line with { Own = line.Own - nanos, Held = line.Held + nanos });

    /// <summary>What was held leaves the account.</summary>
    public void Spend(string account, string currency, Int128 nanos) => Change(account, currency, line => line with { Held = line.Held - nanos });

    public void Credit(string account, string currency, Int128 nanos) => Change(account, currency, line => line with { Credited = line.Credited + nanos });

    public void Collect(string account, string currency, Int128 nanos) => Change(account, currency, line => line with { Collected = line.Collected + nanos });

    public Int128 Available(string account, string currency) => Line(account, currency) is var line ? line.Own + line.Credited - line.Collected : 0;

    public Int128 Held(string account, string currency) => Line(account, currency).Held;

    /// <summary>The least and the most that may be available at this point of the account's own order, given all that others will have done by the end.</summary>
    public (Int128 Least, Int128 Most) Bounds(string account, string currency, Accounts? atTheEnd)
    {
        if (atTheEnd is null) return (Int128.MinValue, Int128.MaxValue);
        var (own, end) = (Line(account, currency).Own, atTheEnd.Line(account, currency));
        return (own - end.Collected, own + end.Credited);
    }

    (Int128 Own, Int128 Held, Int128 Credited, Int128 Collected) Line(string account, string currency) => _lines.GetValueOrDefault((account, currency));

    void Change(string account, string currency, Func<(Int128 Own, Int128 Held, Int128 Credited, Int128 Collected), (Int128, Int128, Int128, Int128)> change) =>
        _lines[(account, currency)] = change(Line(account, currency));
}
