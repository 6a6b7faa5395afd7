using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using ActProtocol.Conformance.Configs;
using ActProtocol.Conformance.Reports;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.CommandLine;

/// <summary>The options that every run has.</summary>
static class RunOptions
{
    public static readonly Option<string?> Config = new("--config") { Description = $"What is tested and how [default: {SuiteConfig.UsualName}, if there is one]", HelpName = "file" };
    public static readonly Option<string?> Requirements = new("--requirements") { Description = $"Version of the protocol whose requirements count [default: {SuiteVersion.Protocol}]", HelpName = "version" };
    public static readonly Option<string[]> Profile = new("--profile") { Description = "Profiles that are claimed, with commas [default: the config's, or core]", HelpName = "names" };
    public static readonly Option<string[]> Run = new("--run") { Description = "Only these checks: ids, requirements, or patterns such as 'QUO-*', with commas", HelpName = "checks" };
    public static readonly Option<string?> Shard = new("--shard") { Description = "Only one part of the run, such as 3/8; 'report merge' puts parts together", HelpName = "n/m" };
    public static readonly Option<int> Parallel = Number("--parallel", "Checks beside each other", 16);
    public static readonly Option<long?> Seed = new("--seed") { Description = "Gives the draws of an earlier run again [default: a new one, printed]", HelpName = "number" };
    public static readonly Option<int> Unkind = Number("--unkind", "0 kind, 1 all that the protocol allows, 2 also faults, 3 also forgeries", 1);
    public static readonly Option<string> TimeBudget = new("--time-budget") { Description = "When this is used up, the rest is untested", HelpName = "time", DefaultValueFactory = _ => "10m" };
    public static readonly Option<int> Confirm = Number("--confirm", "Times that a failing check is run in all; it stays a failure", 1);
    public static readonly Option<string?> JUnit = File("--junit", "Write JUnit XML");
    public static readonly Option<string?> Json = File("--json", "Write the report for machines");
    public static readonly Option<string?> Html = File("--html", "Write one page that needs no network");
    public static readonly Option<bool> GitHub = new("--github") { Description = "Write annotations, and a summary to $GITHUB_STEP_SUMMARY" };
    public static readonly Option<string?> BadgeFile = File("--badge", "Write a badge as SVG, and beside it as JSON; of complete runs only");
    public static readonly Option<string?> Known = File("--known-failing", "Checks that are known to fail");
    public static readonly Option<string> Failures = new("--failures") { Description = "Where failing checks leave what is needed to look at them", HelpName = "folder", DefaultValueFactory = _ => Bundle.UsualFolder };

    public static void AddTo(Command command)
    {
        foreach (var option in new Option[] { Config, Requirements, Profile, Run, Shard, Parallel, Seed, Unkind, TimeBudget, Confirm, Known, Failures }) command.Add(option);
        AddReportsTo(command);
    }

    public static void AddReportsTo(Command command)
    {
        foreach (var option in new Option[] { JUnit, Json, Html, GitHub, BadgeFile }) command.Add(option);
    }

    /// <exception cref="BadInputException">One of them is wrong.</exception>
    public static RunRequest Read(Call call, ConfigFile config) => new()
    {
        Set = RequiredVersion.Of(call.Value(Requirements)),
        Profiles = Names(call, Profile) is { Count: > 0 } profiles ? profiles : config.Value.Profiles,
        Patterns = Names(call, Run),
        Shard = call.Value(Shard) is { } shard ? Runs.Shard.Parse(shard) : null,
        Parallel = Between(call, Parallel, 1, 256),
        Seed = call.Value(Seed) ?? RandomNumberGenerator.GetInt32(int.MaxValue),
        Unkind = Between(call, Unkind, 0, 3),
        TimeBudget = Durations.TryParse(call.Value(TimeBudget), out var budget) ? budget : throw new BadInputException($"--time-budget: '{call.Value(TimeBudget)}' is no time such as 90s, 10m or 1h."),
        Confirm = Between(call, Confirm, 1, 100),
        Known = call.Value(Known) ?? config.KnownFailing,
        Failures = call.Value(Failures),
    };

    public static ReportFiles Files(Call call) => new(call.Value(JUnit), call.Value(Json), call.Value(Html), call.Value(GitHub), call.Value(BadgeFile));

    static IReadOnlyList<string> Names(Call call, Option<string[]> option) =>
        [.. (call.Value(option) ?? []).SelectMany(names => names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    static int Between(Call call, Option<int> option, int least, int most) =>
        call.Value(option) is var number && number >= least && number <= most ? number : throw new BadInputException($"{option.Name}: {number} is not from {least} to {most}.");

    static Option<int> Number(string name, string description, int usual) => new(name) { Description = description, HelpName = "number", DefaultValueFactory = _ => usual };

    static Option<string?> File(string name, string description) => new(name) { Description = description, HelpName = "file" };
}

/// <summary>What one run is asked for.</summary>
sealed record RunRequest
{
    public required RequiredVersion Set { get; init; }

    public required IReadOnlyList<string> Profiles { get; init; }

    public IReadOnlyList<string> Patterns { get; init; } = [];

    public Shard? Shard { get; init; }

    public int Parallel { get; init; } = 16;

    public required long Seed { get; init; }

    public int Unkind { get; init; } = 1;

    public TimeSpan TimeBudget { get; init; } = TimeSpan.FromMinutes(10);

    public int Confirm { get; init; } = 1;

    public string? Known { get; init; }

    public string Failures { get; init; } = Bundle.UsualFolder;
}

/// <summary>Where reports go; null: not there.</summary>
sealed record ReportFiles(string? JUnit, string? Json, string? Html, bool GitHub, string? Badge);
