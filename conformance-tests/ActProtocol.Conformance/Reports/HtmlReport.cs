using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Reports;

/// <summary>One page that needs no network: what failed, why, and what went over the wire, decoded.</summary>
static class HtmlReport
{
    /// <summary>Characters of decoded messages in one page.</summary>
    const int DecodedMax = 6_000_000;

    /// <summary>Failures that stand open when the page is opened.</summary>
    const int OpenMax = 5;

    static readonly Verdict[] Order = [Verdict.Fail, Verdict.HarnessError, Verdict.Warn, Verdict.Inconclusive, Verdict.Untested, Verdict.Pass, Verdict.NotClaimed];

    public static void Write(RunReport report, Stream stream)
    {
        var (css, js) = (SpecFiles.ReadText("html/report.css"), SpecFiles.ReadText("html/report.js"));
        using var text = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        // Nothing but these two runs or styles, whatever stands in the page; and nothing is fetched.
        text.Write($"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{HashOf(css)}'; script-src 'sha256-{HashOf(js)}'; base-uri 'none'; form-action 'none'">
            <title>{Plain($"ACT {report.Requirements} {report.Subject.Kind}: {Sentences.Counts(report)}")}</title>
            <style>{css}</style></head><body><main>

            """);
        WriteHead(text, report);
        WriteFilters(text, report);
        var (left, open) = (DecodedMax, OpenMax);
        foreach (var area in report.Results.GroupBy(result => result.Area).OrderBy(area => area.Min(result => Array.IndexOf(Order, result.Verdict))).ThenBy(area => area.Key, StringComparer.Ordinal))
        {
            text.Write($"<section><h2>{Plain(area.Key)}</h2>\n");
            foreach (var result in area.OrderBy(result => Array.IndexOf(Order, result.Verdict)).ThenBy(result => result.Id, StringComparer.Ordinal)) WriteCheck(text, result, result.IsFailure && open-- > 0, ref left);
            text.Write("</section>\n");
        }
        text.Write($"<p class=\"dim\">Keys in these messages were made by the suite for this run alone: they are test keys, worth nothing. Secrets that the suite was given are shown as {Redactor.Mark}.</p>\n</main><script>{js}</script></body></html>\n");
    }

    static void WriteHead(StreamWriter text, RunReport report)
    {
        var (passed, of) = Sentences.Standing(report);
        var name = report.Subject.Name ?? report.Subject.Reached;
        text.Write($"<h1>{Plain(name)}{(report.Subject.Version is { } version ? $" {Plain(version)}" : "")}</h1>\n<div class=\"dim\">ACT {Plain(report.Requirements)} {Plain(report.Subject.Kind)}{(report.Subject.Vendor is { } vendor ? $" by {Plain(vendor)}" : "")}, {Plain(report.Subject.Reached)}, profiles {Plain(string.Join(", ", report.Profiles))}</div>\n");
        text.Write($"<div class=\"score\"><strong class=\"{(report.ExitCode == 0 ? "pass" : "fail")}\">{passed} / {of}</strong><div>required checks passed<br><span class=\"dim\">exit code {report.ExitCode}</span></div><div class=\"bar\" role=\"img\" aria-label=\"{Plain(Sentences.Counts(report))}\">{Bar(report)}</div></div>\n");
        text.Write(Invariant($"<div class=\"dim\">{Plain(report.Started)}, {report.TookMs / 1000.0:0.0} s, seed {report.Seed}, unkind {report.Unkind}, act-conformance {Plain(report.Suite.Version)}, suite {Plain(report.Suite.Digest[..16])}, {report.Emitted.Count} of {report.Expected.Count} results</div>\n"));
        List<string> notes = [];
        if (report.Partial is { } partial) notes.Add($"<b>This report is partial.</b> {Plain(partial)}");
        if (report.SubjectGone is { } gone) notes.Add($"<b>The subject was given up.</b> {Plain(gone)}");
        if (report.Filter.Count > 0) notes.Add($"Only what matches {Plain(string.Join(", ", report.Filter))} was run.");
        if (report.Shard is { } shard) notes.Add($"This is shard {Plain(shard)} of a run.");
        notes.AddRange(report.Stale.Select(stale => $"The list of known failures is stale: <code>{Plain(stale.Check)}</code>: {Plain(stale.Why)}."));
        foreach (var note in notes) text.Write($"<div class=\"note\">{note}</div>\n");
    }

    static string Bar(RunReport report)
    {
        // Drawn, since the page's own policy forbids inline styles.
        var all = Math.Max(1, report.Results.Count);
        var bar = new StringBuilder("<svg width=\"100%\" height=\"12\" preserveAspectRatio=\"none\" viewBox=\"0 0 100 12\">");
        var x = 0.0;
        foreach (var verdict in Order.Where(verdict => report.Counts.GetValueOrDefault(ReportBuilder.NameOf(verdict)) > 0))
        {
            var width = 100.0 * report.Counts[ReportBuilder.NameOf(verdict)] / all;
            bar.Append(CultureInfo.InvariantCulture, $"<rect class=\"{ReportBuilder.NameOf(verdict)}\" fill=\"currentColor\" x=\"{x:0.###}\" width=\"{width:0.###}\" height=\"12\"/>");
            x += width;
        }
        return bar.Append("</svg>").ToString();
    }

    static void WriteFilters(StreamWriter text, RunReport report)
    {
        // What went well is folded away while there is something to look at.
        var bad = report.Results.Any(result => result.Verdict is not (Verdict.Pass or Verdict.NotClaimed));
        text.Write("<div class=\"filters\">");
        foreach (var verdict in Order.Where(verdict => report.Counts.GetValueOrDefault(ReportBuilder.NameOf(verdict)) > 0))
        {
            var name = ReportBuilder.NameOf(verdict);
            text.Write($"<label><input type=\"checkbox\" value=\"{name}\"{(bad && verdict is Verdict.Pass or Verdict.NotClaimed ? "" : " checked")}> <span class=\"mark {name}\">{name}</span> {report.Counts[name]}</label>");
        }
        text.Write($"<input type=\"search\" placeholder=\"Search {report.Results.Count} results\" aria-label=\"Search\"><span class=\"dim\"><span id=\"shown\">{report.Results.Count}</span> shown</span></div>\n");
    }

    static void WriteCheck(StreamWriter text, ReportedCheck result, bool open, ref int left)
    {
        var verdict = ReportBuilder.NameOf(result.Verdict);
        var notes = $"{(result.Known is null ? "" : "known, ")}{(result.Confirmed is { } confirmed ? $"{confirmed}, " : "")}{(result.Scored ? "" : result.Level == "MUST" ? "added after the release, " : "SHOULD, ")}{result.TookMs} ms";
        text.Write($"<details class=\"check\" id=\"{Plain(result.Id)}\" data-verdict=\"{verdict}\"{(open ? " open" : "")}><summary><span class=\"mark {verdict}\">{verdict}</span><b>{Plain(result.Id)}</b><span class=\"dim\">{Plain(notes)}</span><span class=\"says\">{Plain(result.Says)}</span></summary><div class=\"body\">\n");
        if (result.Finding is { } finding) text.Write($"<div class=\"dim\">at: {Plain(finding.Where)}</div><div class=\"pair\"><div><b>expected</b><br>{Plain(finding.Expected)}</div><div class=\"got\"><b>got</b><br>{Plain(finding.Got)}</div></div>\n");
        if (result.Reason is { } reason) text.Write($"<pre>{Lines(reason)}</pre>\n");
        if (result.Known is { } known) text.Write($"<p>Known to fail until {Plain(known.Until)}: {Plain(known.Issue)}</p>\n");
        text.Write($"<blockquote><b>{Plain(result.Requirement)}</b> <span class=\"dim\">{Plain(result.Level)}, {Plain(result.Section)}</span><br>{Words(result.Text)}</blockquote>\n");
        if (result.Replay is { } replay) text.Write($"<pre>{Plain(replay)}</pre>\n");
        if (result.Script.Count > 0) text.Write($"<details><summary>{result.Script.Count} unkind acts</summary><pre>{Lines(string.Join('\n', result.Script))}</pre></details>\n");
        WriteWire(text, "The wire", result.Transcript, result.LeftOut, open, ref left);
        for (var i = 0; i < result.Repeats.Count; i++)
        {
            var repeat = result.Repeats[i];
            WriteWire(text, $"Run again, {i + 2}: {ReportBuilder.NameOf(repeat.Verdict)}{(repeat.Finding is { } again ? $", got {again.Got}" : "")}", repeat.Transcript, 0, false, ref left);
        }
        text.Write("</div></details>\n");
    }

    static void WriteWire(StreamWriter text, string title, IReadOnlyList<ReportedMessage> transcript, int leftOut, bool showLast, ref int left)
    {
        if (transcript.Count == 0 && leftOut == 0) return;
        text.Write($"<b>{Plain(title)}</b> <span class=\"dim\">left: the suite, right: the subject</span><div class=\"wire\">\n");
        foreach (var message in transcript)
        {
            var decoded = left > 0 ? Decoded.Of(message.Type, message.Bytes) : "(not shown: the page would be too long; the JSON report has it)";
            left -= decoded.Length;
            text.Write(Invariant($"<details class=\"message {(message.By == "suite" ? "suite" : "subject")}\"{(showLast && ReferenceEquals(message, transcript[^1]) ? " open" : "")}><summary>{(message.By == "suite" ? "→" : "←")} {Plain(message.What)} <span class=\"dim\">{message.AtMs:0.0} ms, {Plain(message.Type)}, {message.Bytes.Length} bytes{(message.Stamp is { } stamp ? $", stamp {stamp}" : "")}</span></summary><pre>{Lines(decoded)}</pre></details>\n"));
        }
        text.Write(leftOut > 0 ? $"<span class=\"dim\">{leftOut} further messages were not kept.</span></div>\n" : "</div>\n");
    }

    static string Plain(string text) => WebUtility.HtmlEncode(Inert.Line(text));

    // The specification's own words, in which backticks stand around code.
    static string Words(string text) => string.Concat(Inert.Line(text, 8_000).Split('`').Select((piece, i) => i % 2 == 0 ? WebUtility.HtmlEncode(piece) : $"<code>{WebUtility.HtmlEncode(piece)}</code>"));

    static string Lines(string text) => WebUtility.HtmlEncode(Inert.Lines(text));

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    static string HashOf(string text) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
