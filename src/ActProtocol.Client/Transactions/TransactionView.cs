using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Client;

/// <summary>One transaction as its records say it stands.</summary>
sealed class TransactionView(Id16 id, string seller)
{
    readonly Dictionary<Digest, Refusal?> _decided = [];
    readonly Dictionary<(StepKind, Digest Quote), uint> _refusals = [];

    public Id16 Id { get; } = id;

    public string Seller { get; } = seller;

    /// <summary>Position of the last record that was read.</summary>
    public ulong Position { get; private set; }

    public TransactionState State { get; private set; } = TransactionState.Open;

    /// <summary>The seller's present quote.</summary>
    public Mail? Quote { get; private set; }

    /// <summary>The last thing that the seller said and the broker took: what a lock and a commit follow.</summary>
    public Mail? LastOfSeller { get; private set; }

    /// <summary>The record of the settlement, or of the commit while there is none.</summary>
    public Mail? Payment { get; private set; }

    /// <summary>The buyer has ordered the money taken.</summary>
    public bool IsPaid => State is Committed or Fulfilled or Disputed or Settled or Refunding or Refunded;

    /// <summary>Whether a record decided an envelope; and the refusal, if it was one.</summary>
    public bool TryFind(Digest envelope, out Refusal? refusal) => _decided.TryGetValue(envelope, out refusal);

    /// <summary>Recorded refusals of a step with a quote: the attempts that are used up.</summary>
    public uint RefusalsOf(StepKind step, Digest quote) => _refusals.GetValueOrDefault((step, quote));

    public void Add(Mail mail)
    {
        Position = mail.Record.Position;
        if (mail.Content is not null) _decided[mail.Digest] = mail.Refused;
        if (mail.Refused is not null)
        {
            if (QuoteNamedBy(mail.Content) is { } named) _refusals[(mail.Step, named)] = _refusals.GetValueOrDefault((mail.Step, named)) + 1;
            return;
        }
        State = mail.Accepted.State;
        if (mail.Step is StepKind.Quote) Quote = mail;
        if (mail.Step is StepKind.Counter) Quote = null;
        if (mail.Content?.Header.Sender == Seller) LastOfSeller = mail;
        if (mail.Accepted.Payment?.Kind is PaymentKind.Committed or PaymentKind.Settled or PaymentKind.Split) Payment = mail;
    }

    static Digest? QuoteNamedBy(Content? content) =>
        content?.Lock is { } locked ? Digest.FromWire(locked.Quote) : content?.Commit is { } commit ? Digest.FromWire(commit.Quote) : null;
}
