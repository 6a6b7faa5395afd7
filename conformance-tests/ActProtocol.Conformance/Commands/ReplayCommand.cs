using System.CommandLine;
using System.Globalization;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Reports;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Commands;

/// <summary><c>act-conformance replay CHECK</c>: the same seed and script anew; with <c>--bytes</c> the very bytes.</summary>
static class ReplayCommand
{
    static readonly Argument<string> Id = new("check") { Description = "Its id, as the console showed it" };
    static readonly Option<string?> Bytes = new("--bytes") { Description = "Send the very bytes of this bundle, where that can be", HelpName = "folder" };
    static readonly Option<bool> Print = new("--print") { Description = "Show each message: hexadecimal, decoded, and as a command of grpcurl" };
    static readonly Option<int?> Until = new("--until") { Description = "End after so many messages were sent", HelpName = "number" };
    static readonly Option<int?> Unkind = new("--unkind") { Description = "0 to 3 [default: the bundle's, or 1]", HelpName = "number" };
    static readonly Option<string?> Subject = new("--subject") { Description = "broker, codec, verifier, seller or buyer [default: the check's]", HelpName = "kind" };

    public static SuiteCommand Create()
    {
        var command = new SuiteCommand("replay", "Run one check again as its bundle says, or as told here.", """
            act-conformance replay QUO-04.total-off-by-one-nano --print
            act-conformance replay QUO-04.total-off-by-one-nano --target http://127.0.0.1:7400 --target-json http://127.0.0.1:7401 --seed 42
            act-conformance replay ENV-02.digest --bytes failures/ENV-02.digest
            """)
        {
            Id, CodecCommand.Program, Bytes, Print, Until, RunOptions.Failures, RunOptions.Config, BrokerCommand.Target, BrokerCommand.TargetJson, RunOptions.Seed, Unkind, Subject,
        };
        command.Does(RunAsync);
        return command;
    }

    static async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var id = call.Value(Id);
        var bundled = CaseOf(call, id);
        if (call.Value(Until) is < 1) throw new BadInputException("--until: at least one message is sent.");
        await using var run = await CaseRun.OpenAsync(bundled, cancellationToken);
        if (call.Value(Bytes) is { } folder) return await VeryBytes.ReplayAsync(run, folder, call.Screen, cancellationToken);
        call.Screen.Say($"{bundled.Id} {run.Reached}, seed {bundled.Seed}, unkind {bundled.Unkind}", "grey");
        var result = await run.RunAsync(bundled.Steps?.ToHashSet(), call.Value(Until), cancellationToken);
        var report = run.Report(result);
        MessageLines.Tell(call.Screen, report, call.Value(Print), bundled.Target.ElementAtOrDefault(0));
        foreach (var line in Sentences.Of(report with { Replay = null }).Split('\n')) call.Screen.Say(line);
        call.Screen.Line((ReportBuilder.NameOf(result.Verdict).ToUpperInvariant(), result.Verdict is Verdict.Pass ? "bold green" : "bold red"), ($" {result.Id}", "bold"));
        return Score.ExitCode(false, result.Verdict is Verdict.HarnessError ? 1 : 0, false, result.Verdict is Verdict.Fail ? 1 : 0, result.Verdict is Verdict.Untested or Verdict.Inconclusive ? 1 : 0, 0, result.Verdict is Verdict.NotClaimed);
    }

    static BundledCase CaseOf(Call call, string id)
    {
        var folder = call.Value(Bytes) ?? Bundle.FolderOf(call.Value(RunOptions.Failures), id);
        var planned = CaseRun.PlannedOf(id);
        var bundled = Directory.Exists(folder) || call.Has(Bytes) ? Bundle.Read(folder) : null;
        if (bundled is not null && bundled.Id != id) throw new BadInputException($"'{folder}' is the bundle of {bundled.Id}, not of {id}.");
        var grpc = call.Value(BrokerCommand.Target);
        return new BundledCase
        {
            Id = id,
            Subject = call.Value(Subject) ?? bundled?.Subject ?? planned.Check.Subject.ToString().ToLowerInvariant(),
            Seed = call.Value(RunOptions.Seed) ?? bundled?.Seed ?? throw new BadInputException($"There is no bundle '{folder}': name the seed of the run by --seed, and what is tested by --target, --config or '-- program'."),
            Unkind = call.Value(Unkind) ?? bundled?.Unkind ?? 1,
            Steps = bundled?.Steps,
            Config = call.Value(RunOptions.Config) ?? bundled?.Config,
            Target = grpc is null ? bundled?.Target ?? [] : [grpc, call.Value(BrokerCommand.TargetJson) ?? grpc],
            Command = call.Value(CodecCommand.Program) is { Length: > 0 } program ? program : bundled?.Command ?? [],
            Observed = bundled?.Observed,
            Suite = SuiteVersion.Version,
            Verdict = "",
        };
    }
}

/// <summary>A transcript for people.</summary>
static class MessageLines
{
    public static void Tell(Screen screen, ReportedCheck report, bool print, string? target)
    {
        for (var i = 0; i < report.Transcript.Count; i++)
        {
            var message = report.Transcript[i];
            var sent = message.By == "suite";
            screen.Line((string.Create(CultureInfo.InvariantCulture, $"{i + 1,3} {message.AtMs,9:0.0} ms "), "grey"), (sent ? "→ " : "← ", sent ? "blue" : "green"), (message.What, ""), ($"  {message.Bytes.Length} bytes", "grey"));
            if (!print) continue;
            foreach (var line in $"{Decoded.Hex(message.Bytes)}\n{Decoded.Of(message.Type, message.Bytes)}".Split('\n')) screen.Say($"      {line}", "grey");
            if (sent && AsCommand(message, target) is { } command) screen.Say($"      {command}");
        }
        if (report.LeftOut > 0) screen.Say($"    {report.LeftOut} further messages were not kept.", "grey");
    }

    static string? AsCommand(ReportedMessage message, string? target)
    {
        if (message.Type != V1.Envelope.Descriptor.FullName) return null;
        string json;
        try
        {
            json = Google.Protobuf.JsonFormatter.Default.Format(V1.Envelope.Parser.ParseFrom(message.Bytes));
        }
        catch (Google.Protobuf.InvalidProtocolBufferException)
        {
            return null;
        }
        var address = target is null ? null : new Uri(target);
        return $"grpcurl {(address?.Scheme == "https" ? "" : "-plaintext ")}-d '{{\"envelope\":{json}}}' {address?.Authority ?? "BROKER:PORT"} act.v1.BrokerService/{(message.What.StartsWith("Ask", StringComparison.Ordinal) ? "Ask" : "Send")}";
    }
}
