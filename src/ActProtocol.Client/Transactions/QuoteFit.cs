using ActProtocol.Constraints;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.Ledger;
using ActProtocol.Transactions;
using ActProtocol.V1;

namespace ActProtocol.Client;

/// <summary>What a buyer sees for itself before it locks and before it says that it paid, whatever its broker would accept (INT-11, TXN-52).</summary>
static class QuoteFit
{
    /// <summary>What is wrong with a quote for an intent, as a broker would say it; null: it may be locked.</summary>
    /// <param name="quote">Its record, verified.</param>
    /// <param name="intent">The present revision.</param>
    /// <param name="revision">Its digest.</param>
    public static Refusal? FaultOf(Mail quote, Intent intent, Digest revision)
    {
        var offer = quote.Content!.Quote;
        if (QuoteRules.Check(offer) is { } code) return new Refusal(code);
        if (Digest.FromWire(offer.Intent) != revision) return new Refusal(ErrorCode.IntentWrong);
        if (offer.Total.CurrencyCode != intent.Budget.CurrencyCode) return new Refusal(ErrorCode.CurrencyMixed);
        if (offer.ValidUntilMs > intent.ExpiresAtMs) return new Refusal(ErrorCode.TermsInvalid, "valid_until_ms");
        if (intent.Constraint is { } constraint && ConstraintRules.Evaluate(constraint, new QuoteFacts(offer, quote.Content.Header.Sender)) is { Satisfied: false } result)
        {
            return new Refusal(ErrorCode.ConstraintUnsatisfied, result.Failing);
        }
        return Money.FromWire(offer.Total).Nanos > Money.FromWire(intent.Budget).Nanos ? new Refusal(ErrorCode.BudgetExceeded) : null;
    }

    /// <summary>Whether a proven payment is the one for this quote and intent, and of its total.</summary>
    public static bool IsPaymentOf(Payment payment, Mail quote, Digest intent)
    {
        if (Money.TryFromWire(payment.Amount, out var amount) is not null) return false;
        var total = Money.FromWire(quote.Content!.Quote.Total);
        var back = payment.Kind is PaymentKind.Split && Money.TryFromWire(payment.Refunded, out var refunded) is null ? refunded.Nanos : 0;
        return Digest.FromWire(payment.Quote) == quote.Digest && Digest.FromWire(payment.Intent) == intent && amount.Currency == total.Currency && amount.Nanos + back == total.Nanos;
    }
}
