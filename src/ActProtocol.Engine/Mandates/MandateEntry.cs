using ActProtocol.Engine.Journal;
using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Engine.Mandates;

/// <summary>A lodged mandate and what was spent under it.</summary>
sealed class MandateEntry(Digest digest, string principal, Mandate terms)
{
    readonly Dictionary<string, Int128> _spent = [];

    public Digest Digest { get; } = digest;

    public string Principal { get; } = principal;

    public Mandate Terms { get; } = terms;

    public bool Revoked { get; set; }

    /// <summary>Transactions that hold money under this mandate: what a revocation releases.</summary>
    public HashSet<Id16> Holding { get; } = [];

    /// <summary>Held and paid in a currency, in nanos.</summary>
    public Int128 SpentIn(string currency) => _spent.GetValueOrDefault(currency);

    /// <summary>Counts a hold; a negative amount gives it back when it is released.</summary>
    public void Spend(string currency, Int128 nanos) => _spent[currency] = SpentIn(currency) + nanos;

    public CurrencyLimit? LimitIn(string currency)
    {
        foreach (var limit in Terms.Limits.Items)
        {
            if (limit.Currency == currency) return limit;
        }
        return null;
    }

    public void Write(SnapshotWriter writer)
    {
        writer.Digest(Digest);
        writer.Text(Principal);
        writer.Message(Terms);
        writer.Bool(Revoked);
        writer.Sorted(_spent, (currency, nanos) =>
        {
            writer.Text(currency);
            writer.Wide(nanos);
        });
        writer.List([.. Holding.Order()], writer.Id);
    }

    public static MandateEntry Read(SnapshotReader reader)
    {
        var mandate = new MandateEntry(reader.Digest(), reader.Text(), reader.Message(Mandate.Parser) ?? new Mandate()) { Revoked = reader.Bool() };
        reader.Each(() => mandate._spent.Add(reader.Text(), reader.Wide()));
        reader.Each(() => mandate.Holding.Add(reader.Id()));
        return mandate;
    }
}
