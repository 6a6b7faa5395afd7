using System.Globalization;
using System.Text;

namespace ActProtocol.Rendering;

/// <summary>Text by others, made inert: it stands in quotation marks on one line, and can imitate nothing (REN-03).</summary>
static class Quoted
{
    public static string Of(string text)
    {
        var (inert, joins) = (new StringBuilder("\""), false);
        foreach (var rune in text.EnumerateRunes())
        {
            // A mark that has no letter before it would join what is ours.
            joins = IsPlain(rune) && (joins || !IsMark(rune));
            if (joins) inert.Append(rune.ToString());
            else inert.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X4}}}");
        }
        return inert.Append('"').ToString();
    }

    // Controls, formats (bidi and zero-width among them), separators, private characters, what looks like a quotation mark, and letters
    // that show nothing are shown by number.
    static bool IsPlain(Rune rune) => rune.Value is not (
            '"' or '\\' or (>= 0x201c and <= 0x201f) or 0x2033 or 0x2036 or 0x02ba or 0x02dd or 0x02ee or 0x3003 or (>= 0x301d and <= 0x301f) or 0xff02
            or 0x115f or 0x1160 or 0x3164 or 0xffa0 or 0x2800)
        && Rune.GetUnicodeCategory(rune) is not (
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate);

    static bool IsMark(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
