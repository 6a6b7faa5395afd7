using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.Envelopes.EnvelopeLimits;

namespace ActProtocol.Envelopes;

/// <summary>Reads envelopes that anybody may have sent: every check that needs neither a key nor a state, in the order of ERR-02.</summary>
/// <param name="broker">The id of the broker that reads.</param>
public sealed class EnvelopeReader(string broker)
{
    /// <summary>Gives the envelope, or why it is refused. Never throws; the work is bounded by the size.</summary>
    /// <param name="nowMs">The reader's clock, Unix milliseconds.</param>
    public (OpenedEnvelope? Opened, Refusal? Refused) Read(Envelope wire, long nowMs)
    {
        if (wire.Content.Length > ContentBytesMax || wire.Signatures.Count > SignaturesMax) return No(ErrorCode.TooLarge);
        if (!WireScan.IsWellFormed(wire.Content.Span, Content.Descriptor)) return No(ErrorCode.Malformed, "content");

        Content content;
        try
        {
            content = Content.Parser.ParseFrom(wire.Content);
        }
        catch (InvalidProtocolBufferException)
        {
            return No(ErrorCode.Malformed, "content");
        }

        if (content.Header is not { } header) return No(ErrorCode.Malformed, "header");
        // Another major may have other rules for everything below.
        if (header.VersionMajor is not (0 or Sealing.Major)) return No(ErrorCode.VersionUnsupported, $"{Sealing.Major}.0-{Sealing.Major}.{Sealing.Minor}");
        if (HeaderRules.Fault(header) is { } field) return No(ErrorCode.Malformed, field);
        if (content.BodyCase is Content.BodyOneofCase.None) return No(ErrorCode.BodyUnsupported);
        if (BodyRules.Fault(content) is { } part) return No(ErrorCode.Malformed, part);
        if (header.Broker != broker) return No(ErrorCode.BrokerWrong);
        // No extension is known in 1.0, so every critical one is unknown.
        if (header.Critical.Count > 0) return No(ErrorCode.ExtensionUnsupported, header.Critical[0]);
        // Within a transaction the same bytes get the same answer for ever, so there the partition looks up the id first (ENV-20).
        if (header.TransactionId.IsEmpty && nowMs >= header.ExpiresAtMs) return No(ErrorCode.EnvelopeExpired);
        if (header.SentAtMs > nowMs + SkewMs)
        {
            // No wait is longer than an envelope lives; sent_at may be as far ahead as 64 bits go.
            var waitMs = Math.Min(header.SentAtMs - nowMs - SkewMs, LifetimeMs);
            return (null, new Refusal(ErrorCode.ClockSkew, RetryAfter: TimeSpan.FromMilliseconds(waitMs)));
        }
        return (new OpenedEnvelope(wire, content, SignedBytes.Of(SignedBytes.EnvelopeTag, wire.Content.Span)), null);
    }

    static (OpenedEnvelope?, Refusal?) No(ErrorCode code, string? detail = null) => (null, new Refusal(code, detail));
}
