using System.Globalization;
using System.Net;
using System.Text.Json;

namespace ActProtocol.Conformance.Reports;

/// <summary>What a README shows: as SVG, and as the endpoint of a badge service. Only of a complete run: a part of one would say too much.</summary>
static class Badge
{
    /// <summary>Why there is none; null: there is.</summary>
    public static string? WhyNot(RunReport report) => report.IsComplete ? null
        : report.Partial is not null ? "the run is partial"
        : report.SubjectGone is not null ? "the subject was given up"
        : report.Filter.Count > 0 ? "the run was filtered by --run"
        : report.Shard is not null ? "it is one shard; make it of the merged report"
        : "results are missing";

    public static string Message(RunReport report)
    {
        var (passed, of) = Sentences.Standing(report);
        return $"{string.Join("+", report.Profiles)} {passed}/{of}";
    }

    public static string Svg(RunReport report)
    {
        var (label, message) = ($"ACT {report.Requirements}", Message(report));
        var (left, right) = (Width(label), Width(message));
        var title = WebUtility.HtmlEncode($"{label} {report.Subject.Kind} {message}, suite {report.Suite.Version} {report.Suite.Digest}, {report.Started}");
        return string.Create(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{title}">
            <title>{title}</title>
            <metadata>suite {report.Suite.Digest} date {report.Started} seed {report.Seed} unkind {report.Unkind}</metadata>
            <rect width="{left + right}" height="20" rx="3" fill="#444"/><path d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H{left}z" fill="{Colour(report)}"/>
            <g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle"><text x="{left / 2.0}" y="14">{WebUtility.HtmlEncode(label)}</text><text x="{left + (right / 2.0)}" y="14">{WebUtility.HtmlEncode(message)}</text></g>
            </svg>

            """);
    }

    public static string Endpoint(RunReport report) => JsonSerializer.Serialize(
        new { schemaVersion = 1, label = $"ACT {report.Requirements}", message = Message(report), color = Colour(report), suite = report.Suite.Digest, date = report.Started }) + "\n";

    static string Colour(RunReport report) => Sentences.Standing(report) is var (passed, of) && passed == of && of > 0 ? "#2e7d32" : "#b71c1c";

    static int Width(string text) => 12 + (text.Length * 7);
}
