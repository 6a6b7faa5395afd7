using ActProtocol.V1;

namespace ActProtocol.Envelopes;

/// <summary>An envelope whose form is right: parsed once, its bytes kept. Who signed it is not known yet.</summary>
public sealed class OpenedEnvelope
{
    readonly Envelope? _wire;

    internal OpenedEnvelope(Envelope wire, Content content, byte[] signedBytes) : this(content, Envelopes.SignedBytes.HashOf(signedBytes)) =>
        (_wire, SignedBytes) = (wire, signedBytes);

    OpenedEnvelope(Content content, Digest digest)
    {
        (Content, Digest) = (content, digest);
        MessageId = Id16.FromWire(content.Header.MessageId);
        TransactionId = Id16.FromWire(content.Header.TransactionId);
        Step = StepKinds.Of(content.BodyCase);
    }

    /// <summary>An envelope that was opened and verified before it was journaled.</summary>
    public static OpenedEnvelope FromJournal(Envelope wire) =>
        new(wire, Content.Parser.ParseFrom(wire.Content), Envelopes.SignedBytes.Of(Envelopes.SignedBytes.EnvelopeTag, wire.Content.Span));

    /// <summary>The content of such an envelope alone, for deciding it again: without <see cref="Wire"/> and <see cref="SignedBytes"/>.</summary>
    public static OpenedEnvelope FromJournal(ReadOnlySpan<byte> content) =>
        new(Content.Parser.ParseFrom(content), Envelopes.SignedBytes.DigestOf(content));

    /// <summary>As it came, and as it is journaled and delivered.</summary>
    public Envelope Wire => _wire ?? throw new InvalidOperationException("Only the content was read.");

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
