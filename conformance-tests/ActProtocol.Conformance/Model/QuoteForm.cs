using System.Text;
using System.Text.RegularExpressions;
using ActProtocol.Conformance.Checks;
using ActProtocol.V1;
using Google.Type;

namespace ActProtocol.Conformance.Model;

/// <summary>Which of QUO-01 to QUO-07 a quote breaks, whatever transaction it is for.</summary>
static partial class QuoteForm
{
    static readonly List<string> Order = [.. ErrorRow.All.Select(row => row.Name)];

    /// <summary>ERR-02: the one whose row of the registry comes first; null: none.</summary>
    public static string? First(IEnumerable<string?> codes) => codes.Where(code => code is not null).MinBy(code => Order.IndexOf(code!));

    public static bool HasTooMany(Quote quote) =>
        quote.Lines.Count > 64 || quote.Taxes.Count > 64 || quote.Fees.Count > 64 || quote.Payees.Count > 16 || quote.Attributes.Count > 64;

    public static IEnumerable<string?> FaultsOf(Quote quote)
    {
        var currency = quote.Total?.CurrencyCode ?? "";
        string? Mixed(Money? money) => Amounts.FaultOf(money) is null && money!.CurrencyCode != currency ? "currency_mixed" : null;
        string? Negative(Money? money) => money is not null && Amounts.NanosOf(money) < 0 ? "amount_invalid" : null;

        if (quote.Lines.Count == 0) yield return "terms_invalid";
        yield return Amounts.FaultOf(quote.Total);
        yield return Negative(quote.Total);
        foreach (var line in quote.Lines)
        {
            if (Size(line.Description) > 256 || line.Quantity is 0 or > 1_000_000) yield return "terms_invalid";
            yield return Amounts.FaultOf(line.UnitPrice);
            yield return Amounts.FaultOf(line.Amount);
            yield return Mixed(line.UnitPrice);
            yield return Mixed(line.Amount);
            if (line.UnitPrice is not null && line.Amount is not null && line.Quantity * Amounts.NanosOf(line.UnitPrice) != Amounts.NanosOf(line.Amount)) yield return "totals_wrong";
        }
        foreach (var charge in quote.Taxes.Concat(quote.Fees))
        {
            if (Size(charge.Name) > 256) yield return "terms_invalid";
            yield return Amounts.FaultOf(charge.Amount);
            yield return Mixed(charge.Amount);
            yield return Negative(charge.Amount);
        }
        var parts = quote.Lines.Select(line => line.Amount).Concat(quote.Taxes.Concat(quote.Fees).Select(charge => charge.Amount));
        if (quote.Total is not null && Sum(parts) != Amounts.NanosOf(quote.Total)) yield return "totals_wrong";
        foreach (var payee in quote.Payees)
        {
            if (!Id().IsMatch(payee.Account)) yield return "terms_invalid";
            yield return Amounts.FaultOf(payee.Amount);
            yield return Mixed(payee.Amount);
            if (payee.Amount is not null && Amounts.NanosOf(payee.Amount) <= 0) yield return "amount_invalid";
        }
        if (quote.Payees.Select(payee => payee.Account).Distinct().Count() < quote.Payees.Count) yield return "terms_invalid";
        if (quote.Payees.Count > 0 && quote.Total is not null && Sum(quote.Payees.Select(payee => payee.Amount)) != Amounts.NanosOf(quote.Total)) yield return "totals_wrong";
        foreach (var attribute in quote.Attributes)
        {
            if (!AttributeName().IsMatch(attribute.Name) || attribute.Name is "total" or "seller") yield return "terms_invalid";
            if (attribute.Value is null or { KindCase: Value.KindOneofCase.None } || (attribute.Value.HasText && Size(attribute.Value.Text) > 256)) yield return "terms_invalid";
            else if (attribute.Value.KindCase is Value.KindOneofCase.Money) yield return Amounts.FaultOf(attribute.Value.Money);
        }
        if (quote.Attributes.Select(attribute => attribute.Name).Distinct().Count() < quote.Attributes.Count) yield return "terms_invalid";
        if (!AreTerms(quote.Terms)) yield return "terms_invalid";
    }

    // QUO-07
    static bool AreTerms(Terms? terms)
    {
        if (terms is null || terms.HoldForMs is < 1000 or > 2_592_000_000 || terms.Cancel is < CancelTerms.Unspecified or > CancelTerms.UntilConfirm) return false;
        return terms.SettlementCase switch
        {
            Terms.SettlementOneofCase.Instant => true,
            Terms.SettlementOneofCase.Escrow => terms.Escrow.FulfilWithinMs is >= 1000 and <= 7_776_000_000 && terms.Escrow.ResolveWithinMs is >= 1000 and <= 7_776_000_000
                && terms.Escrow.DisputeWindowMs is >= 0 and <= 7_776_000_000 && Id().IsMatch(terms.Escrow.Arbiter),
            Terms.SettlementOneofCase.None => false,
        };
    }

    static Int128 Sum(IEnumerable<Money?> parts) => parts.Aggregate(Int128.Zero, (sum, part) => part is null ? sum : sum + Amounts.NanosOf(part));

    static int Size(string text) => Encoding.UTF8.GetByteCount(text);

    /// <summary>ENV-10</summary>
    [GeneratedRegex(@"\Aact://(?=[a-z0-9.-]{1,63}/)[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?)*/[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?\z")]
    internal static partial Regex Id();

    [GeneratedRegex(@"\A[a-z][a-z0-9._-]{0,63}\z")]
    private static partial Regex AttributeName();
}
