using System.CommandLine;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.CommandLine;

namespace ActProtocol.Conformance.Commands;

/// <summary><c>act-conformance explain ID</c>: a requirement in its words, and the checks of it.</summary>
static class ExplainCommand
{
    static readonly Argument<string> Id = new("id") { Description = "A requirement such as ENV-03, a check, or a code of the registry of errors" };

    public static SuiteCommand Create()
    {
        var command = new SuiteCommand("explain", "Show a requirement in the words of the specification, and its checks.", """
            act-conformance explain QUO-04
            act-conformance explain QUO-04.total-off-by-one-nano
            act-conformance explain totals_wrong
            """)
        {
            Id,
        };
        command.Does(Run);
        return command;
    }

    static int Run(Call call)
    {
        var id = call.Value(Id);
        if (ErrorRow.Find(id) is { } row)
        {
            call.Screen.Line((row.Name, "bold"), ($"  status {row.Status}, mended by the {row.Mender}, retry: {row.Retry}", ""));
            call.Screen.Say(row.Meaning);
            foreach (var requirement in Requirement.All.Where(requirement => requirement.Codes.Contains(id))) call.Screen.Line((requirement.Id, "bold"), ($"  {requirement.Page}, {requirement.Section}", ""));
            return ExitCodes.Fine;
        }
        var plain = id.Split('@')[0];
        var check = CheckCatalogue.All.FirstOrDefault(check => check.Id == plain);
        var of = check?.Requirement ?? Requirement.All.FirstOrDefault(requirement => string.Equals(requirement.Id, id, StringComparison.OrdinalIgnoreCase));
        if (of is null)
        {
            var names = Requirement.All.Select(requirement => requirement.Id).Concat(CheckCatalogue.All.Select(check => check.Id)).Concat(ErrorRow.All.Select(row => row.Name));
            throw new BadInputException($"There is no requirement, check or code '{id}'.{Near.Hint(plain, names)} 'act-conformance list' shows all checks.");
        }
        call.Screen.Line((of.Id, "bold"), ($"  {of.Level}, {of.Page}, {of.Section}, since {of.Since}{(of.Codes.Count > 0 ? $", codes {string.Join(", ", of.Codes)}" : "")}", "grey"));
        foreach (var line in of.Text.Split('\n')) call.Screen.Say(line);
        var checks = CheckCatalogue.All.Where(each => check is null ? each.Requirement.Id == of.Id : each.Id == check.Id).ToList();
        if (checks.Count == 0) call.Screen.Say("No check is of it.", "yellow");
        foreach (var each in checks)
        {
            call.Screen.Line((each.Id, "bold"), ($"  {each.Subject.ToString().ToLowerInvariant()}{(each.Declared.Profile == "core" ? "" : $", profile {each.Declared.Profile}")}{(each.Declared.Hook is { } hook ? $", needs the hook '{hook}'" : "")}", "grey"), ($"  {each.Declared.Says}", ""));
            var values = each.Results.Select(result => result.Value).OfType<string>().ToList();
            if (values.Count > 0) call.Screen.Say($"    with {string.Join(", ", values.Take(40))}{(values.Count > 40 ? $" and {values.Count - 40} more" : "")}", "grey");
        }
        return ExitCodes.Fine;
    }
}
