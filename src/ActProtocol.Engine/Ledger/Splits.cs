using System.Numerics;

namespace ActProtocol.Engine.Ledger;

/// <summary>How an amount goes to several payees.</summary>
static class Splits
{
    /// <summary>In the proportion of their shares, rounded down to the nano; the remainder goes to the first (LED-12).</summary>
    public static (string Account, Int128 Nanos)[] Of((string Account, Int128 Nanos)[] shares, Int128 amount)
    {
        var total = Int128.Zero;
        foreach (var share in shares) total += share.Nanos;
        if (total == amount || total == 0) return shares;

        var parts = new (string Account, Int128 Nanos)[shares.Length];
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
