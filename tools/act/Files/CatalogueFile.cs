using System.Text;
using ActProtocol.Envelopes;
using ActProtocol.Ledger;
using ActProtocol.V1;

namespace ActProtocol.Tools;

/// <summary>What <c>--catalogue</c> reads: one kind of goods, as many as there are.</summary>
sealed record CatalogueFile(string Seller, Listing Listing, string Title, Money Price, int Stock, IReadOnlyList<V1.Attribute> Attributes, Terms Terms)
{
    const int MinutesOf90Days = 90 * 24 * 60;
    static readonly TimeSpan Hold = TimeSpan.FromMinutes(10);

    public const string Sample = """
        my-catalogue.json:
          {
            "seller": "day-air",                      // its principal is day-air-owner
            "capability": "travel.flight",            // buyers find the seller by it
            "title": "DA 555 to Hangzhou, 14:25",
            "price": "780 CNY",
            "stock": 1,                               // my-catalogue.json.sold remembers what is promised
            "attributes": {                           // text, whole numbers, true/false, amounts, times with an offset
              "flight.destination": "HGH",
              "flight.departure": "2026-12-24T14:25+08:00"
            },
            "hold_minutes": 10,                       // may be left out, as may cancel ("until_commit" or "until_confirm") and
            "escrow": { "fulfil_within_minutes": 60, "dispute_window_minutes": 60, "resolve_within_minutes": 60, "arbiter": "act://local/judge" }
          }
        """;

    public static CatalogueFile Read(string path)
    {
        var root = JsonFile.Read(path).Root.Only("seller", "capability", "title", "price", "stock", "attributes", "hold_minutes", "cancel", "escrow");
        var (seller, title) = (root.Required("seller"), root.Required("title"));
        if (!ActId.IsValid($"act://local/{seller.Text()}")) throw seller.Fault($"'{seller.Text()}' is no name: write 1 to 64 of a-z, 0-9 and '-'.");
        if (Encoding.UTF8.GetByteCount(title.Text()) is 0 or > 128) throw title.Fault("a title has 1 to 128 bytes.");
        var capability = root["capability"]?.Text() ?? "goods";
        if (capability.Length is 0 or > 64 || !capability.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-'))
        {
            throw root.Required("capability").Fault($"'{capability}' is no capability: write 1 to 64 of a-z, 0-9, '.' and '-', such as 'travel.flight'.");
        }
        var price = root.Required("price").Amount();
        return new CatalogueFile(
            seller.Text(),
            new Listing { Title = title.Text(), Capabilities = { capability }, Prices = { new ListedPrice { Item = title.Text(), Price = price.ToWire() } } },
            title.Text(),
            price,
            (int)root.Required("stock").Integer(0, 1_000_000),
            [.. (root["attributes"]?.Members() ?? []).Select(Attribute)],
            TermsOf(root));
    }

    static V1.Attribute Attribute((string Name, JsonPart Value) member)
    {
        var (name, value) = member;
        var fits = name.Length is > 0 and <= 64 && char.IsAsciiLetterLower(name[0]) && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-' or '_');
        if (!fits) throw value.Fault("an attribute's name is 1 to 64 of a-z, 0-9, '.', '-', '_' and begins with a letter.");
        if (name is "total" or "seller") throw value.Fault("every quote has this by itself; leave it out.");
        return new V1.Attribute { Name = name, Value = value.Value() };
    }

    static Terms TermsOf(JsonPart root)
    {
        var terms = new Terms
        {
            HoldForMs = root["hold_minutes"] is { } minutes ? Minutes(minutes, 30 * 24 * 60) : (long)Hold.TotalMilliseconds,
            Cancel = root["cancel"]?.Text() switch
            {
                null => CancelTerms.Unspecified,
                "until_commit" => CancelTerms.UntilCommit,
                "until_confirm" => CancelTerms.UntilConfirm,
                var other => throw root.Required("cancel").Fault($"'{other}' is neither 'until_commit' nor 'until_confirm'."),
            },
        };
        if (root["escrow"]?.Only("fulfil_within_minutes", "dispute_window_minutes", "resolve_within_minutes", "arbiter") is not { } escrow) terms.Instant = new Instant();
        else
        {
            terms.Escrow = new Escrow
            {
                FulfilWithinMs = Minutes(escrow.Required("fulfil_within_minutes"), MinutesOf90Days),
                DisputeWindowMs = Minutes(escrow.Required("dispute_window_minutes"), MinutesOf90Days),
                ResolveWithinMs = Minutes(escrow.Required("resolve_within_minutes"), MinutesOf90Days),
                Arbiter = escrow.Required("arbiter").ActId(),
            };
        }
        return terms;
    }

    static long Minutes(JsonPart part, long most) => part.Integer(1, most) * 60_000;
}
