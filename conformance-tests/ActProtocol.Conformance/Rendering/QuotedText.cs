using System.Globalization;
using System.Text;
using ActProtocol.Conformance.Checks;

namespace ActProtocol.Conformance.Rendering;

/// <summary>Text by others, so that it cannot pass for ours (REN-10, REN-11).</summary>
static class QuotedText
{
    static readonly (int First, int Last)[] ByNumber = Ranges("by_number");
    static readonly (int First, int Last)[] Marks = Ranges("marks");

    public static string Of(string text)
    {
        var quoted = new StringBuilder("\"");
        // A mark joins what stands before it: at the beginning, and behind a number, it would join what is ours.
        var joins = false;
        foreach (var rune in text.EnumerateRunes())
        {
            joins = !IsWithin(ByNumber, rune.Value) && (joins || !IsWithin(Marks, rune.Value));
            if (joins) quoted.Append(rune);
            else quoted.Append(CultureInfo.InvariantCulture, $@"\u{{{rune.Value:X4}}}");
        }
        return quoted.Append('"').ToString();
    }

    static bool IsWithin((int First, int Last)[] ranges, int scalar) => ranges.Any(range => range.First <= scalar && scalar <= range.Last);

    static (int, int)[] Ranges(string name) =>
    [
        .. SpecFiles.ReadJson("registry/characters.json").GetProperty(name).EnumerateArray()
            .Select(range => range.GetString()!.Split('-'))
            .Select(ends => (int.Parse(ends[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture), int.Parse(ends[^1], NumberStyles.HexNumber, CultureInfo.InvariantCulture))),
    ];
}
