using System.Text;
using ActProtocol.Envelopes;
using ActProtocol.Ledger;
using ActProtocol.V1;

namespace ActProtocol.Transactions;

/// <summary>Whether a quote is well-formed and adds up, exactly (TXN-21).</summary>
public static class QuoteRules
{
    const int LinesMax = 64;
    const int PayeesMax = 16;
    const int AttributesMax = 64;
    const uint QuantityMax = 1_000_000;
    const long DayMs = 24L * 60 * 60 * 1000;

    /// <summary>What is wrong, or null.</summary>
    public static ErrorCode? Check(Quote quote)
    {
        if (quote.Lines.Count is 0 or > LinesMax || quote.Taxes.Count > LinesMax || quote.Fees.Count > LinesMax) return ErrorCode.TermsInvalid;
        if (Money.TryFromWire(quote.Total, out var total) is { } bad) return bad;
        if (total.Nanos < 0) return ErrorCode.AmountInvalid;

        var sum = Int128.Zero;
        foreach (var line in quote.Lines)
        {
            if (LineFault(line, total.Currency, ref sum) is { } code) return code;
        }
        foreach (var charge in quote.Taxes.Concat(quote.Fees))
        {
            if (!IsText(charge.Name, 256)) return ErrorCode.TermsInvalid;
            if (Money.TryFromWire(charge.Amount, out var amount) is { } code) return code;
            if (amount.Currency != total.Currency) return ErrorCode.CurrencyMixed;
            if (amount.Nanos < 0) return ErrorCode.AmountInvalid;
            sum += amount.Nanos;
        }
        if (sum != total.Nanos) return ErrorCode.TotalsWrong;
        return PayeeFault(quote, total) ?? AttributeFault(quote) ?? TermsFault(quote.Terms);
    }

    static ErrorCode? LineFault(Line line, string currency, ref Int128 sum)
    {
        if (!IsText(line.Description, 256) || line.Quantity is 0 or > QuantityMax) return ErrorCode.TermsInvalid;
        if (Money.TryFromWire(line.UnitPrice, out var price) is { } noPrice) return noPrice;
        if (Money.TryFromWire(line.Amount, out var amount) is { } noAmount) return noAmount;
        if (price.Currency != currency || amount.Currency != currency) return ErrorCode.CurrencyMixed;
        // 2^93 nanos times 2^20: within 128 bits.
        if (price.Nanos * line.Quantity != amount.Nanos) return ErrorCode.TotalsWrong;
        sum += amount.Nanos;
        return null;
    }

    static ErrorCode? PayeeFault(Quote quote, Money total)
    {
        if (quote.Payees.Count == 0) return null;
        if (quote.Payees.Count > PayeesMax) return ErrorCode.TermsInvalid;

        var sum = Int128.Zero;
        HashSet<string> accounts = [];
        foreach (var payee in quote.Payees)
        {
            if (!ActId.IsValid(payee.Account) || !accounts.Add(payee.Account)) return ErrorCode.TermsInvalid;
            if (Money.TryFromWire(payee.Amount, out var amount) is { } code) return code;
            if (amount.Currency != total.Currency) return ErrorCode.CurrencyMixed;
            if (amount.Nanos <= 0) return ErrorCode.AmountInvalid;
            sum += amount.Nanos;
        }
        return sum == total.Nanos ? null : ErrorCode.TotalsWrong;
    }

    static ErrorCode? AttributeFault(Quote quote)
    {
        if (quote.Attributes.Count > AttributesMax) return ErrorCode.TermsInvalid;
        HashSet<string> names = ["total", "seller"];
        foreach (var attribute in quote.Attributes)
        {
            if (!IsName(attribute.Name) || !names.Add(attribute.Name) || attribute.Value is null) return ErrorCode.TermsInvalid;
            if (attribute.Value.KindCase is Value.KindOneofCase.None || !IsText(attribute.Value.Text, 256)) return ErrorCode.TermsInvalid;
            if (attribute.Value.Money is { } money && Money.TryFromWire(money, out _) is { } code) return code;
        }
        return null;
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
        name.Length is > 0 and <= 64 && char.IsAsciiLetterLower(name[0])
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-' or '_');
}
