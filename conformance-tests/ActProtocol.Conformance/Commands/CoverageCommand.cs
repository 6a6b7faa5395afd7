using System.CommandLine;
using System.Text.Json;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Commands;

/// <summary><c>act-conformance coverage</c>: which checks stand for which requirements.</summary>
static class CoverageCommand
{
    static readonly Option<bool> Uncovered = new("--uncovered") { Description = "Only requirements without a check and without a reason" };
    static readonly Option<bool> Json = new("--json") { Description = "For machines: one JSON object a line; the last has the sums" };

    public static SuiteCommand Create()
    {
        var command = new SuiteCommand("coverage", "Show every requirement with the checks that stand for it, or why there is none.", """
            act-conformance coverage
            act-conformance coverage --json
            """)
        {
            Uncovered, Json,
        };
        command.Does(Run);
        return command;
    }

    static int Run(Call call)
    {
        var rows = new Coverage().Rows;
        foreach (var row in rows.Where(row => !call.Value(Uncovered) || !row.IsCovered))
        {
            var requirement = row.Requirement;
            if (call.Value(Json))
            {
                call.Screen.Raw(JsonSerializer.Serialize(new { id = requirement.Id, rev = row.Rev, level = requirement.Level, section = $"{requirement.Page}, {requirement.Section}", since = requirement.Since, checks = row.Checks, untestable = row.Untestable }) + "\n");
                continue;
            }
            call.Screen.Line((requirement.Id.PadRight(8), "bold"), ($"{requirement.Level,-7}", "grey"), (row.Untestable is { } reason ? $"untestable: {reason}" : row.Checks is [] ? "NOT COVERED" : string.Join(", ", row.Checks), row.IsCovered ? "" : "red"));
        }
        var sums = new { requirements = rows.Count, checks = CheckCatalogue.All.Select(check => check.Id).Distinct().Count(), untestable = rows.Count(row => row.Untestable is not null), uncovered = rows.Count(row => !row.IsCovered) };
        if (call.Value(Json)) call.Screen.Raw(JsonSerializer.Serialize(sums) + "\n");
        else call.Screen.Say($"{sums.requirements} requirements, {sums.checks} checks, {sums.untestable} untestable, {sums.uncovered} not covered", "grey");
        return sums.uncovered == 0 ? ExitCodes.Fine : ExitCodes.Failed;
    }
}
