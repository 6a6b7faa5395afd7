using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Codecs;
using ActProtocol.Conformance.Rendering;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Cases.Codecs;

static class Renderings
{
    // What some texts must not be able to do: characters, joined at random.
    static readonly Dictionary<string, int[]> Hostile = new()
    {
        ["bidi"] = [0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069, 0x200E, 0x200F, 0x061C],
        ["zero-width"] = [0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD, 0x180E],
        ["line-breaks"] = [0x0A, 0x0D, 0x0B, 0x0C, 0x85, 0x2028, 0x2029, 0x1E],
        ["controls"] = [0x00, 0x07, 0x08, 0x09, 0x1B, 0x7F, 0x9B],
        ["quotation-marks"] = [0x22, 0x5C, 0x201C, 0x201D, 0x201E, 0x201F, 0x2033, 0x2036, 0x02BA, 0x02DD, 0x02EE, 0x3003, 0x301D, 0x301F, 0xFF02],
        ["blanks"] = [0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800],
        ["marks"] = [0x0301, 0x0338, 0x20DD, 0x0903, 0xFE0F, 0x3099],
        ["private-and-unassigned"] = [0xE000, 0xF8FF, 0x10FFFD, 0x0378, 0xFFFE, 0x1FFFE, 0xE0041, 0x10FFFF],
        ["beyond-16-bits"] = [0x1F9FE, 0x1D400, 0x20000, 0x1F1E8, 0x1F468],
        ["braces"] = ['{', '}', '0', '1', '%', '$', '&', '<'],
    };

    [Check("REN-01.golden", "The committed purchases are rendered to the byte.", Values = ["flight", "workshop", "demanding", "hostile-flight", "hostile-workshop", "hostile-demanding"])]
    public static async Task Golden(CodecScenario scenario, string name)
    {
        var given = SpecFiles.ReadJson($"rendering/{name}.json");
        T Part<T>(string field) where T : IMessage, new() => JsonParser.Default.Parse<T>(given.GetProperty(field).GetRawText());
        var (quote, seller) = given.TryGetProperty("quote", out _) ? (Part<Quote>("quote"), given.GetProperty("seller").GetString()) : (null, null);
        foreach (var language in new[] { "en", "zh" })
        {
            var rendered = await scenario.OkAsync(language, Given.Render(Part<Intent>("intent"), quote, seller, language));
            Expectations.Equal(language, SpecFiles.ReadText($"rendering/{name}.{language}.txt"), rendered.Text("text"));
        }
    }

    [Check("REN-04.fresh", "A purchase never seen before is rendered line by line as the page says.", Values = ["en", "zh"])]
    public static async Task Fresh(CodecScenario scenario, string language)
    {
        for (var i = 0; i < 8; i++)
        {
            var (intent, quote) = Purchase(scenario, i, scenario.Parties.Name());
            await RenderedAsync(scenario, intent, quote, language);
            await RenderedAsync(scenario, intent, null, language);
        }
    }

    [Check("REN-10.hostile-words", "Words by others stand on one line, quoted, with nothing in them that hides, turns the line or closes the quotation.",
        Values = ["bidi", "zero-width", "line-breaks", "controls", "quotation-marks", "blanks", "marks", "private-and-unassigned", "beyond-16-bits", "braces"])]
    public static async Task HostileWords(CodecScenario scenario, string kind)
    {
        for (var i = 0; i < 6; i++)
        {
            var words = Words(scenario, kind);
            var (intent, quote) = Purchase(scenario, i, words);
            var text = await RenderedAsync(scenario, intent, quote, "en");
            var plain = PurchaseText.Of(Purchase(scenario, i, "x").Intent, Purchase(scenario, i, "x").Quote, scenario.Parties.Seller, "en");
            Expectations.Equal("number of lines", plain.Count(c => c == '\n'), text.Count(c => c == '\n'));
        }
    }

    [Check("REN-10.mark-after-a-number", "A mark is written by number at the beginning and after what is written by number, and as it is after anything else.")]
    public static async Task MarkAfterNumber(CodecScenario scenario)
    {
        foreach (var words in new[] { "\u0301a\u0301", "\u200B\u0301\u0301a\u0301\u0338", "\"\u20DDx\u20DD\\\u3099" })
        {
            await RenderedAsync(scenario, Purchase(scenario, 0, words).Intent, null, "en");
        }
    }

    [Check("REN-02.digest", "The digest of a rendering is SHA-256 of its UTF-8 bytes; its last line ends with LF like the others.")]
    public static async Task Digest(CodecScenario scenario)
    {
        var (intent, quote) = Purchase(scenario, 1, Words(scenario, "beyond-16-bits"));
        var rendered = await scenario.OkAsync("zh", Given.Render(intent, quote, scenario.Parties.Seller, "zh"));
        Expectations.Equal("digest", Convert.ToHexStringLower(PurchaseText.DigestOf(rendered.Text("text"))), rendered.Text("digest"));
        Expectations.True("the end", rendered.Text("text") is [.., not '\n', '\n'], "one LF at the end of the last line", rendered.Text("text"));
    }

    [Check("REN-01.language", "There are renderings in en and zh, and in nothing else.", Values = ["de", "EN", "en-US", "zh-CN", "empty", "../en"])]
    public static Task Language(CodecScenario scenario, string language)
    {
        var (intent, quote) = Purchase(scenario, 1, "x");
        return scenario.RefusedAsync("rendering_wrong", language,
            Given.Render(intent, quote, scenario.Parties.Seller, language == "empty" ? "" : language), Given.Render(intent, quote, scenario.Parties.Seller, "en"));
    }

    static async Task<string> RenderedAsync(CodecScenario scenario, Intent intent, Quote? quote, string language)
    {
        var expected = quote is null ? PurchaseText.Of(intent, language) : PurchaseText.Of(intent, quote, scenario.Parties.Seller, language);
        var text = (await scenario.OkAsync(language, Given.Render(intent, quote, scenario.Parties.Seller, language))).Text("text");
        Expectations.Equal($"the rendering in {language}", expected, text);
        return text;
    }

    static string Words(CodecScenario scenario, string kind) => string.Concat(Enumerable.Range(0, 12).Select(_ =>
        scenario.Random.Number(3) == 0 ? char.ConvertFromUtf32('a' + scenario.Random.Number(26)) : char.ConvertFromUtf32(scenario.Random.Pick(Hostile[kind]))));

    // The same purchase for the same number, but for the words.
    static (Intent Intent, Quote Quote) Purchase(CodecScenario scenario, int number, string words)
    {
        var random = new Signing.Seeded(number, "purchase");
        var parties = scenario.Parties;
        var trees = new Trees(random.Of("tree"), parties);
        var quote = new Offers(random.Of("offers"), parties).Draw();
        foreach (var line in quote.Lines) line.Description = words;
        foreach (var charge in quote.Taxes.Concat(quote.Fees)) charge.Name = words;
        quote.Attributes.Add(
        [
            new V1.Attribute { Name = "text", Value = new Value { Text = words } }, new V1.Attribute { Name = "flag", Value = new Value { Flag = number % 2 == 0 } },
            new V1.Attribute { Name = "when", Value = new Value { TimeMs = random.Pick<long>([0, -1, 1_798_093_500_999, -62_135_596_800_000, -62_135_596_800_001, 253_402_300_799_999, 253_402_300_800_000, long.MinValue]) } },
            new V1.Attribute { Name = "count", Value = new Value { Integer = random.Pick([0, -3, long.MaxValue, long.MinValue]) } },
        ]);
        if (number % 2 == 0) quote.Payees.Add([new Payee { Account = parties.Seller, Amount = quote.Total }, new Payee { Account = parties.Broker, Amount = Offers.Of(1) }]);
        if (number % 3 == 0)
        {
            quote.Terms = new Terms
            {
                Escrow = new Escrow { FulfilWithinMs = 1000 + random.Number(9_000_000), DisputeWindowMs = random.Number(2000), ResolveWithinMs = 1_500, Arbiter = parties.Broker },
                HoldForMs = 1000 + (10 * random.Number(1000)),
                Cancel = (CancelTerms)(number % 3),
            };
        }
        quote.Terms.Cancel = (CancelTerms)(number % 4 % 3);
        var demand = trees.Draw((Truth)(number % 3), 1 + (number % 4));
        var intent = new Intent { Words = words, Budget = quote.Total, MaxLocks = (uint)(number % 3) };
        if (number != 5)
        {
            var of = new Constraint { Compare = new Compare { Attribute = "text", Relation = Relation.Equal, Value = new Value { Text = words } } };
            intent.Constraint = new Constraint { All = new All { Of = { demand, of, new Constraint { HoursOfDay = new HoursOfDay { Attribute = "when", Zone = "Asia/Shanghai", FromMinute = 61, UntilMinute = 1440 } } } } };
        }
        return (intent, quote);
    }
}
