using ActProtocol.Constraints;
using ActProtocol.Engine.Ledger;
using ActProtocol.Engine.Mandates;
using ActProtocol.Engine.Transactions;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.Ledger;
using ActProtocol.Rendering;
using ActProtocol.Transactions;
using ActProtocol.V1;

namespace ActProtocol.Engine.Partitions;

/// <summary>Whether a step may be taken: the order of ERR-02, from addressee to room.</summary>
sealed partial class Partition
{
    Refusal? Refused(TakenStep step)
    {
        var transaction = step.Transaction;
        if (!IsAddressed(step)) return new Refusal(ErrorCode.RecipientWrong);

        var (rule, code) = TransactionRules.Find(transaction.State, step.By, step.Kind);
        var lapsed = rule is null && code is ErrorCode.StepOutOfOrder && Lapsed(step);
        if (rule is null && !lapsed) return new Refusal(code);
        if (IsStale(step)) return new Refusal(ErrorCode.FollowsStale);
        if (rule is null) return new Refusal(ErrorCode.DeadlinePassed);

        foreach (var guard in rule.Needs)
        {
            if (Missing(guard, step) is { } refusal) return refusal;
        }
        return RoomMissing(step) ? new Refusal(ErrorCode.MailboxFull) : null;
    }

    static bool IsAddressed(TakenStep step)
    {
        var recipients = step.Envelope.Recipients;
        return step.By switch
        {
            Role.Buyer => recipients.Count == 1 && recipients[0] == step.Transaction.Seller.Agent,
            Role.Seller => recipients.Count == 1 && recipients[0] == step.Transaction.Buyer.Agent,
            Role.Principal or Role.Arbiter or Role.Broker => recipients.Count == 0,
            Role.Unspecified => false,
        };
    }

    // The state ended by a deadline in which this step was due: not a wrong step, but a late one.
    static bool Lapsed(TakenStep step) =>
        step.Transaction.LapsedFrom is not TransactionState.Unspecified and var from
        && TransactionRules.Find(from, step.By, step.Kind).Rule is not null;

    // Only where acting on an old view could cost money; never for steps by which a party gets out (TXN-12).
    static bool IsStale(TakenStep step) =>
        step.Kind is StepKind.Quote or StepKind.Counter or StepKind.Lock or StepKind.Confirm or StepKind.Commit
        && step.Envelope.Follows
            != (step.By is Role.Buyer ? step.Transaction.LastOfSeller : step.Transaction.LastOfBuyer);

    // Only intents, quotes and counters are ever refused for want of room (MBX-05).
    bool RoomMissing(TakenStep step) => step.Kind switch
    {
        StepKind.Quote => !Mail.HasRoomFor(step.Transaction.Buyer.Agent, step.Transaction.Seller.Agent, EngineLimits.MailboxMax),
        StepKind.Counter => !Mail.HasRoomFor(step.Transaction.Seller.Agent, step.Transaction.Buyer.Agent, EngineLimits.MailboxMax),
        _ => false,
    };

    Refusal? Missing(Guard guard, TakenStep step) => guard switch
    {
        Guard.IntentWithinMandate => CounterFault(step),
        Guard.QuoteWellFormed => QuoteFault(step),
        Guard.QuotesLeft => step.Transaction.Quotes < EngineLimits.QuotesMax ? null : new Refusal(ErrorCode.RoundsExhausted),
        Guard.RoundsLeft => step.Transaction.Rounds < EngineLimits.RoundsMax ? null : new Refusal(ErrorCode.RoundsExhausted),
        Guard.QuoteLive => QuoteNotLive(step.Transaction, Digest.FromWire(step.Content.Lock.Quote), step.Stamp),
        Guard.IntentSatisfied => Unsatisfied(step.Transaction),
        Guard.ArbiterAccepted => IsArbiterAccepted(step.Transaction) ? null : new Refusal(ErrorCode.ArbiterUnacceptable),
        Guard.MandateCovers => LockFault(step),
        Guard.FundsAvailable => HasFunds(step.Transaction) ? null : new Refusal(ErrorCode.FundsInsufficient),
        Guard.NamesQuoteAndRendering => ApprovalFault(step),
        Guard.BeforeExpiry => step.Stamp < step.Transaction.Deadline ? CommitFault(step) : new Refusal(ErrorCode.DeadlinePassed),
        Guard.MandateLive => LiveMandateFault(step.Transaction),
        Guard.WithinTerms => MayCancel(step.Transaction) ? null : new Refusal(ErrorCode.TermsForbid),
        Guard.TermsInstant => !step.Transaction.IsEscrow ? null : new Refusal(ErrorCode.StepOutOfOrder),
        Guard.TermsEscrow => step.Transaction.IsEscrow ? null : new Refusal(ErrorCode.StepOutOfOrder),
        Guard.OnlyOnce => step.Transaction.Fulfilled ? new Refusal(ErrorCode.StepOutOfOrder) : null,
        Guard.BeforeFulfilBy or Guard.WithinWindow =>
            step.Stamp < step.Transaction.Deadline ? null : new Refusal(ErrorCode.DeadlinePassed),
        Guard.SumsToHeld => ResolutionFault(step),
        Guard.WholeAmount => RefundFault(step, whole: true),
        Guard.RefundsLeft => step.Transaction.RefundsAsked < EngineLimits.RefundsMax ? null : new Refusal(ErrorCode.RoundsExhausted),
        Guard.RefundsWithinPaid => RefundFault(step, whole: false),
        // Guards of the broker's own steps hold by construction: NextOwed and NextExpired give no other step.
        Guard.PastExpiry or Guard.PastFulfilBy or Guard.PastWindow or Guard.PastResolveBy or Guard.MandateRevoked or Guard.PayeeAnswered => null,
    };

    static Refusal? QuoteNotLive(TransactionEntry transaction, Digest quote, long stamp)
    {
        if (quote != transaction.QuoteDigest)
        {
            return new Refusal(transaction.Superseded?.Contains(quote) is true ? ErrorCode.QuoteSuperseded : ErrorCode.QuoteUnknown);
        }
        return stamp < transaction.Quote!.ValidUntilMs ? null : new Refusal(ErrorCode.QuoteExpired);
    }

    static Refusal? Unsatisfied(TransactionEntry transaction)
    {
        if (transaction.Revision!.Constraint is not { } constraint) return null;
        var facts = new QuoteFacts(transaction.Quote!, transaction.Seller.Agent);
        var result = ConstraintRules.Evaluate(constraint, facts);
        return result.Satisfied ? null : new Refusal(ErrorCode.ConstraintUnsatisfied, result.Failing);
    }

    bool IsArbiterAccepted(TransactionEntry transaction)
    {
        if (Escrow(transaction) is not { } escrow) return true;
        var accepted = transaction.Intent.First.Arbiters;
        return accepted.Count > 0 ? accepted.Contains(escrow.Arbiter) : DefaultArbiter.Length > 0 && escrow.Arbiter == DefaultArbiter;
    }

    Refusal? LockFault(TakenStep step)
    {
        var transaction = step.Transaction;
        var total = TotalOf(transaction.Quote!);
        if (transaction.Intent.Locks >= transaction.Intent.LocksMax) return new Refusal(ErrorCode.IntentUsed);
        if (transaction.Intent.Used + total.Nanos > Nanos(transaction.Revision!.Budget)) return new Refusal(ErrorCode.BudgetExceeded);

        var (mandate, refusal) = MandateFor(step.Envelope, step.Context, transaction.Intent.Account, step.Stamp);
        if (mandate is null) return refusal;
        if (mandate.LimitIn(total.Currency) is not { } limit) return new Refusal(ErrorCode.MandateCurrency);
        if (!AllowsSeller(mandate.Terms, transaction.Seller)) return new Refusal(ErrorCode.MandateSeller);
        if (limit.PerTransaction is { } each && total.Nanos > Nanos(each)) return new Refusal(ErrorCode.MandateExceeded, "per_transaction");
        if (limit.InTotal is { } all && mandate.SpentIn(total.Currency) + total.Nanos > Nanos(all)) return new Refusal(ErrorCode.MandateExceeded, "in_total");
        return null;
    }

    bool HasFunds(TransactionEntry transaction)
    {
        var total = TotalOf(transaction.Quote!);
        return total.Nanos == 0 || (Books.Find(transaction.Intent.Account)?[total.Currency].Available ?? 0) >= total.Nanos;
    }

    static Refusal? ApprovalFault(TakenStep step)
    {
        var (transaction, approve) = (step.Transaction, step.Content.Approve);
        if (Digest.FromWire(approve.Quote) != transaction.QuoteDigest) return new Refusal(ErrorCode.QuoteUnknown);
        var text = PurchaseRendering.Render(transaction.Revision!, transaction.Quote!, transaction.Seller.Agent, approve.Language);
        return text is not null && PurchaseRendering.DigestOf(text) == Digest.FromWire(approve.Rendering) ? null : new Refusal(ErrorCode.RenderingWrong);
    }

    static Refusal? CommitFault(TakenStep step) =>
        step.Kind is StepKind.Commit && Digest.FromWire(step.Content.Commit.Quote) != step.Transaction.QuoteDigest
            ? new Refusal(ErrorCode.QuoteUnknown)
            : null;

    Refusal? LiveMandateFault(TransactionEntry transaction) =>
        Mandates.TryGetValue(transaction.Mandate, out var mandate) && !mandate.Revoked ? null : new Refusal(ErrorCode.MandateRevoked);

    static bool MayCancel(TransactionEntry transaction) =>
        transaction.State is TransactionState.Locked || transaction.Quote!.Terms.Cancel is not CancelTerms.UntilConfirm;

    static Refusal? ResolutionFault(TakenStep step)
    {
        var (transaction, resolve) = (step.Transaction, step.Content.Resolve);
        var fault = ErrorRegistry.First(Money.TryFromWire(resolve.ToSeller, out var toSeller), Money.TryFromWire(resolve.ToBuyer, out var toBuyer));
        if (toSeller.Nanos < 0 || toBuyer.Nanos < 0) fault = ErrorRegistry.First(fault, ErrorCode.AmountInvalid);
        if (fault is { } bad) return new Refusal(bad);
        if (toSeller.Currency != transaction.Currency || toBuyer.Currency != transaction.Currency) return new Refusal(ErrorCode.CurrencyMixed);
        return toSeller.Nanos + toBuyer.Nanos == transaction.Amount ? null : new Refusal(ErrorCode.ResolutionUnbalanced);
    }

    static Refusal? RefundFault(TakenStep step, bool whole)
    {
        var transaction = step.Transaction;
        if (Money.TryFromWire(step.Content.Refund.Amount, out var amount) is { } bad) return new Refusal(bad);
        if (amount.Nanos <= 0) return new Refusal(ErrorCode.AmountInvalid);
        if (amount.Currency != transaction.Currency) return new Refusal(ErrorCode.CurrencyMixed);
        if (whole) return amount.Nanos == transaction.Amount ? null : new Refusal(ErrorCode.AmountInvalid, "before settlement only the whole is refunded");
        return transaction.Refunded + amount.Nanos <= transaction.Refundable ? null : new Refusal(ErrorCode.RefundExceeds);
    }

    static Refusal? QuoteFault(TakenStep step)
    {
        var (transaction, quote) = (step.Transaction, step.Content.Quote);
        if (quote.ValidUntilMs <= step.Stamp) return new Refusal(ErrorCode.QuoteExpired);
        if (TermsFault(step) is { } refusal) return refusal;

        // What the edge looked up: the arbiter, then the payees, in their order.
        foreach (var party in step.Context.Parties.Items)
        {
            if (party.Principal.Length == 0) return new Refusal(ErrorCode.AgentUnknown, party.Id);
        }
        if (quote.Terms.Escrow is not null && step.Context.Parties[0].Principal is var arbiter
            && (arbiter == transaction.Buyer.Principal || arbiter == transaction.Seller.Principal))
        {
            return new Refusal(ErrorCode.SamePrincipal, "arbiter");
        }
        return Digest.FromWire(quote.Intent) == transaction.RevisionDigest ? null : new Refusal(ErrorCode.IntentWrong);
    }

    static Refusal? TermsFault(TakenStep step)
    {
        var (quote, first) = (step.Content.Quote, step.Transaction.Intent.First);
        var fault = QuoteRules.Check(quote);
        if (quote.Total is { } total && Currency.IsKnown(total.CurrencyCode) && total.CurrencyCode != first.Budget.CurrencyCode)
        {
            fault = ErrorRegistry.First(fault, ErrorCode.CurrencyMixed);
        }
        var detail = fault is null && quote.ValidUntilMs > first.ExpiresAtMs ? "valid_until_ms"
            // Money goes to principals' accounts: an agent has none, and nobody could take it out of one.
            : fault is null && !AreAccounts(step.Context.Parties.Items[(quote.Terms.Escrow is null ? 0 : 1)..]) ? "payees"
            : null;
        return fault is { } code ? new Refusal(code) : detail is null ? null : new Refusal(ErrorCode.TermsInvalid, detail);
    }

    static bool AreAccounts(ReadOnlySpan<Stored.Party> payees)
    {
        foreach (var payee in payees)
        {
            if (payee.Principal.Length > 0 && payee.Principal != payee.Id) return false;
        }
        return true;
    }

    Refusal? CounterFault(TakenStep step)
    {
        var (transaction, revision) = (step.Transaction, step.Content.Counter.Intent);
        var first = transaction.Intent.First;
        if (IntentRules.CheckRevision(first, transaction.Revision!, revision) is { } code) return new Refusal(code);

        var (mandate, refusal) = MandateFor(step.Envelope, step.Context, transaction.Intent.Account, step.Stamp);
        if (mandate is null) return refusal;
        return mandate.LimitIn(revision.Budget.CurrencyCode) is null ? new Refusal(ErrorCode.MandateCurrency) : IntentBeyond(mandate, revision);
    }

    /// <summary>The mandate that an envelope of a buyer names, if it may be used now.</summary>
    (MandateEntry? Mandate, Refusal? Refusal) MandateFor(OpenedEnvelope envelope, Stored.Context context, string account, long stamp)
    {
        if (!Mandates.TryGetValue(envelope.Mandate, out var mandate) || mandate.Terms.Account != account)
        {
            return (null, new Refusal(ErrorCode.MandateUnknown));
        }
        if (!IsHolder(mandate.Terms, envelope.Sender, context)) return (null, new Refusal(ErrorCode.MandateNotYours));
        if (mandate.Revoked) return (null, new Refusal(ErrorCode.MandateRevoked));
        if (stamp < mandate.Terms.ValidFromMs) return (null, new Refusal(ErrorCode.MandateNotYetValid));
        if (stamp >= mandate.Terms.ValidUntilMs) return (null, new Refusal(ErrorCode.MandateExpired));
        return (mandate, null);
    }

    // By name and by key; through rotations only as the owner signed them, or as the terms say (MAN-04).
    static bool IsHolder(Mandate terms, string sender, Stored.Context context) =>
        terms.Agent == sender
        && (terms.AgentKey == context.Key || (terms.FollowRotation ? context.AnySucceeds : context.OwnerSucceeds).Contains(terms.AgentKey));

    static Refusal? IntentBeyond(MandateEntry mandate, Intent intent) =>
        mandate.LimitIn(intent.Budget.CurrencyCode)?.InTotal is { } all && Nanos(intent.Budget) > Nanos(all) ? new Refusal(ErrorCode.MandateExceeded, "in_total") : null;

    static bool AllowsSeller(Mandate terms, Party seller) =>
        (terms.SellersAllowed is not { } allowed || Names(allowed, seller)) && (terms.SellersBarred is not { } barred || !Names(barred, seller));

    static bool Names(AgentSet set, Party party) => set.Ids.Contains(party.Agent) || set.Ids.Contains(party.Principal);

    static Escrow? Escrow(TransactionEntry transaction) => transaction.Quote?.Terms.Escrow;

    // Amounts of accepted envelopes were checked when they were taken.
    static Money TotalOf(Quote quote) => Money.FromWire(quote.Total);

    static Int128 Nanos(Google.Type.Money money) => Money.FromWire(money).Nanos;
}
