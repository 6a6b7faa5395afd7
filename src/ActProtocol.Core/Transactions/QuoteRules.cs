using System.Buffers;
using System.Text;
using ActProtocol.Envelopes;
using ActProtocol.Ledger;
using ActProtocol.V1;
using static ActProtocol.Errors.ErrorRegistry;

namespace ActProtocol.Transactions;

/// <summary>Whether a quote is well-formed and adds up, exactly (TXN-21).</summary>
public static class QuoteRules
{
    static readonly SearchValues<char> InNames = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-_");

    const int LinesMax = 64;
    const int PayeesMax = 16;
    const int AttributesMax = 64;
    const uint QuantityMax = 1_000_000;
    const long DayMs = 24L * 60 * 60 * 1000;

    /// <summary>What is wrong, or null; of several faults the first in precedence.</summary>
    public static ErrorCode? Check(Quote quote)
    {
        // Counted first, so that the work is bounded.
        if (quote.Lines.Count > LinesMax || quote.Taxes.Count > LinesMax || quote.Fees.Count > LinesMax) return ErrorCode.TermsInvalid;
        if (quote.Payees.Count > PayeesMax || quote.Attributes.Count > AttributesMax) return ErrorCode.TermsInvalid;

        var fault = quote.Lines.Count == 0 ? ErrorCode.TermsInvalid : (ErrorCode?)null;
        var noTotal = Money.TryFromWire(quote.Total, out var total);
        if (noTotal is null && total.Nanos < 0) noTotal = ErrorCode.AmountInvalid;
        fault = First(fault, noTotal);

        var sum = Int128.Zero;
        var currency = noTotal is null ? total.Currency : null;
        foreach (var line in quote.Lines.Items) fault = First(fault, LineFault(line, currency, ref sum));
        foreach (var tax in quote.Taxes.Items) fault = First(fault, ChargeFault(tax, currency, ref sum));
        foreach (var fee in quote.Fees.Items) fault = First(fault, ChargeFault(fee, currency, ref sum));
        fault = First(fault, sum == total.Nanos ? null : ErrorCode.TotalsWrong);
        fault = First(fault, PayeeFault(quote, total, currency));
        return First(First(fault, AttributeFault(quote)), TermsFault(quote.Terms));
    }

    static ErrorCode? LineFault(Line line, string? currency, ref Int128 sum)
    {
        var fault = !IsText(line.Description, 256) || line.Quantity is 0 or > QuantityMax ? ErrorCode.TermsInvalid : (ErrorCode?)null;
        var (noPrice, noAmount) = (Money.TryFromWire(line.UnitPrice, out var price), Money.TryFromWire(line.Amount, out var amount));
        if ((noPrice ?? noAmount) is not null) return First(fault, First(noPrice, noAmount));

        sum += amount.Nanos;
        if (price.Currency != amount.Currency || amount.Currency != (currency ?? amount.Currency)) return ErrorCode.CurrencyMixed;
        // 2^93 nanos times 2^20: within 128 bits.
        return First(fault, line.Quantity > QuantityMax || price.Nanos * line.Quantity == amount.Nanos ? null : ErrorCode.TotalsWrong);
    }

    static ErrorCode? ChargeFault(Charge charge, string? currency, ref Int128 sum)
    {
        var fault = IsText(charge.Name, 256) ? (ErrorCode?)null : ErrorCode.TermsInvalid;
        if (Money.TryFromWire(charge.Amount, out var amount) is { } code) return First(fault, code);

        sum += amount.Nanos;
        if (amount.Nanos < 0) return ErrorCode.AmountInvalid;
        return First(fault, amount.Currency == (currency ?? amount.Currency) ? null : ErrorCode.CurrencyMixed);
    }

    static ErrorCode? PayeeFault(Quote quote, Money total, string? currency)
    {
        if (quote.Payees.Count == 0) return null;

        var (sum, fault) = (Int128.Zero, (ErrorCode?)null);
        HashSet<string> accounts = [];
        foreach (var payee in quote.Payees.Items)
        {
            if (!ActId.IsValid(payee.Account) || !accounts.Add(payee.Account)) fault = First(fault, ErrorCode.TermsInvalid);
            if (Money.TryFromWire(payee.Amount, out var amount) is { } code) fault = First(fault, code);
            else if (amount.Nanos <= 0) fault = First(fault, ErrorCode.AmountInvalid);
            else if (amount.Currency != (currency ?? amount.Currency)) fault = First(fault, ErrorCode.CurrencyMixed);
            sum += amount.Nanos;
        }
        return First(fault, sum == total.Nanos ? null : ErrorCode.TotalsWrong);
    }

    static ErrorCode? AttributeFault(Quote quote)
    {
        if (quote.Attributes.Count == 0) return null;

        ErrorCode? fault = null;
        HashSet<string> names = ["total", "seller"];
        foreach (var attribute in quote.Attributes.Items)
        {
            if (!IsName(attribute.Name) || !names.Add(attribute.Name)) fault = First(fault, ErrorCode.TermsInvalid);
            if (attribute.Value is not { KindCase: not Value.KindOneofCase.None } value || !IsText(value.Text, 256)) fault = First(fault, ErrorCode.TermsInvalid);
            else if (value.Money is { } money) fault = First(fault, Money.TryFromWire(money, out _));
        }
        return fault;
    }

    static ErrorCode? TermsFault(Terms? terms)
    {
        if (terms is null || terms.HoldForMs is < 1000 or > 30 * DayMs || !Enum.IsDefined(terms.Cancel)) return ErrorCode.TermsInvalid;
        return terms.SettlementCase switch
        {
            Terms.SettlementOneofCase.Instant => null,
            Terms.SettlementOneofCase.Escrow => terms.Escrow is
            {
                FulfilWithinMs: >= 1000 and <= 90 * DayMs,
                DisputeWindowMs: >= 0 and <= 90 * DayMs,
                ResolveWithinMs: >= 1000 and <= 90 * DayMs,
            } && ActId.IsValid(terms.Escrow.Arbiter) ? null : ErrorCode.TermsInvalid,
            Terms.SettlementOneofCase.None => ErrorCode.TermsInvalid,
        };
    }

    internal static bool IsText(string text, int bytesMax) => text.Length <= bytesMax && Encoding.UTF8.GetByteCount(text) <= bytesMax;

    internal static bool IsName(string name) =>
        name.Length is > 0 and <= 64 && char.IsAsciiLetterLower(name[0]) && !name.AsSpan().ContainsAnyExcept(InNames);
}
