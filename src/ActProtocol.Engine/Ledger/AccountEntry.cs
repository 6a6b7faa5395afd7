using ActProtocol.Engine.Journal;
using ActProtocol.Engine.Transactions;

namespace ActProtocol.Engine.Ledger;

/// <summary>A principal's account, as its partition keeps it.</summary>
sealed class AccountEntry(string id)
{
    readonly Dictionary<string, Balance> _balances = [];

    public string Id { get; } = id;

    /// <summary>When transactions of this account end by themselves.</summary>
    public Deadlines Deadlines { get; } = new();

    public int OpenTransactions { get; set; }

    public int LiveMandates { get; set; }

    /// <summary>Payouts that wait for the operator.</summary>
    public int OpenPayouts { get; set; }

    /// <summary>Envelopes outside transactions whose answers are still kept.</summary>
    public int KeptMessages { get; set; }

    // Facts about this account as a buyer.
    public long Settled { get; set; }

    public long Disputed { get; set; }

    public long Lost { get; set; }

    /// <summary>Sellers that were paid from here: each counts this account once among its distinct payers.</summary>
    public HashSet<string> PaidSellers { get; } = [];

    public IEnumerable<KeyValuePair<string, Balance>> Balances => _balances;

    public Balance this[string currency]
    {
        get => _balances.GetValueOrDefault(currency);
        set => _balances[currency] = value;
    }

    public void Write(SnapshotWriter writer)
    {
        writer.Text(Id);
        writer.Sorted(_balances, (currency, balance) =>
        {
            writer.Text(currency);
            writer.Wide(balance.Available);
            writer.Wide(balance.Held);
        });
        writer.Int(OpenTransactions);
        writer.Int(LiveMandates);
        writer.Int(OpenPayouts);
        writer.Int(KeptMessages);
        writer.Int(Settled);
        writer.Int(Disputed);
        writer.Int(Lost);
        writer.Sorted(PaidSellers.Select(seller => KeyValuePair.Create(seller, 0)), (seller, _) => writer.Text(seller));
    }

    public static AccountEntry Read(SnapshotReader reader)
    {
        var account = new AccountEntry(reader.Text());
        reader.Each(() => account[reader.Text()] = new Balance { Available = reader.Wide(), Held = reader.Wide() });
        account.OpenTransactions = (int)reader.Int();
        account.LiveMandates = (int)reader.Int();
        account.OpenPayouts = (int)reader.Int();
        account.KeptMessages = (int)reader.Int();
        account.Settled = reader.Int();
        account.Disputed = reader.Int();
        account.Lost = reader.Int();
        reader.Each(() => account.PaidSellers.Add(reader.Text()));
        return account;
    }
}
