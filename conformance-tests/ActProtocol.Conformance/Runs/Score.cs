using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Configs;

namespace ActProtocol.Conformance.Runs;

/// <summary>What all results come to.</summary>
sealed record Score
{
    /// <summary>In the order in which they count when several apply.</summary>
    public static int ExitCode(bool interrupted, int harnessErrors, bool gone, int failed, int open, int stale, bool nothingTested) =>
        interrupted ? ExitCodes.Interrupted
        : harnessErrors > 0 ? ExitCodes.HarnessError
        : gone ? ExitCodes.SubjectGone
        : failed > 0 ? ExitCodes.Failed
        : open > 0 || nothingTested ? ExitCodes.Untested
        : stale > 0 ? ExitCodes.ListStale
        : ExitCodes.Fine;

    /// <summary>Whether a run that broke or left open this check is the worse for it: a SHOULD never is, nor what was added after the release.</summary>
    public static bool Counts(CheckResult result, RequiredVersion set) => result.Check.Requirement.IsMust && !set.IsAddedLater(result.Check);

    public required IReadOnlyDictionary<string, KnownEntry> Known { get; init; }

    public required IReadOnlyList<StaleEntry> Stale { get; init; }

    public required int Exit { get; init; }

    public static Score Of(
        IReadOnlyList<CheckResult> results, RequiredVersion set, KnownFailing list, IReadOnlyList<PlannedCheck> all, bool interrupted, string? gone, bool isPart, DateOnly today)
    {
        var (known, stale) = list.Judge(results, all, today);
        int Count(Func<CheckResult, bool> of) => results.Count(result => Counts(result, set) && of(result));
        return new Score
        {
            Known = known,
            Stale = stale,
            Exit = ExitCode(
                interrupted,
                results.Count(result => result.Verdict is Verdict.HarnessError),
                gone is not null,
                Count(result => result.Verdict is Verdict.Fail && !known.ContainsKey(result.Id)),
                Count(result => (result.Verdict is Verdict.Untested or Verdict.Inconclusive) && !known.ContainsKey(result.Id)),
                stale.Count,
                // A part of a run may be empty; a run in which nothing is claimed shows nothing.
                !isPart && results.All(result => result.Verdict is Verdict.NotClaimed)),
        };
    }
}
