using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace ActProtocol.Rendering;

/// <summary>Classes of characters as version 1 of the protocol fixes them (REN-10, REN-11).</summary>
/// <remarks>From a file and not from the runtime, whose tables change with each version of Unicode: a text that somebody approved
/// must render to the same bytes at every replay, and in every implementation.</remarks>
static class Characters
{
    static readonly ImmutableArray<(int First, int Last)> ByNumber;
    static readonly ImmutableArray<(int First, int Last)> Marks;

    static Characters()
    {
        using var file = typeof(Characters).Assembly.GetManifestResourceStream("ActProtocol.Rendering.characters.json")!;
        using var json = JsonDocument.Parse(file);
        ByNumber = Read(json.RootElement.GetProperty("by_number"));
        Marks = Read(json.RootElement.GetProperty("marks"));
    }

    /// <summary>It hides, turns or imitates, or nothing is known of it.</summary>
    public static bool IsByNumber(int scalar) => Has(ByNumber, scalar);

    /// <summary>It joins what stands before it.</summary>
    public static bool IsMark(int scalar) => Has(Marks, scalar);

    static bool Has(ImmutableArray<(int First, int Last)> ranges, int scalar)
    {
        var (low, high) = (0, ranges.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (ranges[middle].Last < scalar) low = middle + 1;
            else high = middle;
        }
        return low < ranges.Length && ranges[low].First <= scalar;
    }

    // "0000-001F", or one alone; ascending.
    static ImmutableArray<(int First, int Last)> Read(JsonElement ranges) =>
    [
        .. from range in ranges.EnumerateArray()
           let ends = range.GetString()!.Split('-')
           select (Hex(ends[0]), Hex(ends[^1])),
    ];

    static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
