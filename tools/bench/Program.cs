using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActProtocol.Bench;
using ActProtocol.Broker.Hosting;

var json = new Option<bool>("--json") { Description = "One JSON object" };
var quick = new Option<bool>("--quick") { Description = "Within 50 seconds: shorter runs, a smaller journal" };
var folder = new Option<string?>("--folder") { Description = "Where journals are written, for another disk; a temporary folder otherwise" };
var only = new Option<string[]>("--only") { Description = "Parts to run: load, idle, growth; all otherwise", AllowMultipleArgumentsPerToken = true };
only.AcceptOnlyFromAmong("load", "idle", "growth");
var root = new RootCommand("Measures the broker. Ratios compare two things of one run.") { json, quick, folder, only };
root.SetAction(async (parsed, cancellationToken) =>
{
    var figures = await MeasureAsync(parsed.GetValue(quick), parsed.GetValue(folder), parsed.GetValue(only) ?? [], cancellationToken);
    var fields = Rounded(figures);
    if (parsed.GetValue(json)) Console.WriteLine(fields.ToJsonString());
    else foreach (var (name, value) in fields) Console.WriteLine($"{name,-26} {value?.ToJsonString()}");
});

var data = new Option<string>("--data") { Required = true };
var broker = new Command("broker", "The broker that is measured") { data };
broker.Hidden = true;
broker.SetAction(async (parsed, cancellationToken) =>
    await BrokerProcess.RunAsync(new BrokerOptions { Data = parsed.GetValue(data)!, Port = 0, JsonPort = 0, Play = true }, cancellationToken));
root.Add(broker);
return await root.Parse(args).InvokeAsync();

static async Task<Figures> MeasureAsync(bool quick, string? folder, string[] only, CancellationToken cancellationToken)
{
    const long Million = 1_000_000;
    const long QuickRecords = 100_000;
    const int Agents = 100_000;
    const int QuickAgents = 20_000;

    var place = folder is null ? Directory.CreateTempSubdirectory("act-bench-").FullName : Directory.CreateDirectory(Path.Combine(folder, "act-bench")).FullName;
    var figures = new Figures();
    try
    {
        if (Runs("load")) await LoadRun.MeasureAsync(figures, Path.Combine(place, "broker"), quick, cancellationToken);
        if (Runs("idle")) await GrowthRun.IdleAsync(figures, place, quick ? QuickAgents : Agents, cancellationToken);
        if (Runs("growth")) await GrowthRun.CostAsync(figures, place, quick ? QuickRecords : Million, cancellationToken);
        if (quick) figures.NotRun.AddRange([$"growth to {Million} records", $"{Agents} idle agents"]);
        return figures;
    }
    finally
    {
        Directory.Delete(place, recursive: true);
    }

    bool Runs(string part)
    {
        if (only.Length == 0 || only.Contains(part)) return true;
        figures.NotRun.Add(part);
        return false;
    }
}

static JsonObject Rounded(Figures figures)
{
    var fields = JsonSerializer.SerializeToNode(figures)!.AsObject();
    foreach (var (name, value) in fields.ToList())
    {
        if (value is JsonValue number && number.TryGetValue<double>(out var precise)) fields[name] = double.Parse(precise.ToString("G4", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }
    return fields;
}
