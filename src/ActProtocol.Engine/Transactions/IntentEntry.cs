using ActProtocol.Engine.Journal;
using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Engine.Transactions;

/// <summary>What all transactions of one intent share: its first revision, its locks, its budget.</summary>
sealed class IntentEntry(Digest digest, string account, Intent first)
{
    /// <summary>The intent's id: the digest of its first revision.</summary>
    public Digest Digest { get; } = digest;

    public string Account { get; } = account;

    public Intent First { get; } = first;

    /// <summary>The bucket of the account: what every envelope of its transactions must name as home.</summary>
    public int Home { get; } = ActId.BucketOf(account);

    public int LocksMax => First.MaxLocks == 0 ? 1 : (int)First.MaxLocks;

    /// <summary>Locks that are live or committed.</summary>
    public int Locks { get; set; }

    /// <summary>Held and committed over all locks, in nanos of the budget's currency.</summary>
    public Int128 Used { get; set; }

    /// <summary>Where the record of the intent stands: the answer to a replay of it.</summary>
    public long Position { get; set; }

    public void Write(SnapshotWriter writer)
    {
        writer.Digest(Digest);
        writer.Text(Account);
        writer.Message(First);
        writer.Int(Locks);
        writer.Wide(Used);
        writer.Int(Position);
    }

    public static IntentEntry Read(SnapshotReader reader) =>
        new(reader.Digest(), reader.Text(), reader.Message(Intent.Parser) ?? new Intent())
        {
            Locks = (int)reader.Int(),
            Used = reader.Wide(),
            Position = reader.Int(),
        };
}
