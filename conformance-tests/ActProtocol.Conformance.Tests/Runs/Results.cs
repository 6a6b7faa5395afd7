using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Configs;
using ActProtocol.Conformance.Reports;

namespace ActProtocol.Conformance.Runs;

/// <summary>Results and reports of a run that never was.</summary>
static class Results
{
    public const string Hostile = "</pre><script>alert(1)</script>\u001b]0;owned\a\u202e`|<b>\n::error::forged ]]> & \0";

    public static IReadOnlyList<PlannedCheck> All { get; } = RunPlan.Of(CheckCatalogue.Of(SubjectKind.Broker), RequiredVersion.Of("1.0"), ["core"], [], null, _ => true);

    public static PlannedCheck A(int number) => All.Where(planned => planned.Check.Requirement.IsMust).ElementAt(number);

    public static CheckResult Passed(PlannedCheck planned) => new() { Id = planned.Id, Check = planned.Check, Verdict = Verdict.Pass };

    public static CheckResult Failed(PlannedCheck planned, string got = "accepted") =>
        new() { Id = planned.Id, Check = planned.Check, Verdict = Verdict.Fail, Finding = new Finding("the lock", "refused with totals_wrong", got) };

    public static CheckResult Of(PlannedCheck planned, Verdict verdict) => new() { Id = planned.Id, Check = planned.Check, Verdict = verdict, Reason = "Why." };

    /// <summary>A subject that answers each requirement with markup, escapes and secrets.</summary>
    public static CheckResult HostileOne(PlannedCheck planned) => new()
    {
        Id = planned.Id,
        Check = planned.Check,
        Verdict = Verdict.Fail,
        Finding = new Finding("the lock", "refused", $"{Hostile} Authorization: Bearer abcdefgh12345678"),
        Script = ["step 1: by Json"],
        Transcript =
        [
            new TranscriptEntry(TimeSpan.FromMilliseconds(1), true, "Send Lock", V1.Envelope.Descriptor.FullName, [10, 2, 8, 1]),
            new TranscriptEntry(TimeSpan.FromMilliseconds(2), false, Hostile, "text/html", System.Text.Encoding.UTF8.GetBytes($"{Hostile} the-secret-of-ours")),
            new TranscriptEntry(TimeSpan.FromMilliseconds(3), false, "garbage", V1.Decision.Descriptor.FullName, [255, 255, 255]),
        ],
    };

    public static RunReport Report(IReadOnlyList<CheckResult> results, Shard? shard = null, IReadOnlyList<PlannedCheck>? owed = null, long seed = 42, KnownFailing? known = null)
    {
        var set = RequiredVersion.Of("1.0");
        owed ??= [.. results.Select(result => new PlannedCheck(result.Check, result.Id, null))];
        var score = Score.Of(results, set, known ?? KnownFailing.None, owed, interrupted: false, gone: null, shard is not null, new DateOnly(2030, 1, 1));
        var builder = new ReportBuilder(new Redactor(["the-secret-of-ours"]), set, score, result => $"act-conformance replay {result.Id}");
        return new RunReport
        {
            Form = RunReport.FormOf,
            Suite = new ReportedSuite(SuiteVersion.Version, SuiteVersion.Protocol, SuiteVersion.Digest),
            Subject = new ReportedSubject("broker", Hostile, "1", "Acme", "at http://127.0.0.1:1"),
            Requirements = "1.0",
            Profiles = ["core"],
            Seed = seed,
            Unkind = 1,
            Config = new string('0', 64),
            Filter = [],
            Shard = shard?.ToString(),
            Started = "2030-01-01T00:00:00Z",
            TookMs = 1,
            ExitCode = score.Exit,
            Plan = ReportBuilder.PlanOf(owed.Select(planned => planned.Id)),
            Expected = [.. results.Select(result => result.Id).Order(StringComparer.Ordinal)],
            Emitted = [.. results.Select(result => result.Id).Order(StringComparer.Ordinal)],
            Counts = ReportBuilder.CountsOf(results.Select(result => result.Verdict)),
            Stale = score.Stale,
            Results = [.. results.Select(builder.Of)],
        };
    }

    public static KnownFailing Known(string text)
    {
        var path = Path.Combine(SuiteProcess.NewFolder(), "known-failing.yaml");
        File.WriteAllText(path, text);
        return KnownFailing.Read(path, All);
    }
}
