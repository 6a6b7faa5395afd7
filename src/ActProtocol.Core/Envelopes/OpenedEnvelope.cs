using ActProtocol.V1;

namespace ActProtocol.Envelopes;

/// <summary>An envelope whose form is right: parsed once, its bytes kept. Who signed it is not known yet.</summary>
public sealed class OpenedEnvelope
{
    readonly Envelope? _wire;

    internal OpenedEnvelope(Envelope wire, Content content, byte[] signedBytes)
    {
        (_wire, Content, SignedBytes, Digest) = (wire, content, signedBytes, Envelopes.SignedBytes.HashOf(signedBytes));
        var header = content.Header;
        (MessageId, TransactionId, Sender, Recipients) = (Id16.FromWire(header.MessageId), Id16.FromWire(header.TransactionId), header.Sender, header.Recipients);
        (Follows, Mandate) = (Digest.FromWire(header.Follows), Digest.FromWire(header.Mandate));
        (Home, ExpiresAtMs) = ((int)header.Home, header.ExpiresAtMs);
        Step = StepKinds.Of(content.BodyCase);
    }

    OpenedEnvelope(in HeaderView header, Content body, Digest digest)
    {
        (Content, Digest) = (body, digest);
        (MessageId, TransactionId, Sender, Recipients) = (header.MessageId, header.TransactionId, header.Sender, header.Recipients);
        (Follows, Mandate) = (header.Follows, header.Mandate);
        (Home, ExpiresAtMs) = (header.Home, header.ExpiresAtMs);
        Step = StepKinds.Of(body.BodyCase);
    }

    /// <summary>An envelope that was opened and verified before it was journaled.</summary>
    public static OpenedEnvelope FromJournal(Envelope wire) =>
        new(wire, Content.Parser.ParseFrom(wire.Content), Envelopes.SignedBytes.Of(Envelopes.SignedBytes.EnvelopeTag, wire.Content.Span));

    /// <summary>The content of such an envelope alone, for deciding it again: without <see cref="Wire"/>, <see cref="SignedBytes"/> and <see cref="Header"/>.</summary>
    public static OpenedEnvelope FromJournal(ReadOnlySpan<byte> content, TextPool texts)
    {
        var rest = content;
        var first = true;
        while (WireScan.TryTakeField(ref rest, out var number, out _, out var header))
        {
            // Fields come in any order; where the header comes first, as it mostly does, only what follows it is parsed.
            if (number is Content.HeaderFieldNumber)
            {
                return new(new HeaderView(header, texts), Content.Parser.ParseFrom(first ? rest : content), Envelopes.SignedBytes.DigestOf(content));
            }
            first = false;
        }
        throw new InvalidOperationException("A journaled envelope has no header.");
    }

    /// <summary>As it came, and as it is journaled and delivered.</summary>
    public Envelope Wire => _wire ?? throw new InvalidOperationException("Only the content was read.");

    public Content Content { get; }

    public Header Header => Content.Header ?? throw new InvalidOperationException("Only what decisions need of the header was read.");

    /// <summary>What the signatures are over.</summary>
    public ReadOnlyMemory<byte> SignedBytes { get; }

    public Digest Digest { get; }

    public Id16 MessageId { get; }

    /// <summary>None outside a transaction.</summary>
    public Id16 TransactionId { get; }

    public string Sender { get; }

    public IReadOnlyList<string> Recipients { get; }

    /// <summary>Zero where the header names none.</summary>
    public Digest Follows { get; }

    /// <summary>Zero where the header names none.</summary>
    public Digest Mandate { get; }

    public int Home { get; }

    public long ExpiresAtMs { get; }

    /// <summary>The step of a transaction that the body is; unspecified for other bodies.</summary>
    public StepKind Step { get; }
}
