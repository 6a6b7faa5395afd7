using System.Globalization;
using System.Text;

namespace ActProtocol.Rendering;

/// <summary>Text by others, made inert: it stands in quotation marks on one line, and can imitate nothing (REN-03).</summary>
static class Quoted
{
    public static string Of(string text)
    {
        var inert = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsPlain(rune)) inert.Append(rune.ToString());
            else inert.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X4}}}");
        }
        return inert.Append('"').ToString();
    }

    // Controls, formats (bidi and zero-width among them), separators and private characters are shown by number.
    static bool IsPlain(Rune rune) => rune.Value is not ('"' or '\\' or '“' or '”') && Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate);
}
