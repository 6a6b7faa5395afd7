using System.Globalization;
using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Configs;

namespace ActProtocol.Conformance.Runs;

/// <summary>An entry of the list that is not true any more, and why.</summary>
sealed record StaleEntry(string Check, string Why);

/// <summary>Checks that are known to fail, or that can't be tested here, each with its cause. Strict: what is listed must fail, for that cause, until its day.</summary>
sealed class KnownFailing
{
    /// <summary>Results that one entry may stand for.</summary>
    public const int MatchesMax = 20;

    readonly IReadOnlyList<KnownEntry> _entries;

    KnownFailing(IReadOnlyList<KnownEntry> entries) => _entries = entries;

    public static KnownFailing None { get; } = new([]);

    /// <param name="all">Every result that there is for the subject, whatever is selected.</param>
    /// <exception cref="BadInputException">It can't be read, an entry is for too many checks, or two are for one.</exception>
    public static KnownFailing Read(string path, IReadOnlyList<PlannedCheck> all)
    {
        var entries = YamlFile.Read<IReadOnlyList<KnownEntry>>(path);
        var listed = new Dictionary<string, string>();
        foreach (var entry in entries)
        {
            var matches = all.Where(planned => RunPlan.Matches(entry.Check, planned)).ToList();
            if (matches.Count > MatchesMax) throw new BadInputException($"{path}: '{entry.Check}' stands for {matches.Count} results; one entry may stand for {MatchesMax} at most.");
            foreach (var planned in matches)
            {
                if (!listed.TryAdd(planned.Id, entry.Check)) throw new BadInputException($"{path}: {planned.Id} is listed twice, by '{listed[planned.Id]}' and by '{entry.Check}'.");
            }
        }
        return new KnownFailing(entries);
    }

    /// <summary>Which failures are known, and which entries are stale.</summary>
    /// <param name="results">Of this run.</param>
    /// <param name="all">Every result that there is for the subject.</param>
    public (IReadOnlyDictionary<string, KnownEntry> Known, IReadOnlyList<StaleEntry> Stale) Judge(
        IReadOnlyList<CheckResult> results, IReadOnlyList<PlannedCheck> all, DateOnly today)
    {
        Dictionary<string, KnownEntry> known = [];
        List<StaleEntry> stale = [];
        var byId = results.ToDictionary(result => result.Id);
        foreach (var entry in _entries)
        {
            var matches = all.Where(planned => RunPlan.Matches(entry.Check, planned)).ToList();
            if (matches.Count == 0) stale.Add(new StaleEntry(entry.Check, "there is no such check any more"));
            if (DateOnly.ParseExact(entry.Until, "yyyy-MM-dd", CultureInfo.InvariantCulture) < today)
            {
                stale.Add(new StaleEntry(entry.Check, $"it was to be mended until {entry.Until}"));
                continue;
            }
            foreach (var result in matches.Select(planned => byId.GetValueOrDefault(planned.Id)).OfType<CheckResult>())
            {
                if (result.Verdict is Verdict.Pass) stale.Add(new StaleEntry(result.Id, "it passes"));
                else if (result.Verdict is Verdict.NotClaimed) stale.Add(new StaleEntry(result.Id, "it is not claimed, so it does not run"));
                else if (result is { Verdict: Verdict.Untested or Verdict.Inconclusive, Reason: { } reason } && reason.StartsWith(entry.Because, StringComparison.Ordinal))
                {
                    // A hook that one can't give, say: owned up to with a reason and a day, like a failure.
                    known[result.Id] = entry;
                }
                else if (result.Finding is { } finding)
                {
                    // Known either way: a failure for another cause is the list's fault first.
                    known[result.Id] = entry;
                    if (!finding.Got.StartsWith(entry.Because, StringComparison.Ordinal)) stale.Add(new StaleEntry(result.Id, $"it fails for another reason: '{finding.Got}' instead of '{entry.Because}'"));
                    else if (result.Repeats.Any(repeat => !repeat.IsBroken)) stale.Add(new StaleEntry(result.Id, $"it fails only {result.Confirmed} times"));
                }
            }
        }
        return (known, stale);
    }
}
