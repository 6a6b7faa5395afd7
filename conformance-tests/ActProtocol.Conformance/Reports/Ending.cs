using ActProtocol.Conformance.CommandLine;

namespace ActProtocol.Conformance.Reports;

/// <summary>The last lines of a run.</summary>
static class Ending
{
    public static void Tell(Screen screen, RunReport report, IReadOnlyList<string> unwritten)
    {
        foreach (var stale in report.Stale.Take(20)) screen.Line(("STALE ", "bold yellow"), (stale.Check, "bold"), ($"  in the list of known failures: {stale.Why}.", ""));
        foreach (var sentence in unwritten) screen.Fail(sentence);
        if (report.Partial is { } partial) screen.Say($"Partial: {partial}", "bold yellow");
        if (report.SubjectGone is { } gone) screen.Fail(gone);
        var (passed, of) = Sentences.Standing(report);
        var known = report.Results.Count(result => result.Known is not null);
        var nothing = report.ExitCode == ExitCodes.Untested && of == 0 ? "; nothing was tested, since nothing is claimed" : "";
        screen.Line(
            (report.ExitCode == 0 ? "PASS " : "NOT PASSED ", report.ExitCode == 0 ? "bold green" : "bold red"),
            ($"{passed} of {of} required checks ({Sentences.Counts(report)}{(known > 0 ? $", {known} of them known" : "")}){nothing} in {report.TookMs / 1000.0:0.0} s, seed {report.Seed}, exit code {(unwritten.Count > 0 && report.ExitCode != ExitCodes.Interrupted ? ExitCodes.HarnessError : report.ExitCode)}", ""));
    }
}
