using System.Numerics;

namespace ActProtocol.Engine.Ledger;

/// <summary>How an amount goes to several payees.</summary>
static class Splits
{
    /// <summary>In the proportion of their shares, rounded down to the nano; the remainder goes to the first (LED-12).</summary>
    public static IEnumerable<(string Account, Int128 Nanos)> Of(IReadOnlyList<(string Account, Int128 Nanos)> shares, Int128 amount)
    {
        var total = shares.Aggregate(Int128.Zero, (sum, share) => sum + share.Nanos);
        if (total == amount || total == 0) return shares;

        var parts = new (string Account, Int128 Nanos)[shares.Count];
        var left = amount;
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = (shares[i].Account, (Int128)((BigInteger)amount * (BigInteger)shares[i].Nanos / (BigInteger)total));
            left -= parts[i].Nanos;
        }
        parts[0].Nanos += left;
        return parts;
    }
}
