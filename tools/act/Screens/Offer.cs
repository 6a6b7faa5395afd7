using ActProtocol.Client;
using Spectre.Console;

namespace ActProtocol.Tools;

/// <summary>A quote as it is compared with others.</summary>
sealed record Offer(string Seller, string Title, string Total, string Terms, IReadOnlyDictionary<string, string> Facts)
{
    /// <param name="constraint">Of the intent: a time whose hours it bounds is shown in that zone.</param>
    public static Offer Of(Mail mail, V1.Constraint? constraint)
    {
        var (quote, seller) = (mail.Content!.Quote, mail.Content.Header.Sender);
        return new Offer(
            seller,
            string.Join(", ", quote.Lines.Select(line => line.Quantity == 1 ? line.Description : $"{line.Quantity} x {line.Description}")),
            Words.Of(quote.Total),
            quote.Terms.Escrow is { } escrow ? $"escrow, arbiter {Words.Short(escrow.Arbiter)}" : "paid at commit",
            quote.Attributes.ToDictionary(fact => fact.Name, fact => Words.Value(fact.Value, ZoneOf(constraint, fact.Name))));
    }

    static string? ZoneOf(V1.Constraint? node, string attribute) => node switch
    {
        { HoursOfDay: { } hours } => hours.Attribute == attribute ? hours.Zone : null,
        { All: { } all } => all.Of.Select(part => ZoneOf(part, attribute)).FirstOrDefault(zone => zone is not null),
        { Any: { } any } => any.Of.Select(part => ZoneOf(part, attribute)).FirstOrDefault(zone => zone is not null),
        { Not: { } not } => ZoneOf(not.Of, attribute),
        _ => null,
    };

    /// <summary>Side by side: a column a seller.</summary>
    public static Table Compare(IReadOnlyList<Offer> offers)
    {
        var table = Screen.Table(["", .. offers.Select(offer => Words.Short(offer.Seller))]);
        Add("offer", offer => Inert.Quote(offer.Title));
        Add("price", offer => offer.Total, "bold");
        foreach (var name in offers.SelectMany(offer => offer.Facts.Keys).Distinct().Take(8)) Add(name, offer => offer.Facts.GetValueOrDefault(name, "–"));
        Add("terms", offer => offer.Terms);
        return table;

        void Add(string head, Func<Offer, string> cell, string style = "") =>
            table.AddRow([Screen.Cell(head, "grey"), .. offers.Select(offer => Screen.Cell(cell(offer), style))]);
    }
}
