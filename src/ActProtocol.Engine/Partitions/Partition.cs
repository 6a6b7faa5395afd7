using ActProtocol.Engine.Journal;
using ActProtocol.Engine.Ledger;
using ActProtocol.Engine.Mailboxes;
using ActProtocol.Engine.Mandates;
using ActProtocol.Engine.Stored;
using ActProtocol.Engine.Transactions;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Body = ActProtocol.V1.Content.BodyOneofCase;

namespace ActProtocol.Engine.Partitions;

/// <summary>Accounts with their mandates, transactions and holds, and the mail that their records address.</summary>
/// <remarks>This file says in which order things are looked at; the files beside it say whether a step may be taken, and what it does.</remarks>
sealed partial class Partition(int index, string broker) : Machine(index, broker)
{
    readonly Dictionary<Digest, long> _revokedKeys = [];
    readonly MessageMemory _messages = new();

    /// <summary>Partitions of the broker, as written at creation.</summary>
    public int Partitions { get; private set; }

    /// <summary>The arbiter where an intent names none; empty if the operator has none.</summary>
    public string DefaultArbiter { get; private set; } = "";

    public string Zones { get; private set; } = "";

    public Books Books { get; } = new();

    public MailRoom Mail { get; } = new();

    public Dictionary<Digest, MandateEntry> Mandates { get; } = [];

    public Dictionary<Digest, IntentEntry> Intents { get; } = [];

    public Dictionary<Id16, TransactionEntry> Transactions { get; } = [];

    public Dictionary<Digest, PayoutEntry> Payouts { get; } = [];

    /// <summary>The partition that owns an account.</summary>
    public int PartitionOf(string account) => PartitionOf(ActId.BucketOf(account), Partitions);

    public static int PartitionOf(int bucket, int partitions) => bucket * partitions / ActId.Buckets;

    protected override Verdict Decide(Cause cause, long stamp)
    {
        if (cause.Step is { } step) return DecideStep(step, cause.Context, stamp);

        var envelope = cause.Envelope!;
        if (_revokedKeys.ContainsKey(Digest.FromWire(cause.Context.Key))) return Drop(ErrorCode.KeyRevoked);
        return envelope.TransactionId.IsNone ? DecideOutside(envelope, cause.Context, stamp) : DecideWithin(envelope, cause.Context, stamp);
    }

    protected override void OnRecorded(long stamp)
    {
        while (_messages.TryForget(stamp, out var account))
        {
            if (Books.Find(account) is { } entry) entry.KeptMessages--;
        }
    }

    Verdict DecideWithin(OpenedEnvelope envelope, Context context, long stamp)
    {
        // A stranger learns nothing: not even that there is such a transaction.
        if (!Transactions.TryGetValue(envelope.TransactionId, out var transaction)) return Drop(ErrorCode.TransactionUnknown);
        if (RoleOf(transaction, envelope.Sender, envelope.Step) is not { } role) return Drop(ErrorCode.TransactionUnknown);
        if (transaction.Find(envelope.Sender, envelope.MessageId) is { } kept) return Known(kept, envelope);
        if (envelope.Home != transaction.Intent.Home) return Drop(ErrorCode.HomeWrong);
        if (stamp >= envelope.ExpiresAtMs) return Drop(ErrorCode.EnvelopeExpired);

        var taken = new TakenStep(envelope, context, transaction, role, stamp);
        if (Refused(taken) is { } refusal)
        {
            if (transaction.RefusalsOf(role) >= EngineLimits.RefusalsMax) return Drop(ErrorCode.QuotaExceeded);
            transaction.CountRefusal(role);
            Remember(transaction, envelope);
            return new Verdict.Refuse(refusal);
        }
        var accepted = Take(taken);
        Remember(transaction, envelope);
        if (role is Role.Buyer) transaction.LastOfBuyer = envelope.Digest;
        if (role is Role.Seller) transaction.LastOfSeller = envelope.Digest;
        return new Verdict.Take(accepted);
    }

    Verdict DecideOutside(OpenedEnvelope envelope, Context context, long stamp)
    {
        var sender = envelope.Sender;
        if (Intents.TryGetValue(envelope.Digest, out var intent)) return new Verdict.Repeat(intent.Position);
        if (_messages.Find(sender, envelope.MessageId) is { } kept) return Known(kept, envelope);
        if (stamp >= envelope.ExpiresAtMs) return Drop(ErrorCode.EnvelopeExpired);

        var (account, outcome) = envelope.Content.BodyCase switch
        {
            Body.Intent => TakeIntent(envelope, context, stamp),
            Body.Mandate => TakeMandate(envelope, context, stamp),
            Body.RevokeMandate => TakeRevocation(envelope, stamp),
            Body.Fund => TakeFunding(envelope, context, stamp),
            Body.RequestPayout => TakePayoutRequest(envelope, context, stamp),
            Body.ClosePayout => TakePayoutClosing(envelope, context),
            Body.ReplayMail => TakeMailReplay(envelope),
            _ => (null, new Verdict.Drop(new Refusal(ErrorCode.BodyUnsupported))),
        };
        if (account is null || outcome is not (Verdict.Take or Verdict.Refuse)) return outcome;

        _messages.Keep(new KeptMessage(sender, envelope.MessageId, envelope.Digest, NextPosition), envelope.ExpiresAtMs, account.Id);
        account.KeptMessages++;
        return outcome;
    }

    bool IsFull(AccountEntry account, long stamp) =>
        account.KeptMessages >= EngineLimits.KeptMessagesMax && account.KeptMessages - _messages.ExpiredOf(account.Id, stamp) >= EngineLimits.KeptMessagesMax;

    static Verdict Known(KeptMessage kept, OpenedEnvelope envelope) =>
        kept.Digest == envelope.Digest ? new Verdict.Repeat(kept.Position) : Drop(ErrorCode.MessageIdReused);

    void Remember(TransactionEntry transaction, OpenedEnvelope envelope)
    {
        transaction.Messages.Add(new KeptMessage(transaction.Kept(envelope.Sender), envelope.MessageId, envelope.Digest, NextPosition));
        transaction.Records.Add(NextPosition);
    }

    // A principal may buy without an agent: then what is the principal's to say is said by the principal.
    static Role? RoleOf(TransactionEntry transaction, string sender, StepKind step) =>
        sender == transaction.Buyer.Agent ? sender == transaction.Buyer.Principal && step is (StepKind.Approve or StepKind.Deny) ? Role.Principal : Role.Buyer
        : sender == transaction.Seller.Agent ? Role.Seller
        : sender == transaction.Buyer.Principal ? Role.Principal
        : sender == transaction.Arbiter.Agent && transaction.LockPosition > 0 ? Role.Arbiter
        : null;

    static Verdict Drop(ErrorCode code, string? detail = null) => new Verdict.Drop(new Refusal(code, detail));

    static Verdict Refuse(ErrorCode code, string? detail = null) => new Verdict.Refuse(new Refusal(code, detail));

    // Puts the record that is being made, or an earlier one, into a mailbox.
    void MailTo(string agent, string sender, long position = 0)
    {
        position = position == 0 ? NextPosition : position;
        // One record stands once in a mailbox, though its agent be concerned twice.
        if (Mail.Put(agent, position, sender)) Deliver(agent, position);
    }
}
