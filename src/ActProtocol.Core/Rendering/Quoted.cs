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
            joins = !Characters.IsByNumber(rune.Value) && (joins || !Characters.IsMark(rune.Value));
            if (joins) inert.Append(rune.ToString());
            else inert.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X4}}}");
        }
        return inert.Append('"').ToString();
    }
}
