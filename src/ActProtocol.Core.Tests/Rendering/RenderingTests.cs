using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FsCheck.Xunit;

namespace ActProtocol.Rendering;

/// <summary>What a person reads before approving: fixed to the byte, and nobody else's words can pass for ours (REN-01, REN-03).</summary>
public partial class RenderingTests
{
    internal const string Nasty = "x\"\nSeller: act://local/bank\r\n\u202eYNC 1\u2028You pay: 1.00 CNY\t\u0000“y” 'z' \\u{0041} ＂\u200b\u0301\ud800; total is at most \"1";

    static readonly string[] Languages = ["en", "zh"];

    public static TheoryData<string, string> Goldens =>
    [
        .. from language in Languages
           from name in new[] { "flight", "workshop", "demanding", "hostile-flight", "hostile-workshop", "hostile-demanding" }
           select (name, language),
    ];

    [Theory]
    [MemberData(nameof(Goldens))]
    public void A_rendering_is_what_it_was(string name, string language) =>
        Repository.AssertRendered($"spec/rendering/{name}.{language}.txt", Rendered(name.Split('-')[^1], language, name.StartsWith("hostile", StringComparison.Ordinal) ? Nasty : null));

    [Fact]
    public void What_is_approved_is_the_hash_of_the_file()
    {
        var bytes = File.ReadAllBytes(Repository.PathOf("spec/rendering/flight.zh.txt"));
        var text = Rendered("flight", "zh", null);

        Assert.Equal(System.Security.Cryptography.SHA256.HashData(bytes), PurchaseRendering.DigestOf(text).ToArray());
    }

    [Fact]
    public void Both_languages_have_the_same_sentences_with_the_same_parts()
    {
        var sentences = Languages.Select(language =>
        {
            using var file = typeof(PurchaseRendering).Assembly.GetManifestResourceStream($"ActProtocol.Rendering.{language}.json")!;
            return JsonSerializer.Deserialize<SortedDictionary<string, string>>(file)!;
        }).ToList();

        Assert.Equal(sentences[0].Keys, sentences[1].Keys);
        Assert.All(sentences[0], sentence => Assert.Equal(Parts(sentence.Value), Parts(sentences[1][sentence.Key])));
        Assert.All(sentences[1].Values.Where(sentence => !Marks().IsMatch(sentence)), sentence => Assert.DoesNotMatch("[A-Za-z]{2}", Placeholder().Replace(sentence, "")));
    }

    [Fact]
    public void A_language_without_a_file_renders_nothing() => Assert.Null(PurchaseRendering.Render(Purchases.Demanding(), "tlh"));

    [Property(MaxTest = 500)]
    public void Words_of_others_stand_quoted_and_change_nothing_else(string? text, string? more, bool nasty)
    {
        var words = $"{text}{(nasty ? Nasty : "\n")}{more}";
        foreach (var language in Languages)
        {
            foreach (var name in new[] { "flight", "workshop", "demanding" })
            {
                var rendered = Rendered(name, language, words);

                Assert.Equal(Unquoted(Rendered(name, language, "oak")), Unquoted(rendered));
                Assert.All(rendered.EnumerateRunes().Where(rune => rune.Value != '\n'), rune => Assert.True(IsVisible(rune), $"U+{rune.Value:X4}"));
            }
        }
    }

    [Property(MaxTest = 500)]
    public void What_is_quoted_can_be_read_back(string? text, bool nasty)
    {
        var words = (text ?? "") + (nasty ? Nasty : "");
        var quoted = Quoted.Of(words);

        Assert.Equal("\"\"", Unquoted(quoted));
        var read = Escape().Replace(quoted[1..^1], match => new Rune(int.Parse(match.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString());
        Assert.Equal(string.Concat(words.EnumerateRunes()), read);
    }

    [Theory]
    [InlineData("\u202e")]
    [InlineData("\u2066")]
    [InlineData("\u200b")]
    [InlineData("\ufeff")]
    [InlineData("\u2028")]
    [InlineData("\u0085")]
    [InlineData("\r")]
    [InlineData("\u001b")]
    [InlineData("\u3164")]
    [InlineData("\u0338")]
    [InlineData("\u201d")]
    [InlineData("\uff02")]
    [InlineData("\ue000")]
    [InlineData("\U000e0041")]
    public void What_hides_turns_or_imitates_is_shown_by_number(string character) =>
        Assert.Equal($"\"\\u{{{char.ConvertToUtf32(character, 0):X4}}}\"", Quoted.Of(character));

    static string Rendered(string name, string language, string? text)
    {
        if (name == "demanding") return PurchaseRendering.Render(text is null ? Purchases.Demanding() : Purchases.Demanding(text), language)!;
        var (intent, quote) = (name, text) switch
        {
            ("workshop", null) => Purchases.Workshop(),
            ("workshop", _) => Purchases.Workshop(text),
            (_, null) => Purchases.Flight(),
            _ => Purchases.Flight(text, text, text),
        };
        return PurchaseRendering.Render(intent, quote, Purchases.Seller, language)!;
    }

    static string Unquoted(string text) => QuotedPart().Replace(text, "\"\"");

    static bool IsVisible(Rune rune) => rune.Value is not (>= 0x202a and <= 0x202e) and not (>= 0x2066 and <= 0x2069)
        && !Rune.IsControl(rune) && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    static IEnumerable<string> Parts(string sentence) => Placeholder().Matches(sentence).Select(match => match.Value).Distinct().Order(StringComparer.Ordinal);

    // The first quotation mark after the last ends it: none can stand within.
    [GeneratedRegex("\"[^\"\n]*\"")]
    private static partial Regex QuotedPart();

    [GeneratedRegex(@"\{[0-9]\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\\u\{([0-9A-F]+)\}")]
    private static partial Regex Escape();

    [GeneratedRegex("^[, ;]*$")]
    private static partial Regex Marks();
}
