using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Client;

/// <summary>A verified record: the broker's proof holds, and where a party caused it, that party's signature.</summary>
/// <param name="Receipt">The record with its proof, as it can be kept and shown to others.</param>
/// <param name="Content">What the party said; null for a step of the broker's own.</param>
/// <param name="Digest">The envelope's digest; zero for a step of the broker's own.</param>
/// <param name="Cursor">Acknowledges it; empty when it did not come from a mailbox.</param>
public sealed record Mail(Receipt Receipt, Record Record, Content? Content, Digest Digest, ByteString Cursor)
{
    /// <summary>The step of a transaction that it is; unspecified for other records.</summary>
    public StepKind Step => Content is null ? Record.Step.Kind : StepKinds.Of(Content.BodyCase);

    /// <summary>What the directory tells a principal or an entry: <c>key_rotated</c> or <c>recovery_started</c>, of which entry, to which key. Else null.</summary>
    public BrokerStep? Announced => Content is null && Record.Step.Entry.Length > 0 ? Record.Step : null;

    /// <summary>What the party said, typed: to switch on. Null for a step of the broker's own.</summary>
    public IMessage? Body => Content?.BodyCase switch
    {
        null or Content.BodyOneofCase.None => null,
        { } body => (IMessage)Content.Descriptor.FindFieldByNumber((int)body).Accessor.GetValue(Content),
    };

    /// <summary>The transaction it belongs to, seen by one of its sellers for an intent; none outside one.</summary>
    /// <param name="self">The id of the agent who asks.</param>
    public Id16 TransactionFor(string self) =>
        Content is null ? Id16.FromWire(Record.Step.TransactionId)
        : Content.BodyCase is Content.BodyOneofCase.Intent ? DerivedIds.Transaction(Digest, self)
        : Id16.FromWire(Content.Header.TransactionId);

    /// <summary>How often it was delivered on this stream, 1 at first; 0 when it did not come from a mailbox.</summary>
    public uint Attempt { get; init; }

    /// <summary>What came of the step; null when it was refused.</summary>
    public Accepted Accepted => Record.Decision.Accepted;

    /// <summary>Why the step was refused; null when it was taken.</summary>
    public Refusal? Refused => Record.Decision.Refused is { } status ? Refusal.FromWire(status) ?? new Refusal(ErrorCode.Unspecified) : null;

    // An intent belongs to every transaction that it opened.
    internal Id16 TransactionIn(Id16 asked, string self) =>
        Content?.BodyCase is Content.BodyOneofCase.Intent && Accepted is { } accepted
        && (accepted.Transactions.Any(opened => Id16.FromWire(opened.TransactionId) == asked) || DerivedIds.Transaction(Digest, self) == asked)
            ? asked
            : TransactionFor(self);
}
