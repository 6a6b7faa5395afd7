using ActProtocol.Ledger;

namespace ActProtocol.Engine.Journal;

/// <summary>What an audit found.</summary>
public sealed class AuditReport
{
    /// <summary>Findings that are told one by one; the rest are only counted.</summary>
    const int FindingsMax = 100;

    readonly List<string> _findings = [];
    readonly List<AuditTotal> _totals = [];

    public long Records { get; internal set; }

    public long Accounts { get; internal set; }

    public long FindingsCount { get; private set; }

    /// <summary>One sentence each; empty when all is right.</summary>
    public IReadOnlyList<string> Findings => _findings;

    public IReadOnlyList<AuditTotal> Totals => _totals;

    internal void Find(string finding)
    {
        FindingsCount++;
        if (_findings.Count < FindingsMax) _findings.Add(finding);
    }

    internal void Add(AuditTotal total)
    {
        _totals.Add(total);
        if (total.Available + total.Held + total.OnItsWay != total.Funded)
        {
            Find($"What accounts have and what is on its way differs from what was funded: {total}.");
        }
    }
}

/// <summary>Where the money of a currency is, over all partitions, in nanos.</summary>
public sealed class AuditTotal(string currency)
{
    public string Currency { get; } = currency;

    /// <summary>What came from outside less what was paid out.</summary>
    public Int128 Funded { get; internal set; }

    public Int128 Available { get; internal set; }

    public Int128 Held { get; internal set; }

    /// <summary>Taken from one partition's accounts and not yet added to another's.</summary>
    public Int128 OnItsWay { get; internal set; }

    public override string ToString() =>
        $"{Text(Funded)} funded; {Text(Available)} available, {Text(Held)} held, {Text(OnItsWay)} on its way";

    string Text(Int128 nanos) => new Money(nanos, Currency).ToString();
}
