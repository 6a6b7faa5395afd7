using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Configs;
using ActProtocol.Conformance.Reports;

namespace ActProtocol.Conformance.Runs;

/// <summary>A subject that is there, and how its checks are run.</summary>
sealed record RunSubject
{
    public required SubjectKind Kind { get; init; }

    public required IEnumerable<Check> Checks { get; init; }

    public required RunCheck RunAsync { get; init; }

    /// <summary>For people: the address, or the command.</summary>
    public required string Reached { get; init; }

    public string? Name { get; init; }

    public string? Version { get; init; }

    public Func<CancellationToken, Task<bool>>? IsThereAsync { get; init; }

    public Func<string, bool> HasHook { get; init; } = _ => false;

    /// <summary>Checks beside each other at most; null: as asked for.</summary>
    public int? ParallelMax { get; init; }

    /// <summary>Of the config's commands and addresses, for bundles.</summary>
    public IReadOnlyList<string> Target { get; init; } = [];

    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Of an agent without a hook.</summary>
    public BundledOffer? Observed { get; init; }
}

/// <summary>One run from its plan to its reports.</summary>
sealed class SuiteRun(RunRequest request, ConfigFile config, ReportFiles files, Screen screen, TimeProvider time)
{
    /// <summary>The run owes results; the subject is started by <paramref name="start"/> only once all that was asked for is known to be right.</summary>
    public async Task<int> RunAsync(SubjectKind kind, IEnumerable<Check> checks, Func<CancellationToken, Task<RunSubject>> start, CancellationToken cancellationToken)
    {
        var whole = RunPlan.Of(checks, request.Set, request.Profiles, [], null, _ => true);
        _ = RunPlan.Of(checks, request.Set, request.Profiles, request.Patterns, null, _ => true);
        ReportWriter.MustBeWritable(files);
        var known = request.Known is { } path ? KnownFailing.Read(path, whole) : KnownFailing.None;

        var subject = await start(cancellationToken);
        var planned = RunPlan.Of(checks, request.Set, request.Profiles, request.Patterns, request.Shard, subject.HasHook);
        var began = time.GetUtcNow();
        screen.Say($"{SuiteVersion.Sentence}: {kind.ToString().ToLowerInvariant()} {subject.Name ?? ""} {subject.Reached}");
        screen.Say($"{planned.Count} of {whole.Count} checks, requirements {request.Set.Version}, profiles {string.Join(", ", request.Profiles)}, seed {request.Seed}, unkind {request.Unkind}");

        var progress = new Progress(screen, planned.Count, time, ReplayOf);
        var keeper = new TranscriptKeeper();
        var settings = new RunSettings { Parallel = Math.Min(request.Parallel, subject.ParallelMax ?? int.MaxValue), TimeBudget = request.TimeBudget, Confirm = request.Confirm, IsThereAsync = subject.IsThereAsync };
        using var runner = new Runner(async (check, id, value, token) => keeper.Keep(await subject.RunAsync(check, id, value, token)), settings, time);
        var results = await runner.RunAsync(planned, progress.Tell, cancellationToken);

        var interrupted = cancellationToken.IsCancellationRequested;
        var score = Score.Of(results, request.Set, known, whole, interrupted, runner.SubjectGone, request.Shard is not null, DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime));
        var redactor = config.NewRedactor();
        var builder = new ReportBuilder(redactor, request.Set, score, result => ReplayOf(result.Id));
        var report = new RunReport
        {
            Form = RunReport.FormOf,
            Suite = new ReportedSuite(SuiteVersion.Version, SuiteVersion.Protocol, SuiteVersion.Digest),
            Subject = new ReportedSubject(kind.ToString().ToLowerInvariant(), config.Value.Subject.Name ?? subject.Name, config.Value.Subject.Version ?? subject.Version, config.Value.Subject.Vendor, redactor.Text(subject.Reached)),
            Requirements = request.Set.Version,
            Profiles = request.Profiles,
            Seed = request.Seed,
            Unkind = request.Unkind,
            Config = config.Digest,
            Filter = request.Patterns,
            Shard = request.Shard?.ToString(),
            Started = ReportBuilder.Stamp(began),
            TookMs = (long)(time.GetUtcNow() - began).TotalMilliseconds,
            Partial = interrupted ? "The run was interrupted; what had not ended is untested." : runner.OutOfTime ? $"The time budget of {Durations.Show(request.TimeBudget)} was used up; the rest is untested." : null,
            SubjectGone = runner.SubjectGone is { } gone ? redactor.Text(gone) : null,
            ExitCode = score.Exit,
            Plan = ReportBuilder.PlanOf(whole.Select(planned => planned.Id)),
            Expected = [.. planned.Select(planned => planned.Id).Order(StringComparer.Ordinal)],
            Emitted = [.. results.Select(result => result.Id)],
            Counts = ReportBuilder.CountsOf(results.Select(result => result.Verdict)),
            Stale = score.Stale,
            Results = [.. results.Select(builder.Of)],
        };
        List<string> unwritten = [];
        WriteBundles(report, subject, unwritten);
        unwritten.AddRange(ReportWriter.Write(report, files, screen));
        Ending.Tell(screen, report, unwritten);
        return unwritten.Count == 0 || interrupted ? report.ExitCode : ExitCodes.HarnessError;
    }

    string ReplayOf(string id) => $"act-conformance replay {Quote(id)}{(request.Failures == Bundle.UsualFolder ? "" : $" --failures {Quote(request.Failures)}")}";

    void WriteBundles(RunReport report, RunSubject subject, List<string> unwritten)
    {
        var left = Bundle.BundlesMax;
        foreach (var result in report.Results)
        {
            var folder = Bundle.FolderOf(request.Failures, result.Id);
            try
            {
                if (result.Verdict is not (Verdict.Fail or Verdict.Warn or Verdict.HarnessError or Verdict.Inconclusive))
                {
                    if (result.Verdict is Verdict.Pass) Bundle.Remove(folder);
                    continue;
                }
                if (left-- <= 0) continue;
                Bundle.Write(folder, new BundledCase
                {
                    Id = result.Id,
                    Subject = report.Subject.Kind,
                    Seed = report.Seed,
                    Unkind = report.Unkind,
                    Config = config.Path is { } path ? Path.GetFullPath(path) : null,
                    Target = subject.Target,
                    Command = subject.Command,
                    Observed = subject.Observed,
                    Suite = report.Suite.Version,
                    Verdict = ReportBuilder.NameOf(result.Verdict),
                    Finding = result.Finding,
                }, result);
            }
            catch (NotWrittenException fault)
            {
                // The next ones would say the same.
                unwritten.Add(fault.Message);
                return;
            }
        }
    }

    static string Quote(string text) => text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '.' or '_' or '/' or '@' or '+') ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
