using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Reports;

/// <summary>One report of all shards of a run. What does not belong together, or leaves a hole, is refused.</summary>
static class MergedReport
{
    /// <exception cref="BadInputException">They are not all the parts of one run.</exception>
    public static RunReport Of(IReadOnlyList<(string Path, RunReport Report)> parts)
    {
        var (firstPath, first) = parts[0];
        foreach (var (path, part) in parts)
        {
            if (part.Partial is { } partial) throw new BadInputException($"'{path}' is partial ({partial.TrimEnd('.')}): run that shard again.");
            foreach (var (what, one, other) in Alike(first, part))
            {
                if (one != other) throw new BadInputException($"'{firstPath}' and '{path}' are not of one run: {what} is {one} in the one and {other} in the other.");
            }
            if (part.Shard is null) throw new BadInputException($"'{path}' is no shard: it has the whole run.");
        }
        MustHaveNoHoles(parts);
        var results = parts.SelectMany(part => part.Report.Results).OrderBy(result => result.Id, StringComparer.Ordinal).ToList();
        if (ReportBuilder.PlanOf(results.Select(result => result.Id)) is var plan && first.Filter.Count == 0 && plan != first.Plan) throw new BadInputException($"The parts have {plan.Results} results and the run owes {first.Plan.Results}: there is a hole.");
        var gone = parts.Select(part => part.Report.SubjectGone).FirstOrDefault(gone => gone is not null);
        var stale = parts.SelectMany(part => part.Report.Stale).Distinct().ToList();
        int Count(Func<ReportedCheck, bool> of) => results.Count(result => result.Scored && of(result));
        return first with
        {
            Shard = null,
            Started = parts.Min(part => part.Report.Started)!,
            TookMs = parts.Max(part => part.Report.TookMs),
            SubjectGone = gone,
            Expected = [.. results.Select(result => result.Id)],
            Emitted = [.. results.Select(result => result.Id)],
            Counts = ReportBuilder.CountsOf(results.Select(result => result.Verdict)),
            Stale = stale,
            Results = results,
            ExitCode = Score.ExitCode(
                interrupted: false,
                results.Count(result => result.Verdict is Verdict.HarnessError),
                gone is not null,
                results.Count(result => result.IsFailure),
                Count(result => result is { Verdict: Verdict.Untested or Verdict.Inconclusive, Known: null }),
                stale.Count,
                results.All(result => result.Verdict is Verdict.NotClaimed)),
        };
    }

    static IEnumerable<(string What, string One, string Other)> Alike(RunReport first, RunReport other) =>
    [
        ("the suite's version", $"{first.Suite.Version} ({first.Suite.Digest[..12]})", $"{other.Suite.Version} ({other.Suite.Digest[..12]})"),
        ("the seed", $"{first.Seed}", $"{other.Seed}"),
        ("the unkindness", $"{first.Unkind}", $"{other.Unkind}"),
        ("the config", first.Config[..12], other.Config[..12]),
        ("the subject", $"a {first.Subject.Kind} {first.Subject.Name} {first.Subject.Version}", $"a {other.Subject.Kind} {other.Subject.Name} {other.Subject.Version}"),
        ("the version of the requirements", first.Requirements, other.Requirements),
        ("what is claimed", string.Join(',', first.Profiles), string.Join(',', other.Profiles)),
        ("the filter", string.Join(',', first.Filter), string.Join(',', other.Filter)),
        ("the plan", first.Plan.Digest[..12], other.Plan.Digest[..12]),
        ("the number of shards", first.Shard?.Split('/')[^1] ?? "none", other.Shard?.Split('/')[^1] ?? "none"),
    ];

    static void MustHaveNoHoles(IReadOnlyList<(string Path, RunReport Report)> parts)
    {
        var byNumber = new Dictionary<string, string>();
        foreach (var (path, part) in parts)
        {
            if (!byNumber.TryAdd(part.Shard!, path)) throw new BadInputException($"'{byNumber[part.Shard!]}' and '{path}' are both of shard {part.Shard}.");
            var missing = part.Expected.Except(part.Results.Select(result => result.Id)).FirstOrDefault();
            if (missing is not null) throw new BadInputException($"'{path}' has no result of {missing}, which it owes.");
        }
        var of = Shard.Parse(parts[0].Report.Shard!).Of;
        var absent = Enumerable.Range(1, of).Select(number => $"{number}/{of}").Where(shard => !byNumber.ContainsKey(shard)).ToList();
        if (absent.Count > 0) throw new BadInputException($"There is no report of shard {string.Join(", ", absent)}: a run with holes is no run.");
    }
}
