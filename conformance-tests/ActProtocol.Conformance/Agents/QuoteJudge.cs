using ActProtocol.Conformance.Model;
using ActProtocol.V1;
using Google.Type;

namespace ActProtocol.Conformance.Agents;

/// <summary>Quotes by the words of QUO-01 to QUO-08, in whole numbers.</summary>
static class QuoteJudge
{
    const long DayMs = 86_400_000;

    public static void Judge(Observer observer, Quote quote, StageTransaction transaction, long nowMs)
    {
        var budget = transaction.Intent.Budget?.CurrencyCode ?? "";
        observer.Rule("QUO-01", quote.Lines.Count is >= 1 and <= 64 && quote.Taxes.Count <= 64 && quote.Fees.Count <= 64, "1 to 64 lines", $"{quote.Lines.Count}");
        observer.Rule("QUO-01", Amounts.FaultOf(quote.Total) is null && Amounts.NanosOf(quote.Total) >= 0, "a total that is an amount", $"{quote.Total}");
        if (Amounts.FaultOf(quote.Total) is not null) return;
        foreach (var line in quote.Lines)
        {
            var isWhole = Amounts.FaultOf(line.UnitPrice) is null && Amounts.FaultOf(line.Amount) is null && line.Quantity is >= 1 and <= 1_000_000;
            observer.Rule("QUO-02", isWhole && System.Text.Encoding.UTF8.GetByteCount(line.Description) <= 256, "lines with a quantity, a price and an amount", $"{line}");
            observer.Rule("QUO-02", !isWhole || Amounts.NanosOf(line.UnitPrice) * line.Quantity == Amounts.NanosOf(line.Amount), "quantity times price, exactly", $"{line}");
            observer.Rule("QUO-02", !isWhole || (line.UnitPrice.CurrencyCode == quote.Total.CurrencyCode && line.Amount.CurrencyCode == quote.Total.CurrencyCode), "one currency", $"{line}");
        }
        foreach (var charge in quote.Taxes.Concat(quote.Fees)) observer.Rule("QUO-03", IsPart(charge.Amount, quote.Total), "taxes and fees that are amounts of the total's currency", $"{charge}");
        var parts = quote.Lines.Select(line => line.Amount).Concat(quote.Taxes.Concat(quote.Fees).Select(charge => charge.Amount)).Where(part => part is not null);
        var sum = parts.Aggregate(Int128.Zero, (so, part) => so + Amounts.NanosOf(part));
        observer.Rule("QUO-04", sum == Amounts.NanosOf(quote.Total), $"lines, taxes and fees that sum to {Amounts.Text(quote.Total)}", $"{Amounts.Text(Amounts.Of(sum, quote.Total.CurrencyCode))}");
        observer.Rule("QUO-06", quote.Attributes.Count <= 64 && quote.Attributes.Select(one => one.Name).Append("total").Append("seller").Distinct().Count() == quote.Attributes.Count + 2
            && quote.Attributes.All(one => one.Value?.KindCase is not null and not Value.KindOneofCase.None), "attributes with a value, none twice", string.Join(", ", quote.Attributes.Select(one => one.Name)));
        observer.Rule("QUO-07", TermsHold(quote.Terms), "terms with a time to hold and one settlement", $"{quote.Terms}");
        observer.Rule("QUO-08", quote.Intent.Span.SequenceEqual(transaction.Revision), $"the digest of the present revision, {Convert.ToHexStringLower(transaction.Revision)}", Convert.ToHexStringLower(quote.Intent.Span));
        observer.Rule("QUO-08", quote.Total.CurrencyCode == budget, $"the currency of the budget, {budget}", quote.Total.CurrencyCode);
        observer.Rule("QUO-08", quote.ValidUntilMs > nowMs && quote.ValidUntilMs <= transaction.Intent.ExpiresAtMs, $"valid until after {nowMs} and not after {transaction.Intent.ExpiresAtMs}", $"{quote.ValidUntilMs}");
    }

    static bool IsPart(Money? part, Money total) => Amounts.FaultOf(part) is null && part!.CurrencyCode == total.CurrencyCode && Amounts.NanosOf(part) >= 0;

    static bool TermsHold(Terms? terms) => terms is { HoldForMs: >= 1000 and <= 30 * DayMs } && Enum.IsDefined(terms.Cancel) && terms.SettlementCase switch
    {
        Terms.SettlementOneofCase.Instant => true,
        Terms.SettlementOneofCase.Escrow => terms.Escrow is { FulfilWithinMs: >= 1000 and <= 90 * DayMs, ResolveWithinMs: >= 1000 and <= 90 * DayMs, DisputeWindowMs: >= 0 and <= 90 * DayMs, Arbiter.Length: > 0 },
        Terms.SettlementOneofCase.None => false,
    };
}
