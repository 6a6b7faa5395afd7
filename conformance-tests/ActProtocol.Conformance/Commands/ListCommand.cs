using System.CommandLine;
using System.Text.Json;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Codecs;
using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Commands;

/// <summary><c>act-conformance list</c>: what there is.</summary>
static class ListCommand
{
    static readonly Option<string?> Subject = new("--subject") { Description = "Only those of broker, codec, verifier, seller or buyer", HelpName = "kind" };
    static readonly Option<bool> Values = new("--values") { Description = "Each result of its own: with the values that a check is run with" };
    static readonly Option<bool> Json = new("--json") { Description = "For machines: one JSON object a line" };

    public static SuiteCommand Create()
    {
        var command = new SuiteCommand("list", "Show all checks: id, subject, what each says.", """
            act-conformance list
            act-conformance list --subject broker --run 'QUO-*' --values
            """)
        {
            Subject, RunOptions.Run, RunOptions.Requirements, Values, Json,
        };
        command.Does(Run);
        return command;
    }

    /// <exception cref="BadInputException">There is no such subject.</exception>
    public static SubjectKind KindOf(string option, string name) => Enum.TryParse<SubjectKind>(name, ignoreCase: true, out var kind) && !char.IsAsciiDigit(name[0]) ? kind
        : throw new BadInputException($"{option}: there is no subject '{name}'.{Near.Hint(name, Enum.GetNames<SubjectKind>().Select(each => each.ToLowerInvariant()))} There are broker, codec, verifier, seller and buyer.");

    static int Run(Call call)
    {
        var set = RequiredVersion.Of(call.Value(RunOptions.Requirements));
        var patterns = (call.Value(RunOptions.Run) ?? []).SelectMany(names => names.Split(',')).ToList();
        IEnumerable<Check> checks = CheckCatalogue.All;
        if (call.Value(Subject) is { } name) checks = KindOf("--subject", name) is SubjectKind.Codec ? CodecChecks.Of(SubjectKind.Codec) : CheckCatalogue.Of(KindOf("--subject", name));
        var planned = RunPlan.Of(checks, set, [.. CheckCatalogue.All.Select(check => check.Declared.Profile).Distinct()], patterns, null, _ => true);
        var rows = call.Value(Values) ? planned : planned.DistinctBy(each => each.Check.Id);
        foreach (var row in rows)
        {
            var (id, check) = (call.Value(Values) ? row.Id : row.Check.Id, row.Check);
            var subject = check.Subject.ToString().ToLowerInvariant();
            if (call.Value(Json)) call.Screen.Raw(JsonSerializer.Serialize(new { id, subject, area = check.Area, level = check.Requirement.Level, profile = check.Declared.Profile, hook = check.Declared.Hook, says = check.Declared.Says, results = check.Results.Count() }) + "\n");
            else call.Screen.Line((id.PadRight(48), "bold"), ($" {subject,-8}", "grey"), ($" {check.Declared.Says}", ""));
        }
        if (!call.Value(Json)) call.Screen.Say($"{planned.Select(each => each.Check.Id).Distinct().Count()} checks with {planned.Count} results", "grey");
        return ExitCodes.Fine;
    }
}
