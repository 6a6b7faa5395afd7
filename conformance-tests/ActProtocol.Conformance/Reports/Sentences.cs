using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Reports;

/// <summary>Results in words.</summary>
static class Sentences
{
    /// <summary>What came, in one line: not made inert.</summary>
    public static string Short(ReportedCheck result) => result switch
    {
        { Finding: { } finding } => $"{(result.Known is { } known ? $"known ({known.Issue}, until {known.Until}): " : "")}{finding.Where}: expected {finding.Expected}, got {finding.Got}",
        { Reason: { } reason } => reason.Split('\n')[0],
        _ => result.Says,
    };

    /// <summary>All that one needs to understand it.</summary>
    public static string Of(ReportedCheck result)
    {
        List<string> lines = [result.Says, $"{result.Requirement} ({result.Level}; {result.Section}): {result.Text}"];
        if (result.Finding is { } finding) lines.AddRange([$"at: {finding.Where}", $"expected: {finding.Expected}", $"got: {finding.Got}"]);
        if (result.Reason is { } reason) lines.Add(reason);
        if (result.Confirmed is { } confirmed) lines.Add($"run again: fail {confirmed}");
        if (result.Known is { } known) lines.Add($"known to fail: {known.Issue}, until {known.Until}");
        if (result.Replay is { } replay) lines.Add($"replay: {replay}");
        foreach (var act in result.Script) lines.Add($"unkind: {act}");
        return string.Join('\n', lines);
    }

    /// <summary>How many of what: "214 pass, 2 fail".</summary>
    public static string Counts(RunReport report) => string.Join(", ", report.Counts.Where(count => count.Value > 0).Select(count => $"{count.Value} {count.Key}"));

    /// <summary>Scored checks that passed, out of those that are claimed.</summary>
    public static (int Passed, int Of) Standing(RunReport report)
    {
        var scored = report.Results.Where(result => result.Scored && result.Verdict is not Verdict.NotClaimed).ToList();
        return (scored.Count(result => result.Verdict is Verdict.Pass), scored.Count);
    }
}
