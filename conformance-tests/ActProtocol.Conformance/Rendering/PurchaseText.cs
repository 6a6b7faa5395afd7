using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Model;
using ActProtocol.V1;

namespace ActProtocol.Conformance.Rendering;

/// <summary>What a person reads before approving, by the words of spec/rendering.md alone.</summary>
/// <param name="language"><c>en</c> or <c>zh</c></param>
sealed class PurchaseText(string language)
{
    static readonly Dictionary<string, Dictionary<string, string>> Sentences =
        SpecFiles.Read<Dictionary<string, string>[]>("registry/sentences.json").ToDictionary(row => row["sentence"]);

    readonly StringBuilder _text = new();

    /// <summary>The whole of a purchase (REN-04).</summary>
    /// <param name="intent">The present revision, with <c>max_locks</c> of the first.</param>
    public static string Of(Intent intent, Quote quote, string seller, string language) => new PurchaseText(language).Purchase(quote, seller).Wanted(intent)._text.ToString();

    /// <summary>Of an intent alone: the last four lines.</summary>
    public static string Of(Intent intent, string language) => new PurchaseText(language).Wanted(intent)._text.ToString();

    /// <summary>REN-02</summary>
    public static byte[] DigestOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    PurchaseText Purchase(Quote quote, string seller)
    {
        Add("purchase");
        Add("seller", seller);
        Add("pay", Amounts.Text(quote.Total));
        foreach (var line in quote.Lines) Add("line", Number(line.Quantity), QuotedText.Of(line.Description), Amounts.Text(line.UnitPrice), Amounts.Text(line.Amount));
        foreach (var tax in quote.Taxes) Add("tax", QuotedText.Of(tax.Name), Amounts.Text(tax.Amount));
        foreach (var fee in quote.Fees) Add("fee", QuotedText.Of(fee.Name), Amounts.Text(fee.Amount));
        foreach (var payee in quote.Payees) Add("payee", payee.Account, Amounts.Text(payee.Amount));
        if (quote.Terms.Escrow is { } escrow) Add("escrow", Seconds(escrow.FulfilWithinMs), Seconds(escrow.DisputeWindowMs), escrow.Arbiter, Seconds(escrow.ResolveWithinMs));
        else Add("instant");
        Add("hold", Seconds(quote.Terms.HoldForMs));
        Add(quote.Terms.Cancel is CancelTerms.UntilConfirm ? "cancel_until_confirm" : "cancel_until_commit");
        foreach (var attribute in quote.Attributes) Add("attribute", attribute.Name, ValueText(attribute.Value));
        return this;
    }

    PurchaseText Wanted(Intent intent)
    {
        Add("intent");
        Add("budget", Amounts.Text(intent.Budget), Number(Math.Max(intent.MaxLocks, 1)));
        if (intent.Constraint is { } constraint) Add("demands", Demand(constraint));
        else Add("no_demands");
        Add("words", QuotedText.Of(intent.Words));
        return this;
    }

    // REN-07
    string Demand(Constraint node) => node.KindCase switch
    {
        Constraint.KindOneofCase.Compare => Say("compare", node.Compare.Attribute, RelationText(node.Compare.Relation), ValueText(node.Compare.Value)),
        Constraint.KindOneofCase.OneOf => Say("one_of", node.OneOf.Attribute, string.Join(Say("list"), node.OneOf.Values.Select(ValueText))),
        Constraint.KindOneofCase.Between => Say("between", node.Between.Attribute, ValueText(node.Between.From), ValueText(node.Between.Until)),
        Constraint.KindOneofCase.HoursOfDay => Say("hours", node.HoursOfDay.Attribute, Clock(node.HoursOfDay.FromMinute), Clock(node.HoursOfDay.UntilMinute), node.HoursOfDay.Zone),
        Constraint.KindOneofCase.All => Say("all", string.Join(Say("parts"), node.All.Of.Select(Demand))),
        Constraint.KindOneofCase.Any => Say("any", string.Join(Say("parts"), node.Any.Of.Select(Demand))),
        Constraint.KindOneofCase.Not => Say("not", Demand(node.Not.Of)),
        Constraint.KindOneofCase.None => Say("unknown_constraint"),
    };

    string RelationText(Relation relation) => relation switch
    {
        Relation.Equal => Say("equal"),
        Relation.NotEqual => Say("not_equal"),
        Relation.Less => Say("less"),
        Relation.AtMost => Say("at_most"),
        Relation.Greater => Say("greater"),
        Relation.AtLeast => Say("at_least"),
        Relation.Unspecified => "?",
    };

    // REN-06
    string ValueText(Value value) => value.KindCase switch
    {
        Value.KindOneofCase.Text => QuotedText.Of(value.Text),
        Value.KindOneofCase.Integer => Number(value.Integer),
        Value.KindOneofCase.Flag => Say(value.Flag ? "yes" : "no"),
        Value.KindOneofCase.Money => Amounts.Text(value.Money),
        Value.KindOneofCase.TimeMs => InstantText(value.TimeMs),
        Value.KindOneofCase.None => Say("nothing"),
    };

    static string InstantText(long ms) => ms is < -62_135_596_800_000 or > 253_402_300_799_999 ? Number(ms)
        : DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    static string Seconds(long ms) => string.Create(CultureInfo.InvariantCulture, $"{ms / 1000m:0.###}");

    static string Clock(uint minute) => string.Create(CultureInfo.InvariantCulture, $"{minute / 60:00}:{minute % 60:00}");

    static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    void Add(string sentence, params string[] parts) => _text.Append(Say(sentence, parts)).Append('\n');

    // The parts are put in at once: what a part holds is never looked at for further places.
    string Say(string sentence, params string[] parts) => string.Format(CultureInfo.InvariantCulture, Sentences[sentence][language], parts);
}
