using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ActProtocol.Conformance.Runs;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Reports;

/// <summary>Turns results into a report: without secrets, and bounded.</summary>
sealed class ReportBuilder(Redactor redactor, RequiredVersion set, Score score, Func<CheckResult, string> replay)
{
    /// <summary>Characters of one text of a subject that are kept.</summary>
    const int TextMax = 4_000;

    public ReportedCheck Of(CheckResult result) => new()
    {
        Id = result.Id,
        Check = result.Check.Id,
        Area = result.Check.Area,
        Profile = result.Check.Declared.Profile,
        Says = result.Check.Declared.Says,
        Requirement = result.Check.Requirement.Id,
        Level = result.Check.Requirement.Level,
        Section = $"{result.Check.Requirement.Page}, {result.Check.Requirement.Section}",
        Text = result.Check.Requirement.Text,
        Verdict = result.Verdict,
        Scored = Score.Counts(result, set),
        Finding = Of(result.Finding),
        Reason = result.Reason is { } reason ? Text(reason) : null,
        Confirmed = result.Confirmed,
        Known = score.Known.TryGetValue(result.Id, out var known) ? new ReportedKnown(known.Because, known.Issue, known.Until) : null,
        TookMs = (long)result.Took.TotalMilliseconds,
        Replay = result.Verdict is Verdict.Pass or Verdict.NotClaimed ? null : replay(result),
        Script = [.. result.Script.Select(Text)],
        Transcript = Of(result.Transcript),
        LeftOut = result.LeftOut,
        Repeats = [.. result.Repeats.Select(repeat => new ReportedRepeat(repeat.Verdict, Of(repeat.Finding), Of(repeat.Transcript)))],
    };

    public static IReadOnlyDictionary<string, int> CountsOf(IEnumerable<Verdict> verdicts)
    {
        var counts = verdicts.CountBy(verdict => verdict).ToDictionary();
        return Enum.GetValues<Verdict>().ToDictionary(NameOf, verdict => counts.GetValueOrDefault(verdict));
    }

    public static string NameOf(Verdict verdict) => verdict switch
    {
        Verdict.Pass => "pass",
        Verdict.Fail => "fail",
        Verdict.Warn => "warn",
        Verdict.Untested => "untested",
        Verdict.NotClaimed => "not-claimed",
        Verdict.Inconclusive => "inconclusive",
        Verdict.HarnessError => "harness-error",
    };

    public static ReportedPlan PlanOf(IEnumerable<string> ids)
    {
        var sorted = ids.Order(StringComparer.Ordinal).ToList();
        return new ReportedPlan(sorted.Count, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', sorted)))));
    }

    public static string Stamp(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    ReportedFinding? Of(Finding? finding) => finding is null ? null : new(Text(finding.Where), Text(finding.Expected), Text(finding.Got));

    List<ReportedMessage> Of(IReadOnlyList<TranscriptEntry> entries) => [.. entries.Select(entry =>
    {
        var bytes = redactor.Bytes(entry.Bytes);
        var (stamp, digest) = FactsOf(entry);
        return new ReportedMessage(Math.Round(entry.At.TotalMilliseconds, 1), entry.Sent ? "suite" : "subject", Text(entry.What), entry.Type, bytes, Convert.ToHexStringLower(SHA256.HashData(entry.Bytes)), stamp, digest);
    })];

    string Text(string text) => redactor.Text(text.Length <= TextMax ? text : $"{text[..TextMax]}…");

    static (long? Stamp, string? Digest) FactsOf(TranscriptEntry entry)
    {
        try
        {
            if (entry.Type == Envelope.Descriptor.FullName) return (null, Convert.ToHexStringLower(Tags.Digest(Envelope.Parser.ParseFrom(entry.Bytes).Content.Span)));
            if (entry.Type == Decision.Descriptor.FullName) return (Decision.Parser.ParseFrom(entry.Bytes).StampMs, null);
        }
        catch (InvalidProtocolBufferException)
        {
            // The bytes themselves are in the report.
        }
        return (null, null);
    }
}
