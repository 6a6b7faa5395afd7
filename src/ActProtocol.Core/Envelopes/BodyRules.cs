using System.Text;
using ActProtocol.V1;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Body = ActProtocol.V1.Content.BodyOneofCase;

namespace ActProtocol.Envelopes;

/// <summary>The form of bodies: lengths of digests, ids and texts, and whether a transaction is named. Amounts, terms and
/// constraints are judged where they are decided.</summary>
static class BodyRules
{
    const int ReasonMax = 512;
    const int LongReasonMax = 2_048;
    const int EvidenceMax = 16;

    /// <summary>The part that is wrong, or null.</summary>
    public static string? Fault(Content content)
    {
        // An intent opens transactions, so it names none; every other step names the one it belongs to.
        var step = StepKinds.Of(content.BodyCase);
        var needsTransaction = step is not (StepKind.Unspecified or StepKind.Intent);
        if (needsTransaction == content.Header.TransactionId.IsEmpty) return "header.transaction_id";

        return content.BodyCase switch
        {
            Body.Quote => IsDigest(content.Quote.Intent) ? null : "quote.intent",
            Body.Counter => content.Counter.Intent is not null ? null : "counter.intent",
            Body.Lock => IsDigest(content.Lock.Quote) ? null : "lock.quote",
            Body.Commit => IsDigest(content.Commit.Quote) ? null : "commit.quote",
            Body.Approve => ApproveFault(content.Approve),
            Body.Decline => IsText(content.Decline.Reason, ReasonMax) ? null : "decline.reason",
            Body.Cancel => IsText(content.Cancel.Reason, ReasonMax) ? null : "cancel.reason",
            Body.Deny => IsText(content.Deny.Reason, ReasonMax) ? null : "deny.reason",
            Body.Refund => IsText(content.Refund.Reason, ReasonMax) ? null : "refund.reason",
            Body.Resolve => IsText(content.Resolve.Reason, LongReasonMax) ? null : "resolve.reason",
            Body.Fulfil => AreEvidence(content.Fulfil.Evidence) ? null : "fulfil.evidence",
            Body.Dispute => !IsText(content.Dispute.Reason, LongReasonMax) ? "dispute.reason"
                : AreEvidence(content.Dispute.Evidence) ? null : "dispute.evidence",
            Body.RevokeMandate => IsDigest(content.RevokeMandate.Mandate) ? null : "revoke_mandate.mandate",
            Body.Register => RegisterFault(content.Register),
            Body.RotateKey => !ActId.IsValid(content.RotateKey.Id) ? "rotate_key.id"
                : !IsKey(content.RotateKey.SigningKey) || !IsKeyOrNone(content.RotateKey.SealingKey) ? "rotate_key.signing_key"
                : IsValidity(content.RotateKey.ValidFromMs, content.RotateKey.ValidUntilMs) ? null : "rotate_key.valid_until_ms",
            Body.RevokeKey => !ActId.IsValid(content.RevokeKey.Id) ? "revoke_key.id" : IsDigest(content.RevokeKey.Key) ? null : "revoke_key.key",
            Body.RecoverKey => !ActId.IsValid(content.RecoverKey.Id) ? "recover_key.id"
                : IsKey(content.RecoverKey.SigningKey) ? null : "recover_key.signing_key",
            Body.CancelRecovery => ActId.IsValid(content.CancelRecovery.Id) ? null : "cancel_recovery.id",
            Body.EnterForeign => !ActId.IsValid(content.EnterForeign.Id) ? "enter_foreign.id"
                : content.EnterForeign.Entry is { } entry ? RegisterFault(entry) : "enter_foreign.entry",
            Body.UpdateListing => !ActId.IsValid(content.UpdateListing.Id) ? "update_listing.id"
                : content.UpdateListing.Listing is { } listing && !IsListing(listing) ? "update_listing.listing" : null,
            Body.Fund => !ActId.IsValid(content.Fund.Account) ? "fund.account" : IsText(content.Fund.Reference, 128, 1) ? null : "fund.reference",
            Body.RequestPayout => IsText(content.RequestPayout.Destination, 256, 1) ? null : "request_payout.destination",
            Body.ClosePayout => !IsDigest(content.ClosePayout.Payout) ? "close_payout.payout"
                : !ActId.IsValid(content.ClosePayout.Account) ? "close_payout.account"
                // Money that left names the payment it left by.
                : IsText(content.ClosePayout.Reference, 128, content.ClosePayout.Executed ? 1 : 0) ? null : "close_payout.reference",
            Body.Ask => AskFault(content.Ask),
            Body.None or Body.Intent or Body.Confirm or Body.Accept or Body.Mandate or Body.AcceptClock or Body.ReplayMail => null,
        };
    }

    static string? ApproveFault(Approve approve) =>
        !IsDigest(approve.Quote) ? "approve.quote" : !IsDigest(approve.Rendering) ? "approve.rendering" : null;

    static string? RegisterFault(Register register)
    {
        if (!IsKey(register.SigningKey)) return "register.signing_key";
        if (!IsKeyOrNone(register.SealingKey)) return "register.sealing_key";
        if (!IsValidity(register.ValidFromMs, register.ValidUntilMs)) return "register.valid_until_ms";
        if (register.Listing is { } listing && !IsListing(listing)) return "register.listing";
        return register.Kind switch
        {
            EntryKind.Principal => register.Principal.Length == 0 ? null : "register.principal",
            EntryKind.Agent => ActId.IsValid(register.Principal) ? null : "register.principal",
            EntryKind.Unspecified => "register.kind",
            _ => "register.kind",
        };
    }

    static bool IsListing(Listing listing) =>
        IsText(listing.Title, 128)
        && AreNames(listing.Capabilities, 32) && AreNames(listing.Categories, 16)
        && listing.Origins.Count <= 16 && listing.Origins.All(origin => IsText(origin, 256, 1))
        && listing.Prices.Count <= 64 && listing.Prices.All(price => IsText(price.Item, 128, 1));

    static string? AskFault(Ask ask) => ask.QuestionCase switch
    {
        Ask.QuestionOneofCase.Outcome => ask.Outcome.MessageId.Length == Id16.Length && IsIdOrNone(ask.Outcome.TransactionId) ? null : "ask.outcome",
        Ask.QuestionOneofCase.Transaction => ask.Transaction.TransactionId.Length == Id16.Length ? null : "ask.transaction",
        Ask.QuestionOneofCase.Account => ActId.IsValid(ask.Account.Account) ? null : "ask.account",
        Ask.QuestionOneofCase.Mandate => IsDigest(ask.Mandate.Mandate) ? null : "ask.mandate",
        Ask.QuestionOneofCase.Mail => ask.Mail.PageSize <= 256 ? null : "ask.mail",
        Ask.QuestionOneofCase.Payouts => null,
        Ask.QuestionOneofCase.None => "ask.question",
    };

    static bool IsValidity(long fromMs, long untilMs) => fromMs >= 0 && untilMs >= 0 && (untilMs == 0 || untilMs > fromMs);

    static bool IsDigest(ByteString bytes) => bytes.Length == Digest.Length;

    static bool IsKey(ByteString bytes) => bytes.Length == VerifyingKey.Length;

    static bool IsKeyOrNone(ByteString bytes) => bytes.IsEmpty || IsKey(bytes);

    static bool IsIdOrNone(ByteString bytes) => bytes.Length is 0 or Id16.Length;

    static bool IsText(string text, int bytesMax, int bytesMin = 0) =>
        text.Length <= bytesMax && Encoding.UTF8.GetByteCount(text) is var count && count <= bytesMax && count >= bytesMin;

    static bool AreNames(RepeatedField<string> names, int max) => names.Count <= max && names.All(name =>
        name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-'));

    static bool AreEvidence(RepeatedField<Evidence> evidence) => evidence.Count <= EvidenceMax && evidence.All(item =>
        IsDigest(item.Digest) && IsText(item.MediaType, 128) && IsText(item.Location, 512));
}
