using ActProtocol.Engine.Journal;
using ActProtocol.Envelopes;
using ActProtocol.Transactions;
using ActProtocol.V1;

namespace ActProtocol.Engine.Transactions;

/// <summary>One transaction, as its partition keeps it.</summary>
sealed class TransactionEntry(Id16 id, IntentEntry intent, Party buyer, Party seller)
{
    // Of a purchase without detours: quote, lock, confirm and commit; and beside their records those of the intent and of the settlement.
    const int UsualMessages = 4;
    const int UsualRecords = UsualMessages + 2;

    public Id16 Id { get; } = id;

    public IntentEntry Intent { get; } = intent;

    public Party Buyer { get; } = buyer;

    public Party Seller { get; } = seller;

    public TransactionState State { get; set; } = TransactionState.Open;

    /// <summary>When the state ends by itself, Unix milliseconds; 0: it does not.</summary>
    public long Deadline { get; set; }

    /// <summary>The state before the broker's own step ended it by a deadline: tells a late step from a wrong one.</summary>
    public TransactionState LapsedFrom { get; set; }

    /// <summary>The intent as countered last, and the digest of the envelope that carried it. Null once it is closed.</summary>
    public Intent? Revision { get; set; }

    public Digest RevisionDigest { get; set; }

    public int Rounds { get; set; }

    /// <summary>Quotes of the present revision.</summary>
    public int Quotes { get; set; }

    /// <summary>The present quote. Null before the first, and once it is closed.</summary>
    public Quote? Quote { get; set; }

    public Digest QuoteDigest { get; set; }

    /// <summary>Who resolves disputes under the present quote; default for instant terms.</summary>
    public Party Arbiter { get; set; }

    /// <summary>The money is kept after the commit: only such terms have an arbiter.</summary>
    public bool IsEscrow => !string.IsNullOrEmpty(Arbiter.Agent);

    /// <summary>Whose account a refund debits, and how much of the payment it may ask of it: once settled.</summary>
    public string FirstPayee { get; set; } = "";

    public Int128 Refundable { get; set; }

    /// <summary>Digests of quotes that a later one replaced; null when there are none.</summary>
    public List<Digest>? Superseded { get; set; }

    /// <summary>The last accepted envelopes of both sides: what the other side's next must follow.</summary>
    public Digest LastOfBuyer { get; set; }

    public Digest LastOfSeller { get; set; }

    /// <summary>The mandate of the live lock.</summary>
    public Digest Mandate { get; set; }

    /// <summary>Held, or paid once committed, in nanos of <see cref="Currency"/>.</summary>
    public Int128 Amount { get; set; }

    public string Currency { get; set; } = "";

    public Int128 Refunded { get; set; }

    /// <summary>What a refund under way asks of the payee.</summary>
    public Int128 Refunding { get; set; }

    /// <summary>What the payee's partition said to it.</summary>
    public RefundAnswer Answer { get; set; }

    /// <summary>The record of the live lock: delivered to the seller once it is approved.</summary>
    public long LockPosition { get; set; }

    public bool Fulfilled { get; set; }

    /// <summary>Room is reserved in both mailboxes.</summary>
    public bool RoomReserved { get; set; }

    public List<KeptMessage> Messages { get; } = new(UsualMessages);

    // Refusals that were recorded, a byte for each role.
    uint _refusals;

    /// <summary>What was asked for in refunds so far, whether paid or not: bounded, since each is a record and mail for the buyer.</summary>
    public int RefundsAsked { get; set; }

    /// <summary>Refusals of one side that were recorded: bounded, so that it cannot fill the journal, and apart, so that it cannot use up the other's.</summary>
    public int RefusalsOf(Role role) => (int)(_refusals >> ShiftOf(role)) & byte.MaxValue;

    public void CountRefusal(Role role) => _refusals += 1u << ShiftOf(role);

    static int ShiftOf(Role role) => 8 * ((int)role - (int)Role.Buyer);

    /// <summary>Positions of all records of this transaction, in order.</summary>
    public List<long> Records { get; } = new(UsualRecords);

    public bool Ended => TransactionRules.IsEnd(State);

    /// <summary>The same id, as the party has it here already.</summary>
    public string Kept(string sender) =>
        sender == Buyer.Agent ? Buyer.Agent : sender == Seller.Agent ? Seller.Agent : sender == Buyer.Principal ? Buyer.Principal : sender;

    public KeptMessage? Find(string sender, Id16 message)
    {
        foreach (var kept in Messages)
        {
            if (kept.Message == message && kept.Sender == sender) return kept;
        }
        return null;
    }

    public void Write(SnapshotWriter writer)
    {
        writer.Id(Id);
        writer.Digest(Intent.Digest);
        Buyer.Write(writer);
        Seller.Write(writer);
        writer.Int((long)State);
        writer.Int(Deadline);
        writer.Int((long)LapsedFrom);
        writer.Message(Revision);
        writer.Digest(RevisionDigest);
        writer.Int(Rounds);
        writer.Int(Quotes);
        writer.Message(Quote);
        writer.Digest(QuoteDigest);
        Arbiter.Write(writer);
        writer.Text(FirstPayee);
        writer.Wide(Refundable);
        writer.List(Superseded ?? [], writer.Digest);
        writer.Digest(LastOfBuyer);
        writer.Digest(LastOfSeller);
        writer.Digest(Mandate);
        writer.Wide(Amount);
        writer.Text(Currency);
        writer.Wide(Refunded);
        writer.Wide(Refunding);
        writer.Int((long)Answer);
        writer.Int(LockPosition);
        writer.Bool(Fulfilled);
        writer.Bool(RoomReserved);
        writer.List(Messages, message => message.Write(writer));
        writer.Int(_refusals);
        writer.Int(RefundsAsked);
        writer.List(Records, writer.Int);
    }

    public static TransactionEntry Read(SnapshotReader reader, Func<Digest, IntentEntry> intents)
    {
        var entry = new TransactionEntry(reader.Id(), intents(reader.Digest()), Party.Read(reader), Party.Read(reader))
        {
            State = (TransactionState)reader.Int(),
            Deadline = reader.Int(),
            LapsedFrom = (TransactionState)reader.Int(),
            Revision = reader.Message(V1.Intent.Parser),
            RevisionDigest = reader.Digest(),
            Rounds = (int)reader.Int(),
            Quotes = (int)reader.Int(),
            Quote = reader.Message(V1.Quote.Parser),
            QuoteDigest = reader.Digest(),
            Arbiter = Party.Read(reader),
            FirstPayee = reader.Text(),
            Refundable = reader.Wide(),
        };
        reader.Each(() => (entry.Superseded ??= []).Add(reader.Digest()));
        entry.LastOfBuyer = reader.Digest();
        entry.LastOfSeller = reader.Digest();
        entry.Mandate = reader.Digest();
        entry.Amount = reader.Wide();
        entry.Currency = reader.Text();
        entry.Refunded = reader.Wide();
        entry.Refunding = reader.Wide();
        entry.Answer = (RefundAnswer)reader.Int();
        entry.LockPosition = reader.Int();
        entry.Fulfilled = reader.Bool();
        entry.RoomReserved = reader.Bool();
        reader.Each(() => entry.Messages.Add(KeptMessage.Read(reader)));
        entry._refusals = (uint)reader.Int();
        entry.RefundsAsked = (int)reader.Int();
        reader.Each(() => entry.Records.Add(reader.Int()));
        return entry;
    }
}

/// <summary>A side of a transaction.</summary>
readonly record struct Party(string Agent, string Principal)
{
    public void Write(SnapshotWriter writer)
    {
        writer.Text(Agent ?? "");
        writer.Text(Principal ?? "");
    }

    public static Party Read(SnapshotReader reader) => new(reader.Text(), reader.Text());
}

/// <summary>The payee's partition on a refund.</summary>
enum RefundAnswer
{
    None,
    Paid,
    Insufficient,
}

/// <summary>A decided envelope: its bytes' digest, and the record that holds the answer.</summary>
readonly record struct KeptMessage(string Sender, Id16 Message, Digest Digest, long Position)
{
    public void Write(SnapshotWriter writer)
    {
        writer.Text(Sender);
        writer.Id(Message);
        writer.Digest(Digest);
        writer.Int(Position);
    }

    public static KeptMessage Read(SnapshotReader reader) => new(reader.Text(), reader.Id(), reader.Digest(), reader.Int());
}
