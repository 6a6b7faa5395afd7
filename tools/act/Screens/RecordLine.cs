using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Tools;

/// <summary>One record as a line: who, what, verdict, money; for people and for machines.</summary>
static class RecordLine
{
    public static string Who(TransactionRecord record) => record.Content is null ? "broker" : Words.Short(record.Sender);

    public static string What(TransactionRecord record) => record.Content switch
    {
        null when record.Record.Step.Kind is StepKind.Unspecified => Inert.Line(record.Record.Step.Name),
        null => Words.Of(record.Step),
        { BodyCase: var body } => Words.Of(body),
    };

    /// <summary>"→ locked", or "refused".</summary>
    public static string Verdict(TransactionRecord record) =>
        record.Accepted is not { } accepted ? "refused"
        : accepted.State is not TransactionState.Unspecified ? $"→ {Words.Of(accepted.State)}"
        : "taken";

    public static string Money(TransactionRecord record) => record.Accepted?.Payment is { } payment
        ? $"{Words.Of(payment.Amount)} {Words.Of(payment.Kind)}"
        : record.Content?.Quote is { } quote ? $"{Words.Of(quote.Total)} offered" : record.Content?.Fund is { } fund ? $"{Words.Of(fund.Amount)}" : "";

    /// <summary>Why it was refused and who can mend it, or the words that came with it.</summary>
    public static string Note(TransactionRecord record)
    {
        if (record.Refused is { } refusal)
        {
            if (refusal.Code is ErrorCode.Unspecified) return refusal.Detail ?? "by a rule that this version does not know";
            var entry = refusal.Code.Entry;
            return $"{entry.Name}: {refusal.Detail ?? entry.Meaning} Mended by the {Words.Of(entry.Mender)}.";
        }
        return record.Content switch
        {
            null when record.Record.Step is { Entry.Length: > 0 } step => Announced(step),
            { Intent: { } intent } => $"{Inert.Quote(intent.Words)} budget {Words.Of(intent.Budget)}",
            { Counter: { } counter } => $"{Inert.Quote(counter.Intent.Words)} budget {Words.Of(counter.Intent.Budget)}",
            { Quote: { } quote } => string.Join(", ", quote.Lines.Select(line => Inert.Quote(line.Description))),
            { Decline: { } decline } => Inert.Quote(decline.Reason),
            { Cancel: { } cancel } => Inert.Quote(cancel.Reason),
            { Deny: { } deny } => Inert.Quote(deny.Reason),
            { Dispute: { } dispute } => Inert.Quote(dispute.Reason),
            { Resolve: { } resolve } => $"{Words.Of(resolve.ToSeller)} to the seller, {Words.Of(resolve.ToBuyer)} to the buyer {Inert.Quote(resolve.Reason)}",
            { Refund: { } refund } => $"{Words.Of(refund.Amount)} {Inert.Quote(refund.Reason)}",
            { Fund: { } fund } => Inert.Quote(fund.Reference),
            _ => "",
        };
    }

    // The first eight bytes of a thumbprint are enough to tell keys apart by eye.
    static string Announced(BrokerStep step)
    {
        var (entry, key) = (Inert.Line(step.Entry), $"{Convert.ToHexStringLower(step.Key.Span[..Math.Min(8, step.Key.Length)])}…");
        return step.Name switch
        {
            "key_rotated" => $"{entry} took the new key {key}, signed by its old key alone. If that was not you, rotate its key yourself: all older ones end.",
            "recovery_started" => $"An operator gives {entry} the new key {key}, in force from {Words.Time(step.EffectiveMs)}. If its key is not lost, cancel it until then.",
            _ => $"{entry}, key {key}",
        };
    }

    /// <summary>For machines: the same, with the bytes as base64.</summary>
    public static object Json(TransactionRecord record) => new
    {
        partition = record.Record.Partition,
        position = record.Record.Position,
        stamp_ms = record.Record.StampMs,
        by = record.Sender,
        step = What(record),
        verdict = record.Accepted is null ? "refused" : "accepted",
        state = record.Accepted is { State: not TransactionState.Unspecified } accepted ? Words.Of(accepted.State) : null,
        code = record.Refused is { Code: not ErrorCode.Unspecified } refusal ? refusal.Code.Entry.Name : null,
        detail = record.Refused?.Detail,
        money = record.Accepted?.Payment is { } payment ? new { kind = Words.Of(payment.Kind), amount = Words.Of(payment.Amount) } : null,
        deadline_ms = record.Accepted?.DeadlineMs is > 0 and var deadline ? deadline : (long?)null,
        transaction = record.Content is null ? Hex(record.Record.Step.TransactionId) : Hex(record.Content.Header.TransactionId),
        message = record.Content is null ? null : Hex(record.Content.Header.MessageId),
        digest = record.Digest.IsZero ? null : record.Digest.ToString(),
        content = record.Record.Envelope?.Content.ToBase64(),
        record = record.Receipt.Record.ToBase64(),
    };

    static string? Hex(ByteString bytes) => bytes.Length == Id16.Length ? Convert.ToHexStringLower(bytes.Span) : null;
}
