using ActProtocol.Envelopes;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Client;

/// <summary>A verified record from the mailbox: the broker's proof holds, and where a party caused it, that party's signature.</summary>
/// <param name="Content">What the party said; null for a step of the broker's own.</param>
/// <param name="Digest">The envelope's digest; zero for a step of the broker's own.</param>
public sealed record Mail(Receipt Receipt, Record Record, Content? Content, Digest Digest, ByteString Cursor)
{
    public StepKind Step => Content is null ? Record.Step.Kind : StepKinds.Of(Content.BodyCase);

    /// <summary>The transaction it belongs to, seen by one of its sellers for an intent; none outside one.</summary>
    public Id16 TransactionFor(string self) =>
        Content is null ? Id16.FromWire(Record.Step.TransactionId)
        : Content.BodyCase is Content.BodyOneofCase.Intent ? DerivedIds.Transaction(Digest, self)
        : Id16.FromWire(Content.Header.TransactionId);

    public Accepted Accepted => Record.Decision.Accepted;
}
