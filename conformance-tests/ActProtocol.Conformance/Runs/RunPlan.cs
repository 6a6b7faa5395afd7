using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.CommandLine;

namespace ActProtocol.Conformance.Runs;

/// <summary>One result that a run owes.</summary>
/// <param name="Settled">A verdict that stands before it runs, and its reason; null: it runs.</param>
sealed record PlannedCheck(Check Check, string Id, string? Value, (Verdict Verdict, string Reason)? Settled = null);

/// <summary>A part of a run: the n-th of m.</summary>
sealed record Shard(int Number, int Of)
{
    /// <summary>By the id's hash alone, so that a check that is added moves no other. Those that disturb others run in the first.</summary>
    public bool Holds(PlannedCheck planned) => planned.Check.Declared.Exclusive
        ? Number == 1
        : (int)(BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(planned.Id))) % (ulong)Of) == Number - 1;

    public override string ToString() => $"{Number}/{Of}";

    /// <exception cref="BadInputException">It is not written as n/m.</exception>
    public static Shard Parse(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 2 && int.TryParse(parts[0], out var number) && int.TryParse(parts[1], out var of) && of is >= 1 and <= 1000 && number >= 1 && number <= of
            ? new Shard(number, of)
            : throw new BadInputException($"--shard: '{text}' is no part such as 3/8.");
    }
}

/// <summary>What a run owes a result for.</summary>
static class RunPlan
{
    /// <param name="subject">Whose checks.</param>
    /// <param name="set">What counts.</param>
    /// <param name="profiles">Those that are claimed.</param>
    /// <param name="patterns">Ids, or patterns with '*'; empty: all.</param>
    /// <param name="shard">Null: all of it.</param>
    /// <param name="hasHook">Whether the subject comes with a hook of this name.</param>
    /// <exception cref="BadInputException">A pattern matches nothing.</exception>
    public static IReadOnlyList<PlannedCheck> Of(
        IEnumerable<Check> subject, RequiredVersion set, IReadOnlyList<string> profiles, IReadOnlyList<string> patterns, Shard? shard, Func<string, bool> hasHook)
    {
        var all = subject.Where(set.Includes).SelectMany(check => check.Results.Select(result => Plan(check, result.Id, result.Value, profiles, hasHook))).ToList();
        foreach (var pattern in patterns)
        {
            if (!all.Exists(planned => Matches(pattern, planned))) throw new BadInputException($"--run: no check is called '{pattern}'.{Near.Hint(pattern, all.Select(planned => planned.Check.Id).Distinct())} 'act-conformance list' shows them all.");
        }
        return [.. all.Where(planned => (patterns.Count == 0 || patterns.Any(pattern => Matches(pattern, planned))) && shard?.Holds(planned) is not false)];
    }

    /// <summary>An id, of a check or of one of its results, or a pattern whose '*' stand for anything.</summary>
    public static bool Matches(string pattern, PlannedCheck planned) => pattern.Contains('*', StringComparison.Ordinal)
        ? Glob.Matches(pattern, planned.Id)
        : pattern == planned.Id || pattern == planned.Check.Id || (pattern.Length == 6 && pattern == planned.Check.Requirement.Id);

    static PlannedCheck Plan(Check check, string id, string? value, IReadOnlyList<string> profiles, Func<string, bool> hasHook) => new(check, id, value,
        !profiles.Contains(check.Declared.Profile) ? (Verdict.NotClaimed, $"The profile '{check.Declared.Profile}' is not claimed.")
        : check.Declared.Hook is { } hook && !hasHook(hook) ? (Verdict.Untested, $"It needs the hook '{hook}', which the config does not have.")
        : null);
}

/// <summary>Patterns whose '*' stand for anything, also for nothing.</summary>
static class Glob
{
    public static bool Matches(string pattern, string text)
    {
        // The usual way back to the last star: linear in practice, and never worse than the product of both lengths.
        var (at, i, star, from) = (0, 0, -1, 0);
        while (i < text.Length)
        {
            if (at < pattern.Length && pattern[at] == '*') (star, from, at) = (at, i, at + 1);
            else if (at < pattern.Length && pattern[at] == text[i]) (at, i) = (at + 1, i + 1);
            else if (star >= 0) (at, i, from) = (star + 1, from + 1, from + 1);
            else return false;
        }
        return pattern.AsSpan(at).TrimStart('*').IsEmpty;
    }
}
