using System.Globalization;

namespace ActProtocol.Conformance.Configs;

/// <summary>Times as people write them: a whole number and ms, s, m or h.</summary>
static class Durations
{
    static readonly (string Unit, int Ms)[] Units = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];

    /// <summary>More than nothing, and at most a day.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        foreach (var (unit, ms) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal) || !int.TryParse(text[..^unit.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var count)) continue;
            duration = TimeSpan.FromMilliseconds((long)count * ms);
            return duration > TimeSpan.Zero && duration <= TimeSpan.FromDays(1);
        }
        return false;
    }

    public static string Show(TimeSpan duration) =>
        duration.TotalSeconds < 1 ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0} ms")
        : duration.TotalSeconds < 100 ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.#} s")
        : string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMinutes:0.#} min");
}
