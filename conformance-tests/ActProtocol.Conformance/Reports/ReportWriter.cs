using ActProtocol.Conformance.CommandLine;

namespace ActProtocol.Conformance.Reports;

/// <summary>Writes all reports that were asked for.</summary>
static class ReportWriter
{
    /// <summary>Said before the run, not after it.</summary>
    /// <exception cref="BadInputException">A report has no place.</exception>
    public static void MustBeWritable(ReportFiles files)
    {
        foreach (var (option, path) in new[] { ("--junit", files.JUnit), ("--json", files.Json), ("--html", files.Html), ("--badge", files.Badge) })
        {
            if (path is null) continue;
            if (path.Length == 0 || Directory.Exists(path)) throw new BadInputException($"{option}: '{path}' is a folder; a file is expected.");
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            try
            {
                Directory.CreateDirectory(folder);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                throw new BadInputException($"{option}: there is no folder '{folder}', and it can't be made: {fault.Message.TrimEnd('.')}.", fault);
            }
        }
    }

    /// <returns>A sentence for each that could not be written.</returns>
    public static IReadOnlyList<string> Write(RunReport report, ReportFiles files, Screen screen)
    {
        List<string> unwritten = [];
        void Try(string? path, Action<string> write)
        {
            if (path is null) return;
            try
            {
                write(path);
            }
            catch (NotWrittenException fault)
            {
                unwritten.Add(fault.Message);
            }
        }
        Try(files.Json, path => OutputFile.Write(path, stream => JsonReport.Write(report, stream)));
        Try(files.JUnit, path => OutputFile.Write(path, stream => JUnitReport.Write(report, stream)));
        Try(files.Html, path => OutputFile.Write(path, stream => HtmlReport.Write(report, stream)));
        Try(files.Badge, path => WriteBadge(report, path, screen));
        if (files.GitHub) Try(Environment.GetEnvironmentVariable("GITHUB_STEP_SUMMARY") ?? "", path => WriteGitHub(report, path, screen));
        return unwritten;
    }

    static void WriteBadge(RunReport report, string path, Screen screen)
    {
        if (Badge.WhyNot(report) is { } reason)
        {
            // One from an earlier run would stand for this one.
            foreach (var old in new[] { path, Path.ChangeExtension(path, ".json") })
            {
                if (File.Exists(old) && old.EndsWith(Path.GetExtension(old) == ".json" ? ".json" : ".svg", StringComparison.Ordinal)) File.Delete(old);
            }
            screen.Say($"No badge is made: {reason}.", "yellow");
            return;
        }
        OutputFile.Write(Path.ChangeExtension(path, ".svg"), Badge.Svg(report));
        OutputFile.Write(Path.ChangeExtension(path, ".json"), Badge.Endpoint(report));
    }

    static void WriteGitHub(RunReport report, string path, Screen screen)
    {
        foreach (var line in GitHubReport.Annotations(report)) screen.Raw($"{line}\n");
        var summary = GitHubReport.Summary(report);
        if (path.Length == 0)
        {
            screen.Raw(summary);
            return;
        }
        try
        {
            File.AppendAllText(path, summary);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new NotWrittenException($"The summary could not be written to '{path}': {fault.Message.TrimEnd('.')}.", fault);
        }
    }
}
