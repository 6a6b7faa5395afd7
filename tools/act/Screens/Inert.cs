using System.Globalization;
using System.Text;

namespace ActProtocol.Tools;

/// <summary>Text that may hold words of others, made harmless on a terminal: no escapes, no bidi overrides, nothing invisible.</summary>
/// <remarks>All that <see cref="Screen"/> shows goes through it, so that no command can forget to.</remarks>
static class Inert
{
    const int LengthMax = 4_000;

    /// <summary>One line; what is not plain is shown by its number, as in <c>\u{001B}</c>.</summary>
    public static string Line(string text)
    {
        var line = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (line.Length >= LengthMax) return line.Append('…').ToString();
            if (IsPlain(rune)) line.Append(rune.ToString());
            else line.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X4}}}");
        }
        return line.ToString();
    }

    /// <summary>JSON whose strings hold nothing that a terminal would obey; to a parser it is the same.</summary>
    public static string Json(string json)
    {
        var plain = new StringBuilder(json.Length);
        foreach (var rune in json.EnumerateRunes())
        {
            if (IsPlain(rune)) plain.Append(rune.ToString());
            else foreach (var unit in rune.ToString()) plain.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:X4}");
        }
        return plain.ToString();
    }

    /// <summary>Words of others within a sentence of ours: quoted, so that they cannot pass for it.</summary>
    public static string Quote(string text) => $"\"{Line(text).Replace("\"", "\\u{0022}", StringComparison.Ordinal)}\"";

    static bool IsPlain(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate);
}
