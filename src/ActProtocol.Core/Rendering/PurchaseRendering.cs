using System.Globalization;
using System.Text;
using ActProtocol.Constraints;
using ActProtocol.Envelopes;
using ActProtocol.Ledger;
using ActProtocol.V1;

namespace ActProtocol.Rendering;

/// <summary>A purchase as a person reads it before approving: one text for one intent and quote, the same everywhere (REN-01).</summary>
/// <remarks>What is enforced comes in sentences of ours; what others wrote comes quoted and labelled.</remarks>
public static class PurchaseRendering
{
    /// <summary>The text, with LF line ends; null for a language that there is no file of.</summary>
    public static string? Render(Intent intent, Quote quote, string seller, string language)
    {
        if (Language.Find(language) is not { } say) return null;

        var text = new StringBuilder();
        Add(text, say.Say("purchase"));
        Add(text, say.Say("seller", seller));
        Add(text, say.Say("pay", Text(quote.Total)));
        foreach (var line in quote.Lines) Add(text, say.Say("line", line.Quantity, Quoted.Of(line.Description), Text(line.UnitPrice), Text(line.Amount)));
        foreach (var tax in quote.Taxes) Add(text, say.Say("tax", Quoted.Of(tax.Name), Text(tax.Amount)));
        foreach (var fee in quote.Fees) Add(text, say.Say("fee", Quoted.Of(fee.Name), Text(fee.Amount)));
        foreach (var payee in quote.Payees) Add(text, say.Say("payee", payee.Account, Text(payee.Amount)));
        AddTerms(text, say, quote.Terms);
        foreach (var attribute in quote.Attributes) Add(text, say.Say("attribute", attribute.Name, ConstraintText.Of(attribute.Value, say)));
        AddIntent(text, say, intent);
        return text.ToString();
    }

    /// <summary>What a principal approves: SHA-256 of the text's UTF-8 bytes.</summary>
    public static Digest DigestOf(string text) => SignedBytes.HashOf(Encoding.UTF8.GetBytes(text));

    /// <summary>An intent alone, as a person reads what its agent asks for.</summary>
    public static string? Render(Intent intent, string language)
    {
        if (Language.Find(language) is not { } say) return null;
        var text = new StringBuilder();
        AddIntent(text, say, intent);
        return text.ToString();
    }

    static void AddTerms(StringBuilder text, Language say, Terms terms)
    {
        Add(text, terms.Escrow is { } escrow
            ? say.Say("escrow", Seconds(escrow.FulfilWithinMs), Seconds(escrow.DisputeWindowMs), escrow.Arbiter, Seconds(escrow.ResolveWithinMs))
            : say.Say("instant"));
        Add(text, say.Say("hold", Seconds(terms.HoldForMs)));
        Add(text, say.Say(terms.Cancel is CancelTerms.UntilConfirm ? "cancel_until_confirm" : "cancel_until_commit"));
    }

    static void AddIntent(StringBuilder text, Language say, Intent intent)
    {
        Add(text, say.Say("intent"));
        Add(text, say.Say("budget", Text(intent.Budget), intent.MaxLocks == 0 ? 1 : intent.MaxLocks));
        Add(text, intent.Constraint is { } constraint ? say.Say("demands", ConstraintText.Of(constraint, say)) : say.Say("no_demands"));
        Add(text, say.Say("words", Quoted.Of(intent.Words)));
    }

    static string Text(Google.Type.Money money) => Money.FromWire(money).ToString();

    static string Seconds(long milliseconds) => (milliseconds / 1000m).ToString("0.###", CultureInfo.InvariantCulture);

    static void Add(StringBuilder text, string line) => text.Append(line).Append('\n');
}
