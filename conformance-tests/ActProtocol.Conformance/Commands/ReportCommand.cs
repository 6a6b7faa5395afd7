using System.CommandLine;
using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Reports;

namespace ActProtocol.Conformance.Commands;

/// <summary><c>act-conformance report</c>: what is done with reports afterwards.</summary>
static class ReportCommand
{
    static readonly Argument<string[]> Files = new("reports") { Description = "JSON reports of the shards of one run", Arity = ArgumentArity.OneOrMore };

    public static Command Create()
    {
        var merge = new SuiteCommand("merge", "Put the reports of all shards of one run together, or make other reports of one.", """
            act-conformance report merge shard1.json shard2.json --html report.html --badge badge.svg
            act-conformance report merge report.json --junit junit.xml
            """)
        {
            Files,
        };
        RunOptions.AddReportsTo(merge);
        merge.Does(call =>
        {
            var files = RunOptions.Files(call);
            ReportWriter.MustBeWritable(files);
            var paths = call.Value(Files);
            var report = paths is [var only] && JsonReport.Read(only) is { Shard: null } whole ? whole : MergedReport.Of([.. paths.Select(path => (path, JsonReport.Read(path)))]);
            var unwritten = ReportWriter.Write(report, files, call.Screen);
            Ending.Tell(call.Screen, report, unwritten);
            return unwritten.Count > 0 ? ExitCodes.HarnessError : report.ExitCode;
        });
        return new Command("report", "Do something with reports.") { merge };
    }
}
