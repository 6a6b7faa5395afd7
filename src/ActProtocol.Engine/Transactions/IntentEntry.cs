using ActProtocol.Engine.Journal;
using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Engine.Transactions;

/// <summary>What all transactions of one intent share: its first revision, its locks, its budget.</summary>
sealed class IntentEntry(Digest digest, string account, Intent first, int locksMax)
{
    static readonly Intent Ended = new();

    /// <summary>The intent's id: the digest of its first revision.</summary>
    public Digest Digest { get; } = digest;

    public string Account { get; } = account;

    /// <summary>Empty once none of its transactions is open any more: what nobody can act on takes no memory.</summary>
    public Intent First { get; private set; } = first;

    /// <summary>The bucket of the account: what every envelope of its transactions must name as home.</summary>
    public int Home { get; } = ActId.BucketOf(account);

    public int LocksMax { get; } = locksMax;

    /// <summary>Transactions that may still be quoted or locked, or in which something waits.</summary>
    public int Open { get; private set; }

    /// <summary>Locks that are live or committed.</summary>
    public int Locks { get; set; }

    /// <summary>Held and committed over all locks, in nanos of the budget's currency.</summary>
    public Int128 Used { get; set; }

    /// <summary>Where the record of the intent stands: the answer to a replay of it.</summary>
    public long Position { get; set; }

    public static int LocksMaxOf(Intent intent) => intent.MaxLocks == 0 ? 1 : (int)intent.MaxLocks;

    public void Opened() => Open++;

    public void Closed()
    {
        if (--Open == 0) First = Ended;
    }

    public void Write(SnapshotWriter writer)
    {
        writer.Digest(Digest);
        writer.Text(Account);
        writer.Message(Open == 0 ? null : First);
        writer.Int(LocksMax);
        writer.Int(Open);
        writer.Int(Locks);
        writer.Wide(Used);
        writer.Int(Position);
    }

    public static IntentEntry Read(SnapshotReader reader) =>
        new(reader.Digest(), reader.Text(), reader.Message(Intent.Parser) ?? Ended, (int)reader.Int())
        {
            Open = (int)reader.Int(),
            Locks = (int)reader.Int(),
            Used = reader.Wide(),
            Position = reader.Int(),
        };
}
