using ActProtocol.V1;

namespace ActProtocol.Envelopes;

/// <summary>An envelope whose form is right: parsed once, its bytes kept. Who signed it is not known yet.</summary>
public sealed class OpenedEnvelope
{
    internal OpenedEnvelope(Envelope wire, Content content, byte[] signedBytes)
    {
        (Wire, Content, SignedBytes) = (wire, content, signedBytes);
        Digest = Envelopes.SignedBytes.HashOf(signedBytes);
        MessageId = Id16.FromWire(content.Header.MessageId);
        TransactionId = Id16.FromWire(content.Header.TransactionId);
        Step = StepKinds.Of(content.BodyCase);
    }

    /// <summary>An envelope that was opened and verified before it was journaled.</summary>
    public static OpenedEnvelope FromJournal(Envelope wire) =>
        new(wire, Content.Parser.ParseFrom(wire.Content), Envelopes.SignedBytes.Of(Envelopes.SignedBytes.EnvelopeTag, wire.Content.Span));

    /// <summary>As it came, and as it is journaled and delivered.</summary>
    public Envelope Wire { get; }

    public Content Content { get; }

    public Header Header => Content.Header;

    /// <summary>What the signatures are over.</summary>
    public ReadOnlyMemory<byte> SignedBytes { get; }

    public Digest Digest { get; }

    public Id16 MessageId { get; }

    /// <summary>None outside a transaction.</summary>
    public Id16 TransactionId { get; }

    /// <summary>The step of a transaction that the body is; unspecified for other bodies.</summary>
    public StepKind Step { get; }
}
