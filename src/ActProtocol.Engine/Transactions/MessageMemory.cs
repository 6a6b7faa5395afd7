using ActProtocol.Engine.Journal;
using ActProtocol.Envelopes;

namespace ActProtocol.Engine.Transactions;

/// <summary>Answers to envelopes outside transactions, kept until the envelopes expire (ENV-20).</summary>
sealed class MessageMemory
{
    readonly Dictionary<(string Sender, Id16 Message), (KeptMessage Kept, long ExpiresAt, string Account)> _kept = [];
    readonly SortedSet<(long ExpiresAt, string Sender, Id16 Message)> _byExpiry = new(Comparer<(long At, string Sender, Id16 Message)>.Create(
        static (a, b) => a.At != b.At ? a.At.CompareTo(b.At)
            : string.CompareOrdinal(a.Sender, b.Sender) is not 0 and var order ? order : a.Message.CompareTo(b.Message)));

    // Asked with every record.
    long _firstExpiry = long.MaxValue;

    public KeptMessage? Find(string sender, Id16 message) => _kept.TryGetValue((sender, message), out var found) ? found.Kept : null;

    /// <summary>How many have expired that are still counted for an account: nothing is forgotten before something is recorded.</summary>
    public int ExpiredOf(string account, long stamp) => _byExpiry.TakeWhile(key => key.ExpiresAt <= stamp).Count(key => _kept[(key.Sender, key.Message)].Account == account);

    /// <summary>What each is counted for.</summary>
    public IEnumerable<string> Accounts => _kept.Values.Select(item => item.Account);

    public void Keep(KeptMessage kept, long expiresAt, string account)
    {
        _kept.Add((kept.Sender, kept.Message), (kept, expiresAt, account));
        _byExpiry.Add((expiresAt, kept.Sender, kept.Message));
        _firstExpiry = Math.Min(_firstExpiry, expiresAt);
    }

    /// <summary>Forgets one that has expired, if there is one; gives the account it was counted for.</summary>
    public bool TryForget(long stamp, out string account)
    {
        account = "";
        if (stamp < _firstExpiry) return false;
        var first = _byExpiry.Min;
        _byExpiry.Remove(first);
        _firstExpiry = _byExpiry.Count == 0 ? long.MaxValue : _byExpiry.Min.ExpiresAt;
        _kept.Remove((first.Sender, first.Message), out var gone);
        account = gone.Account;
        return true;
    }

    public void Write(SnapshotWriter writer) => writer.List(_byExpiry, key =>
    {
        var (kept, expiresAt, account) = _kept[(key.Sender, key.Message)];
        kept.Write(writer);
        writer.Int(expiresAt);
        writer.Text(account);
    });

    public void Read(SnapshotReader reader) => reader.Each(() => Keep(KeptMessage.Read(reader), reader.Int(), reader.Text()));
}
