using System.Collections.Immutable;
using ActProtocol.V1;
using Grpc.Core;
using static ActProtocol.Errors.Decided;
using static ActProtocol.Errors.Mender;
using static ActProtocol.Errors.Retry;
using static ActProtocol.V1.ErrorCode;
using static Grpc.Core.StatusCode;

namespace ActProtocol.Errors;

/// <summary>Every way the protocol can say no. To add one: a number in error.proto, a row here.</summary>
public static class ErrorRegistry
{
    /// <summary>In order of precedence: when several apply, the first is the answer (ERR-02).</summary>
    public static readonly ImmutableArray<ErrorEntry> Entries =
    [
        //  code                      gRPC status         mender        retry        decided  meaning
        new(TooLarge,                 InvalidArgument,    Developer,    Never,       No,  "The envelope or frame is above the size limit."),
        new(Malformed,                InvalidArgument,    Developer,    Never,       No,  "The content does not parse, or a field is out of its bounds."),
        new(VersionUnsupported,       FailedPrecondition, Developer,    Never,       No,  "The major version is not supported."),
        new(BodyUnsupported,          Unimplemented,      Developer,    Never,       No,  "There is no body, or one this broker does not know."),
        new(BrokerWrong,              InvalidArgument,    Agent,        Never,       No,  "The envelope is meant for another broker."),
        new(ExtensionUnsupported,     Unimplemented,      Developer,    Never,       No,  "A critical extension is not known here."),
        new(EnvelopeExpired,          DeadlineExceeded,   Agent,        NewEnvelope, No,  "The envelope came after its expires_at."),
        new(ClockSkew,                InvalidArgument,    Agent,        SameBytes,   No,  "The envelope was sent in the future by the broker's clock."),
        new(QuotaExceeded,            ResourceExhausted,  Agent,        SameBytes,   No,  "Too many calls for now."),
        new(NotProven,                Unauthenticated,    Agent,        SameBytes,   No,  "The agent has not proved itself on this stream."),
        new(SignatureInvalid,         Unauthenticated,    Developer,    Never,       No,  "The sender is unknown, or a signature does not hold."),
        new(KeyRevoked,               PermissionDenied,   Principal,    NewEnvelope, No,  "The key that signed was revoked."),
        new(KeyNotYetValid,           PermissionDenied,   Agent,        SameBytes,   No,  "The key that signed is not valid yet."),
        new(KeyExpired,               PermissionDenied,   Principal,    NewEnvelope, No,  "The key that signed is no longer valid."),
        new(ClockUnsure,              Unavailable,        Operator,     SameBytes,   No,  "The broker does not trust its clock and decides nothing."),
        new(PartitionFenced,          Unavailable,        Operator,     SameBytes,   No,  "The partition cannot write; nothing was decided."),
        new(Overloaded,               Unavailable,        Operator,     SameBytes,   No,  "The broker is full for now."),
        new(ErrorCode.Internal,       StatusCode.Internal, Operator,   SameBytes,   No,  "The broker failed; the outcome may be asked for."),
        new(Stopping,                 Unavailable,        Operator,     SameBytes,   No,  "The broker is about to stop; nothing was decided."),
        new(MessageIdReused,          AlreadyExists,      Developer,    NewEnvelope, No,  "The sender used this message id for other content."),
        new(TransactionUnknown,       NotFound,           Agent,        Never,       No,  "The sender is no party to such a transaction."),
        new(RoleMissing,              PermissionDenied,   Operator,     Never,       No,  "The sender has not the role that this step needs."),
        new(HomeWrong,                InvalidArgument,    Developer,    NewEnvelope, No,  "The home is not the bucket of the account concerned."),
        new(RecipientWrong,           InvalidArgument,    Developer,    NewEnvelope, Yes, "The recipients are not who this step is for."),
        new(StepNotYours,             PermissionDenied,   Agent,        Never,       Yes, "Another party may take this step; not the sender."),
        new(StepOutOfOrder,           FailedPrecondition, Agent,        NewEnvelope, Yes, "Nobody may take this step in this state."),
        new(FollowsStale,             Aborted,            Agent,        NewEnvelope, Yes, "The counterparty has said something since."),
        new(RoundsExhausted,          ResourceExhausted,  Agent,        Never,       Yes, "No counter, quote or refund is left in this transaction."),
        new(DeadlinePassed,           DeadlineExceeded,   Agent,        Never,       Yes, "The step came at or after its deadline."),
        new(QuoteExpired,             DeadlineExceeded,   Counterparty, NewEnvelope, Yes, "The quote is no longer valid."),
        new(AmountInvalid,            InvalidArgument,    Developer,    NewEnvelope, Yes, "An amount is missing, not normal, or out of range."),
        new(CurrencyUnknown,          InvalidArgument,    Developer,    NewEnvelope, Yes, "A currency is not in ISO 4217."),
        new(CurrencyMixed,            InvalidArgument,    Developer,    NewEnvelope, Yes, "Amounts that belong together differ in currency."),
        new(TotalsWrong,              InvalidArgument,    Developer,    NewEnvelope, Yes, "The parts do not add up to the total."),
        new(TermsInvalid,             InvalidArgument,    Developer,    NewEnvelope, Yes, "A term is missing or out of its bounds."),
        new(ConstraintUnsupported,    InvalidArgument,    Developer,    NewEnvelope, Yes, "The constraint has an unknown kind or is out of its bounds."),
        new(AgentUnknown,             NotFound,           Agent,        NewEnvelope, Yes, "An agent that is named is not in the directory."),
        new(AccountUnknown,           NotFound,           Agent,        NewEnvelope, Yes, "There is no such account."),
        new(NoSeller,                 NotFound,           Agent,        NewEnvelope, Yes, "No seller has the capability."),
        new(SamePrincipal,            InvalidArgument,    Agent,        Never,       Yes, "Both sides, or a side and the arbiter, belong to one principal."),
        new(IntentWrong,              InvalidArgument,    Agent,        NewEnvelope, Yes, "It answers or revises something else than the present intent."),
        new(QuoteUnknown,             NotFound,           Agent,        NewEnvelope, Yes, "The digest is not that of a quote of this transaction."),
        new(QuoteSuperseded,          Aborted,            Agent,        NewEnvelope, Yes, "A later quote replaced this one."),
        new(ConstraintUnsatisfied,    FailedPrecondition, Counterparty, NewEnvelope, Yes, "The quote does not satisfy the intent's constraint."),
        new(ArbiterUnacceptable,      FailedPrecondition, Counterparty, NewEnvelope, Yes, "The quote's arbiter is not one the intent accepts."),
        new(TermsForbid,              FailedPrecondition, Counterparty, Never,       Yes, "The quote's terms forbid this step now."),
        new(RenderingWrong,           FailedPrecondition, Agent,        NewEnvelope, Yes, "The rendering approved is not that of this purchase."),
        new(RefundExceeds,            FailedPrecondition, Agent,        NewEnvelope, Yes, "The refunds would exceed what was paid."),
        new(ResolutionUnbalanced,     InvalidArgument,    Agent,        NewEnvelope, Yes, "The parts do not sum to what is held."),
        new(IntentUsed,               FailedPrecondition, Agent,        NewEnvelope, Yes, "The intent has as many locks as it allows."),
        new(BudgetExceeded,           FailedPrecondition, Principal,    NewEnvelope, Yes, "The intent's budget does not cover it."),
        new(MandateUnknown,           FailedPrecondition, Principal,    NewEnvelope, Yes, "No such mandate is lodged for the account."),
        new(MandateNotYours,          PermissionDenied,   Principal,    NewEnvelope, Yes, "The mandate names another agent or another key."),
        new(MandateRevoked,           PermissionDenied,   Principal,    NewEnvelope, Yes, "The mandate was revoked."),
        new(MandateNotYetValid,       FailedPrecondition, Agent,        NewEnvelope, Yes, "The mandate is not valid yet."),
        new(MandateExpired,           FailedPrecondition, Principal,    NewEnvelope, Yes, "The mandate is no longer valid."),
        new(MandateCurrency,          FailedPrecondition, Principal,    NewEnvelope, Yes, "The mandate does not allow the currency."),
        new(MandateSeller,            FailedPrecondition, Principal,    NewEnvelope, Yes, "The mandate does not allow the seller."),
        new(MandateExceeded,          FailedPrecondition, Principal,    NewEnvelope, Yes, "The mandate does not cover the amount."),
        new(FundsInsufficient,        FailedPrecondition, Principal,    NewEnvelope, Yes, "The account has not enough available."),
        new(TooManyOpen,              ResourceExhausted,  Agent,        NewEnvelope, Yes, "Too many transactions or mandates are open."),
        new(MailboxFull,              ResourceExhausted,  Counterparty, NewEnvelope, Yes, "A mailbox has no room: a recipient's for this sender, or the sender's own."),
        new(AuthorityForeign,         PermissionDenied,   Operator,     Never,       No,  "The broker gives out no names under this authority."),
        new(NameTaken,                AlreadyExists,      Agent,        NewEnvelope, No,  "The id is registered already."),
        new(KeyUnsuitable,            InvalidArgument,    Developer,    NewEnvelope, No,  "The key is not canonical, of small order, or in use."),
        new(KeyUnknown,               NotFound,           Agent,        NewEnvelope, No,  "The entry has no such key."),
        new(RecoveryUnknown,          NotFound,           Agent,        Never,       No,  "No recovery waits for this entry."),
        new(PayoutUnknown,            NotFound,           Operator,     Never,       No,  "No such payout waits."),
        new(ReferenceUsed,            AlreadyExists,      Operator,     NewEnvelope, Yes, "The reference was used already."),
        new(MailUnknown,              NotFound,           Agent,        Never,       No,  "No such dead letter is in the mailbox."),
    ];

    static readonly ErrorEntry[] ByCode = Index();

    static readonly int[] Ranks = RankAll();

    static readonly Dictionary<string, ErrorCode> ByName = Entries.ToDictionary(entry => entry.Name, entry => entry.Code);

    extension(ErrorCode code)
    {
        /// <summary>The code's row: <c>ErrorCode.MailboxFull.Entry.Retry</c>.</summary>
        public ErrorEntry Entry => ByCode[(int)code];
    }

    /// <summary>Of two faults of one envelope, the one that is told (ERR-02).</summary>
    public static ErrorCode? First(ErrorCode? one, ErrorCode? other) =>
        one is not { } a ? other : other is not { } b ? one : Ranks[(int)a] <= Ranks[(int)b] ? one : other;

    /// <summary>The code of a name on the wire; null for a name of a later minor version.</summary>
    public static ErrorCode? Find(string name) => ByName.TryGetValue(name, out var code) ? code : null;

    static ErrorEntry[] Index()
    {
        var index = new ErrorEntry[Entries.Max(entry => (int)entry.Code) + 1];
        foreach (var entry in Entries) index[(int)entry.Code] = entry;
        return index;
    }

    static int[] RankAll()
    {
        var ranks = new int[ByCode.Length];
        for (var i = 0; i < Entries.Length; i++) ranks[(int)Entries[i].Code] = i;
        return ranks;
    }
}
