using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ActProtocol.Errors;
using ActProtocol.Ledger;
using ActProtocol.Rendering;
using ActProtocol.Transactions;
using ActProtocol.V1;

namespace ActProtocol.Tidy;

/// <summary>The registries for machines, beside those for people: what another implementation reads is what this one decides by.</summary>
public class RegistryTests
{
    // Sentences stay as they are written.
    static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void Errors() => Repository.AssertRendered("spec/registry/errors.json", Rows(ErrorRegistry.Entries.Select(entry => new
    {
        number = (int)entry.Code,
        name = entry.Name,
        status = JsonNamingPolicy.SnakeCaseUpper.ConvertName(entry.Status.ToString()),
        mender = Snake(entry.Mender),
        retry = Snake(entry.Retry),
        decided = entry.Decided is Decided.Yes,
        meaning = entry.Meaning,
    })));

    [Fact]
    public void Transitions() => Repository.AssertRendered("spec/registry/transitions.json", Rows(TransactionRules.Table.Select(rule => new
    {
        id = rule.Id,
        from = ProtoName(rule.From),
        by = ProtoName(rule.By),
        step = ProtoName(rule.Step),
        needs = rule.Needs.Select(Snake),
        to = rule.To.Select(ProtoName),
    })));

    [Fact]
    public void Currencies() => Repository.AssertRendered(
        "spec/registry/currencies.json", Rows(Currency.All.OrderBy(item => item.Key, StringComparer.Ordinal).Select(item => new { code = item.Key, digits = item.Value })));

    [Fact]
    public void Sentences()
    {
        var keys = Language.Find("en")!.Sentences.Keys.Order(StringComparer.Ordinal);
        Repository.AssertRendered("spec/registry/sentences.json", Rows(keys.Select(key =>
            Language.Names.Order(StringComparer.Ordinal).ToDictionary(name => name, name => Language.Find(name)!.Sentences[key]).Prepend(KeyValuePair.Create("sentence", key)).ToDictionary())));
    }

    [Fact]
    public void Characters_as_they_are_embedded() =>
        Repository.AssertRendered("spec/registry/characters.json", File.ReadAllText(Repository.PathOf("src/ActProtocol.Core/Rendering/characters.json")));

    [Fact]
    public void Characters_that_the_runtime_knows_have_the_class_that_it_gives_them()
    {
        HashSet<int> single =
        [
            '"', '\\', 0x201c, 0x201d, 0x201e, 0x201f, 0x2033, 0x2036, 0x02ba, 0x02dd, 0x02ee, 0x3003, 0x301d, 0x301e, 0x301f, 0xff02, 0x115f, 0x1160, 0x3164, 0xffa0, 0x2800,
        ];
        var assignedLater = 0;
        for (var scalar = 0; scalar <= 0x10ffff; scalar++)
        {
            if (!Rune.IsValid(scalar)) continue;
            var category = Rune.GetUnicodeCategory(new Rune(scalar));
            // A runtime of a later Unicode may have assigned what version 1 shows by number; never the other way round.
            Assert.True(Characters.IsByNumber(scalar) || !(single.Contains(scalar) || IsInvisible(category)), $"U+{scalar:X4} is {category} and shown.");
            Assert.True(!Characters.IsMark(scalar) || IsMark(category), $"U+{scalar:X4} is {category} and no mark.");
            if (Characters.IsByNumber(scalar) && !single.Contains(scalar) && !IsInvisible(category)) assignedLater++;
            if (!Characters.IsByNumber(scalar)) Assert.Equal(IsMark(category), Characters.IsMark(scalar));
        }
        // Unicode grows by some thousands a year.
        Assert.InRange(assignedLater, 0, 50_000);
    }

    static bool IsInvisible(UnicodeCategory category) => category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;

    static bool IsMark(UnicodeCategory category) =>
        category is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    internal static string Rows<T>(IEnumerable<T> rows) => $"[\n  {string.Join(",\n  ", rows.Select(row => JsonSerializer.Serialize(row, Plain)))}\n]\n";

    static string Snake<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    static string ProtoName<T>(T value) where T : struct, Enum =>
        TransactionReflection.Descriptor.EnumTypes.Single(type => type.Name == typeof(T).Name).FindValueByNumber(Convert.ToInt32(value, CultureInfo.InvariantCulture)).Name;
}
