using System.Numerics;
using ActProtocol.V1;

namespace ActProtocol.Conformance.Model;

/// <summary>What all transactions of one intent share (TXN-13).</summary>
sealed class Wanted(Intent first, string digest)
{
    public Intent First => first;

    public string Digest => digest;

    public uint LocksMax => Math.Max(first.MaxLocks, 1);

    public int Locks { get; set; }

    public Int128 Used { get; set; }
}

/// <summary>A mandate as it was lodged, and what came of it.</summary>
sealed class Lodged(Mandate terms, string digest)
{
    public Mandate Terms => terms;

    public string Digest => digest;

    public bool Revoked { get; set; }

    public Dictionary<string, Int128> Spent { get; } = [];

    public CurrencyLimit? LimitIn(string currency) => terms.Limits.FirstOrDefault(limit => limit.Currency == currency);

    /// <summary>MAN-08</summary>
    public bool Allows(string seller, string? principal)
    {
        bool Names(AgentSet set) => set.Ids.Contains(seller) || (principal is not null && set.Ids.Contains(principal));
        return (terms.SellersAllowed is not { } allowed || Names(allowed)) && (terms.SellersBarred is not { } barred || !Names(barred));
    }
}

/// <summary>One transaction in the model.</summary>
sealed class Trade(string id, Wanted wanted, string buyer, string account, string seller, string? sellerPrincipal)
{
    public string Id => id;

    public Wanted Wanted => wanted;

    public string Buyer => buyer;

    /// <summary>Of the buyer's principal, who pays.</summary>
    public string Account => account;

    public string Seller => seller;

    public string? SellerPrincipal => sellerPrincipal;

    public TransactionState State { get; set; } = TransactionState.Open;

    /// <summary>0: the state does not end by itself.</summary>
    public long Deadline { get; set; } = wanted.First.ExpiresAtMs;

    /// <summary>The state that a deadline ended.</summary>
    public TransactionState LapsedFrom { get; set; }

    public Intent Revision { get; set; } = wanted.First;

    public string RevisionDigest { get; set; } = wanted.Digest;

    public Quote? Quote { get; set; }

    public string QuoteDigest { get; set; } = "";

    public HashSet<string> Superseded { get; } = [];

    public int Quotes { get; set; }

    public int Counters { get; set; }

    public string LastOfBuyer { get; set; } = wanted.Digest;

    public string LastOfSeller { get; set; } = "";

    public bool EverLocked { get; set; }

    public Lodged? Mandate { get; set; }

    /// <summary>Held, then what the payees got, in nanos.</summary>
    public Int128 Amount { get; set; }

    public Int128 Refunded { get; set; }

    public Int128 Refunding { get; set; }

    public int RefundsAsked { get; set; }

    public bool Fulfilled { get; set; }

    public string Currency => wanted.First.Budget.CurrencyCode;

    public Escrow? Escrow => Quote?.Terms.Escrow;

    public bool IsHolding => State is TransactionState.AwaitingApproval or TransactionState.Locked or TransactionState.Confirmed;

    /// <summary>Who is paid how much of <paramref name="amount"/> (TXN-48, LED-12).</summary>
    public List<(string? Account, Int128 Nanos)> Shares(Int128 amount)
    {
        if (Quote!.Payees.Count == 0) return [(sellerPrincipal, amount)];
        var total = Amounts.NanosOf(Quote.Total);
        var shares = Quote.Payees.Select(payee => ((string?)payee.Account, Nanos: (Int128)((BigInteger)amount * (BigInteger)Amounts.NanosOf(payee.Amount) / (BigInteger)total))).ToList();
        shares[0] = (shares[0].Item1, shares[0].Nanos + amount - shares.Aggregate(Int128.Zero, (sum, share) => sum + share.Nanos));
        return shares;
    }

    /// <summary>What may come back by refunds (TXN-45).</summary>
    public Int128 Refundable => Shares(Amount) is var shares && shares[0].Account == sellerPrincipal ? Amount : shares[0].Nanos;
}
