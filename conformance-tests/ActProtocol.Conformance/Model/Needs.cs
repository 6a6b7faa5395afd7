using System.Text;
using ActProtocol.Conformance.Rendering;
using ActProtocol.V1;

namespace ActProtocol.Conformance.Model;

/// <summary>A step to be judged: who takes it, at which stamp, under which signature.</summary>
sealed record Step(Trade Trade, Content Content, string Digest, Role By, StepKind Kind, byte[] SigningKey, long Stamp);

/// <summary>The needs of the table's rows, by their names: each the code by which a step is refused, or null.</summary>
sealed class Needs(Registered registered, IReadOnlyDictionary<string, Lodged> mandates, Accounts accounts, Accounts? atTheEnd, string defaultArbiter)
{
    /// <summary>Where nobody can know from outside: both outcomes are right.</summary>
    public const string Either = "?";

    /// <summary>The first that is missing.</summary>
    public string? Missing(Transition row, Step step) => row.Needs.Select(need => Missing(need, step)).FirstOrDefault(code => code is not null);

    string? Missing(string need, Step step) => need switch
    {
        "quotes_left" => step.Trade.Quotes < 8 ? null : "rounds_exhausted",
        "quote_well_formed" => QuoteFault(step),
        "rounds_left" => step.Trade.Counters < 8 ? null : "rounds_exhausted",
        "intent_within_mandate" => CounterFault(step),
        "quote_live" => QuoteLive(step),
        "intent_satisfied" => ConstraintVerdict.Satisfies(step.Trade.Revision.Constraint, step.Trade.Quote!, step.Trade.Seller) ? null : "constraint_unsatisfied",
        "arbiter_accepted" => IsArbiterAccepted(step.Trade) ? null : "arbiter_unacceptable",
        "mandate_covers" => LockFault(step),
        "funds_available" => FundsFault(step.Trade),
        "before_expiry" => step.Stamp >= step.Trade.Deadline ? "deadline_passed"
            : step.Content.Commit is { } commit && Hex(commit.Quote) != step.Trade.QuoteDigest ? "quote_unknown" : null,
        "names_quote_and_rendering" => ApprovalFault(step),
        "mandate_live" => step.Trade.Mandate!.Revoked ? "mandate_revoked" : null,
        "within_terms" => step.Trade.State is TransactionState.Confirmed && step.Trade.Quote!.Terms.Cancel is CancelTerms.UntilConfirm ? "terms_forbid" : null,
        "terms_instant" => step.Trade.Escrow is null ? null : "step_out_of_order",
        "terms_escrow" => step.Trade.Escrow is not null ? null : "step_out_of_order",
        "only_once" => step.Trade.Fulfilled ? "step_out_of_order" : null,
        "before_fulfil_by" or "within_window" => step.Stamp < step.Trade.Deadline ? null : "deadline_passed",
        "sums_to_held" => ResolutionFault(step.Trade, step.Content.Resolve),
        "whole_amount" => RefundFault(step.Trade, step.Content.Refund, whole: true),
        "refunds_left" => step.Trade.RefundsAsked < 64 ? null : "rounds_exhausted",
        "refunds_within_paid" => RefundFault(step.Trade, step.Content.Refund, whole: false),
        // Those of the broker's own steps.
        "past_expiry" or "past_fulfil_by" or "past_window" or "past_resolve_by" => step.Trade.Deadline > 0 && step.Stamp >= step.Trade.Deadline ? null : "a deadline that has passed",
        "mandate_revoked" => step.Trade.Mandate!.Revoked ? null : "a mandate that was revoked",
        "payee_answered" => null,
        _ => throw new InvalidDataException($"The table has a need that this suite does not know: {need}."),
    };

    string? QuoteFault(Step step)
    {
        var (trade, quote) = (step.Trade, step.Content.Quote);
        if (QuoteForm.HasTooMany(quote)) return "terms_invalid";
        List<string?> faults = [.. QuoteForm.FaultsOf(quote)];
        var isFormed = faults.TrueForAll(fault => fault is null);
        if (Hex(quote.Intent) != trade.RevisionDigest) faults.Add("intent_wrong");
        if (Amounts.FaultOf(quote.Total) is null && quote.Total.CurrencyCode != trade.Currency) faults.Add("currency_mixed");
        if (quote.ValidUntilMs <= step.Stamp) faults.Add("quote_expired");
        else if (isFormed && quote.ValidUntilMs > trade.Wanted.First.ExpiresAtMs) faults.Add("terms_invalid");
        if (isFormed) faults.AddRange(PartiesFaults(trade, quote));
        return QuoteForm.First(faults);
    }

    // QUO-09
    IEnumerable<string?> PartiesFaults(Trade trade, Quote quote)
    {
        if (quote.Payees.Any(payee => registered.PrincipalOf(payee.Account) is { } principal && principal != payee.Account)) yield return "terms_invalid";
        if (quote.Payees.Any(payee => registered.PrincipalOf(payee.Account) is null)) yield return "agent_unknown";
        if (quote.Terms.Escrow is not { } escrow) yield break;
        // The broker's own arbiter was registered before the scenario began.
        var arbiter = registered.PrincipalOf(escrow.Arbiter);
        if (arbiter is null && escrow.Arbiter != defaultArbiter) yield return "agent_unknown";
        if (arbiter is not null && (arbiter == trade.Account || arbiter == trade.SellerPrincipal)) yield return "same_principal";
    }

    string? CounterFault(Step step)
    {
        var (revision, first) = (step.Content.Counter.Intent, step.Trade.Wanted.First);
        List<string?> faults = [Amounts.FaultOf(revision.Budget)];
        if (revision.Budget is { } budget && faults[0] is null)
        {
            if (Amounts.NanosOf(budget) < 0) faults.Add("amount_invalid");
            if (budget.CurrencyCode != step.Trade.Currency) faults.Add("currency_mixed");
            else if (Amounts.NanosOf(budget) > Amounts.NanosOf(step.Trade.Revision.Budget)) faults.Add("budget_exceeded");
        }
        if (Encoding.UTF8.GetByteCount(revision.Words) > 2048) faults.Add("terms_invalid");
        if ((revision.MaxLocks != 0 && revision.MaxLocks != first.MaxLocks) || (revision.ExpiresAtMs != 0 && revision.ExpiresAtMs != first.ExpiresAtMs)
            || (revision.Capability.Length > 0 && revision.Capability != first.Capability) || (revision.SellersMax != 0 && revision.SellersMax != first.SellersMax)
            || (revision.Arbiters.Count > 0 && !revision.Arbiters.SequenceEqual(first.Arbiters)))
        {
            faults.Add("intent_wrong");
        }
        if (QuoteForm.First(faults) is { } fault) return fault;
        if (Usable(step, out var mandate) is { } unusable) return unusable;
        if (mandate!.LimitIn(revision.Budget!.CurrencyCode) is not { } limit) return "mandate_currency";
        return limit.InTotal is { } all && Amounts.NanosOf(revision.Budget) > Amounts.NanosOf(all) ? "mandate_exceeded" : null;
    }

    static string? QuoteLive(Step step)
    {
        var quote = Hex(step.Content.Lock.Quote);
        if (quote != step.Trade.QuoteDigest) return step.Trade.Superseded.Contains(quote) ? "quote_superseded" : "quote_unknown";
        return step.Stamp < step.Trade.Quote!.ValidUntilMs ? null : "quote_expired";
    }

    // TXN-51
    bool IsArbiterAccepted(Trade trade)
    {
        if (trade.Escrow is not { } escrow) return true;
        var named = trade.Wanted.First.Arbiters;
        return named.Count > 0 ? named.Contains(escrow.Arbiter) : defaultArbiter.Length > 0 && escrow.Arbiter == defaultArbiter;
    }

    string? LockFault(Step step)
    {
        var (trade, total) = (step.Trade, Amounts.NanosOf(step.Trade.Quote!.Total));
        if (trade.Wanted.Locks >= trade.Wanted.LocksMax) return "intent_used";
        if (trade.Wanted.Used + total > Amounts.NanosOf(trade.Revision.Budget)) return "budget_exceeded";
        if (Usable(step, out var mandate) is { } unusable) return unusable;
        if (mandate!.LimitIn(trade.Currency) is not { } limit) return "mandate_currency";
        if (!mandate.Allows(trade.Seller, trade.SellerPrincipal)) return "mandate_seller";
        if (limit.PerTransaction is { } each && total > Amounts.NanosOf(each)) return "mandate_exceeded";
        return limit.InTotal is { } all && mandate.Spent.GetValueOrDefault(trade.Currency) + total > Amounts.NanosOf(all) ? "mandate_exceeded" : null;
    }

    /// <summary>MAN-03</summary>
    public string? Usable(Step step, out Lodged? mandate) => Usable(step.Content.Header, step.SigningKey, step.Trade.Account, step.Stamp, out mandate);

    public string? Usable(Header header, byte[] signingKey, string account, long stamp, out Lodged? mandate)
    {
        if (!mandates.TryGetValue(Hex(header.Mandate), out mandate) || mandate.Terms.Account != account) return "mandate_unknown";
        if (!registered.Holds(mandate.Terms, header.Sender, signingKey)) return "mandate_not_yours";
        if (mandate.Revoked) return "mandate_revoked";
        if (stamp < mandate.Terms.ValidFromMs) return "mandate_not_yet_valid";
        return stamp >= mandate.Terms.ValidUntilMs ? "mandate_expired" : null;
    }

    string? FundsFault(Trade trade)
    {
        var (total, (least, most)) = (Amounts.NanosOf(trade.Quote!.Total), accounts.Bounds(trade.Account, trade.Currency, atTheEnd));
        return total <= Int128.Max(least, 0) ? null : total > most ? "funds_insufficient" : Either;
    }

    static string? ApprovalFault(Step step)
    {
        var (trade, approve) = (step.Trade, step.Content.Approve);
        if (Hex(approve.Quote) != trade.QuoteDigest) return "quote_unknown";
        if (approve.Language is not ("en" or "zh")) return "rendering_wrong";
        var shown = trade.Revision.Clone();
        shown.MaxLocks = trade.Wanted.First.MaxLocks;
        var text = PurchaseText.Of(shown, trade.Quote!, trade.Seller, approve.Language);
        return PurchaseText.DigestOf(text).AsSpan().SequenceEqual(approve.Rendering.Span) ? null : "rendering_wrong";
    }

    static string? ResolutionFault(Trade trade, Resolve resolve)
    {
        List<string?> faults = [Amounts.FaultOf(resolve.ToSeller), Amounts.FaultOf(resolve.ToBuyer)];
        if (new[] { resolve.ToSeller, resolve.ToBuyer }.Any(part => part is not null && Amounts.NanosOf(part) < 0)) faults.Add("amount_invalid");
        if (QuoteForm.First(faults) is { } fault) return fault;
        if (resolve.ToSeller!.CurrencyCode != trade.Currency || resolve.ToBuyer!.CurrencyCode != trade.Currency) return "currency_mixed";
        return Amounts.NanosOf(resolve.ToSeller) + Amounts.NanosOf(resolve.ToBuyer) == trade.Amount ? null : "resolution_unbalanced";
    }

    static string? RefundFault(Trade trade, Refund refund, bool whole)
    {
        if (Amounts.FaultOf(refund.Amount) is { } fault) return fault;
        var nanos = Amounts.NanosOf(refund.Amount);
        if (nanos <= 0) return "amount_invalid";
        if (refund.Amount.CurrencyCode != trade.Currency) return "currency_mixed";
        if (whole) return nanos == trade.Amount ? null : "amount_invalid";
        return trade.Refunded + nanos <= trade.Refundable ? null : "refund_exceeds";
    }

    static string Hex(Google.Protobuf.ByteString bytes) => Convert.ToHexStringLower(bytes.Span);
}
