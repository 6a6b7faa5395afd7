using ActProtocol.Engine.Journal;

namespace ActProtocol.Engine.Ledger;

/// <summary>A partition's double-entry books. Every method leaves the sum over all accounts as it was: zero.</summary>
/// <remarks>
/// Principals' accounts are never below zero. Only the funding account (what came from outside, negative) and the clearing
/// accounts (what other partitions owe or are owed) may be. Amounts are in nanos; arithmetic is checked: an overflow is a bug
/// upstream and ends the broker rather than the books.
/// </remarks>
sealed class Books
{
    readonly Dictionary<string, AccountEntry> _accounts = [];
    readonly Dictionary<string, Int128> _funding = [];
    readonly Dictionary<(int Partition, string Currency), Int128> _clearing = [];

    public IEnumerable<AccountEntry> Accounts => _accounts.Values;

    public int Count => _accounts.Count;

    public AccountEntry? Find(string id) => _accounts.GetValueOrDefault(id);

    public AccountEntry Open(string id)
    {
        if (_accounts.TryGetValue(id, out var account)) return account;
        return _accounts[id] = new AccountEntry(id);
    }

    public void Fund(AccountEntry account, string currency, Int128 nanos)
    {
        Add(_funding, currency, -nanos);
        Available(account, currency, nanos);
    }

    /// <summary>Binds what is available. The caller has checked that it is there.</summary>
    public static void Hold(AccountEntry account, string currency, Int128 nanos) => Move(account, currency, -nanos, nanos);

    public static void Release(AccountEntry account, string currency, Int128 nanos) => Move(account, currency, nanos, -nanos);

    /// <summary>Held money leaves for an account of another partition, or of this one: both by clearing and outbox.</summary>
    public void Send(AccountEntry account, string currency, Int128 nanos, int destination)
    {
        Move(account, currency, 0, -nanos);
        Add(_clearing, (destination, currency), nanos);
    }

    /// <summary>Available money goes back to another partition: a refund that its payee's partition collects.</summary>
    public void SendAvailable(AccountEntry account, string currency, Int128 nanos, int destination)
    {
        Move(account, currency, -nanos, 0);
        Add(_clearing, (destination, currency), nanos);
    }

    public void Receive(AccountEntry account, string currency, Int128 nanos, int source)
    {
        Add(_clearing, (source, currency), -nanos);
        Available(account, currency, nanos);
    }

    /// <summary>A payout was executed: held money is outside now.</summary>
    public void PayOut(AccountEntry account, string currency, Int128 nanos)
    {
        Move(account, currency, 0, -nanos);
        Add(_funding, currency, nanos);
    }

    /// <summary>Sum over all accounts of a currency; zero, or the books are wrong.</summary>
    public Int128 SumOf(string currency)
    {
        var sum = _funding.GetValueOrDefault(currency);
        foreach (var ((_, name), nanos) in _clearing) sum += name == currency ? nanos : 0;
        foreach (var account in _accounts.Values) sum += account[currency].Available + account[currency].Held;
        return sum;
    }

    public IEnumerable<string> Currencies =>
        _funding.Keys.Concat(_clearing.Keys.Select(key => key.Currency)).Concat(_accounts.Values.SelectMany(account => account.Balances.Select(b => b.Key))).Distinct();

    public IEnumerable<KeyValuePair<(int Partition, string Currency), Int128>> Clearing => _clearing;

    public Int128 FundingOf(string currency) => _funding.GetValueOrDefault(currency);

    public void Write(SnapshotWriter writer)
    {
        writer.Sorted(_accounts, (_, account) => account.Write(writer));
        writer.Sorted(_funding, (currency, nanos) =>
        {
            writer.Text(currency);
            writer.Wide(nanos);
        });
        writer.Sorted(_clearing.Select(item => KeyValuePair.Create($"{item.Key.Partition:D5} {item.Key.Currency}", item)), (_, item) =>
        {
            writer.Int(item.Key.Partition);
            writer.Text(item.Key.Currency);
            writer.Wide(item.Value);
        });
    }

    public void Read(SnapshotReader reader)
    {
        reader.Each(() =>
        {
            var account = AccountEntry.Read(reader);
            _accounts.Add(account.Id, account);
        });
        reader.Each(() => _funding.Add(reader.Text(), reader.Wide()));
        reader.Each(() => _clearing.Add(((int)reader.Int(), reader.Text()), reader.Wide()));
    }

    static void Available(AccountEntry account, string currency, Int128 nanos) => Move(account, currency, nanos, 0);

    static void Move(AccountEntry account, string currency, Int128 available, Int128 held)
    {
        var balance = account[currency];
        balance.Available += available;
        balance.Held += held;
        // Assertions on money stay on in production: books that are wrong must not be written.
        if (balance.Available < 0 || balance.Held < 0)
        {
            throw new InvalidOperationException($"A posting would take {account.Id} below zero in {currency}.");
        }
        account[currency] = balance;
    }

    static void Add<TKey>(Dictionary<TKey, Int128> sums, TKey key, Int128 nanos) where TKey : notnull => sums[key] = sums.GetValueOrDefault(key) + nanos;
}
