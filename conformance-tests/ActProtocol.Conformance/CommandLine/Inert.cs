using System.Globalization;
using System.Text;

namespace ActProtocol.Conformance.CommandLine;

/// <summary>Text that may hold what a subject sent, made harmless wherever it is shown: no escapes, no control characters, no bidi overrides, nothing invisible.</summary>
static class Inert
{
    /// <summary>Characters of one text that are shown.</summary>
    public const int LengthMax = 4_000;

    /// <summary>One line; what is not plain is shown by its number, as in <c>\u{001B}</c>.</summary>
    public static string Line(string text, int lengthMax = LengthMax)
    {
        var line = new StringBuilder(Math.Min(text.Length, lengthMax));
        foreach (var rune in text.EnumerateRunes())
        {
            if (line.Length >= lengthMax) return line.Append('…').ToString();
            if (IsPlain(rune)) line.Append(rune.ToString());
            else line.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X4}}}");
        }
        return line.ToString();
    }

    /// <summary>The same line by line: line feeds stay.</summary>
    public static string Lines(string text, int lengthMax = LengthMax) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line => Line(line, lengthMax)));

    static bool IsPlain(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate);
}
