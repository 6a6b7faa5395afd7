using System.Net;
using System.Text;
using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Reports;

/// <summary>A summary for a pull request, and annotations.</summary>
static class GitHubReport
{
    /// <summary>GitHub takes 1 MiB a step.</summary>
    public const int BytesMax = 900_000;

    /// <summary>GitHub shows ten of a kind.</summary>
    const int AnnotationsMax = 10;

    const int TextMax = 600;

    public static string Summary(RunReport report)
    {
        var (passed, of) = Sentences.Standing(report);
        var text = new StringBuilder();
        text.Append($"## ACT {report.Requirements} {report.Subject.Kind}: {passed} of {of}\n\n{Code(report.Subject.Name ?? report.Subject.Reached)} · {Sentences.Counts(report)} · seed {report.Seed}, unkind {report.Unkind} · act-conformance {report.Suite.Version}, suite <code>{report.Suite.Digest[..16]}</code> · exit code {report.ExitCode}\n\n");
        if (report.Partial is { } partial) text.Append($"> **This report is partial**: {Code(partial)}\n\n");
        if (report.SubjectGone is { } gone) text.Append($"> **The subject was given up**: {Code(gone)}\n\n");
        foreach (var stale in report.Stale.Take(50)) text.Append($"* The list of known failures: {Code(stale.Check)}: {Code(stale.Why)}\n");
        var broken = report.Results.Where(IsTold).ToList();
        if (broken.Count > 0) text.Append("\n| check | verdict | says | expected | got |\n| --- | --- | --- | --- | --- |\n");
        for (var i = 0; i < broken.Count; i++)
        {
            var row = Row(broken[i]);
            if (Encoding.UTF8.GetByteCount(row) + Encoding.UTF8.GetMaxByteCount(text.Length) / 3 + text.Length > BytesMax)
            {
                text.Append($"\n… and {broken.Count - i} more.\n");
                break;
            }
            text.Append(row);
        }
        return text.ToString();
    }

    public static IEnumerable<string> Annotations(RunReport report)
    {
        var errors = report.Results.Where(result => result.IsFailure || result.Verdict is Verdict.HarnessError).Take(AnnotationsMax).Select(result => Annotation("error", result.Id, $"{result.Says} {Sentences.Short(result)}"));
        var warnings = report.Results.Where(result => result.Verdict is Verdict.Warn or Verdict.Inconclusive || (result.Verdict is Verdict.Fail && !result.IsFailure))
            .Take(AnnotationsMax).Select(result => Annotation("warning", result.Id, $"{result.Says} {Sentences.Short(result)}"));
        var untested = report.Results.Count(result => result is { Verdict: Verdict.Untested, Scored: true });
        return errors.Concat(warnings).Concat(untested > 0 ? [Annotation("error", "untested", $"{untested} required checks are untested.")] : []);
    }

    static bool IsTold(ReportedCheck result) => result.Verdict is not (Verdict.Pass or Verdict.NotClaimed);

    static string Row(ReportedCheck result) =>
        $"| <code>{WebUtility.HtmlEncode(result.Id)}</code> | {ReportBuilder.NameOf(result.Verdict)}{(result.Known is null ? "" : " (known)")}{(result.Confirmed is { } confirmed ? $" {confirmed}" : "")} "
        + $"| {Plain(result.Says)} | {Code(result.Finding?.Expected ?? "")} | {Code(result.Finding?.Got ?? result.Reason ?? "")} |\n";

    // Markup, links, mentions and columns of the table would be obeyed outside of code, and pipes even inside.
    static string Code(string text) => text.Length == 0 ? "" : $"<code>{Plain(text)}</code>";

    static string Plain(string text)
    {
        var plain = new StringBuilder();
        foreach (var character in Inert.Line(text, TextMax))
        {
            if (char.IsAsciiLetterOrDigit(character) || character is ' ' or ',' or '.' or ';' or ':' or '-' or '/' or '(' or ')' or '\'' || character > 127) plain.Append(character);
            else plain.Append($"&#{(int)character};");
        }
        return plain.ToString();
    }

    // The line is a command to the runner: what would end or split it is written as it asks for.
    static string Annotation(string kind, string title, string message) => $"::{kind} title={Property(title)}::{Data(Inert.Line(message, TextMax))}";

    static string Data(string text) => text.Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);

    static string Property(string text) => Data(text).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
}
