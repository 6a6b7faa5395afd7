using System.CommandLine;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Configs;
using ActProtocol.Conformance.Reports;

namespace ActProtocol.Conformance.Commands;

/// <summary><c>act-conformance init</c>: asks a broker what it is, and writes the config.</summary>
static class InitCommand
{
    static readonly Option<string> Out = new("--out") { Description = "Where it is written", HelpName = "file", DefaultValueFactory = _ => SuiteConfig.UsualName };
    static readonly Option<bool> Force = new("--force") { Description = "Write over a file that is there" };

    public static SuiteCommand Create()
    {
        var command = new SuiteCommand("init", "Ask a broker what it is, and write a config to start from.", """
            act-conformance init --target https://broker.example:8443
            act-conformance init --target http://127.0.0.1:7400 --target-json http://127.0.0.1:7401
            """)
        {
            BrokerCommand.Target, BrokerCommand.TargetJson, Out, Force,
        };
        command.Does(RunAsync);
        return command;
    }

    static async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        if (call.Value(BrokerCommand.Target) is not { } grpc) throw new BadInputException("Which broker? Name it by --target, such as https://broker.example:8443.");
        var json = call.Value(BrokerCommand.TargetJson) ?? grpc;
        BrokerConnection.MustBeNamed(new SuiteConfig(), grpc, json);
        var path = call.Value(Out);
        if (File.Exists(path) && !call.Value(Force)) throw new BadInputException($"'{path}' is there already; --force writes over it, --out names another.");
        using var target = await BrokerTarget.ConnectAsync(new Uri(grpc), new Uri(json), Waits.Usual, cancellationToken);
        OutputFile.Write(path, Text(target, grpc, json));
        _ = ConfigFile.Read(path);
        call.Screen.Say($"{target.Id} speaks {target.Discovery.Versions}{(target.Discovery.Play ? ", with play money" : "")}. Written: {path}");
        call.Screen.Say($"Next: act-conformance broker --config {path}", "grey");
        return ExitCodes.Fine;
    }

    static string Text(BrokerTarget target, string grpc, string json) => $"""
        # What act-conformance tests, and how. All keys: act-conformance.schema.json beside the suite's README.
        act: 1
        subject:
          name: {Quote(target.Id)}
        target:
          grpc: {Quote(grpc)}
          json: {Quote(json)}
          authority: {Quote(target.Discovery.Authority)}
        # start: {"{"} command: [./my-broker, --port, "{"{port}"}", --json-port, "{"{json_port}"}"], within: 20s {"}"}   # instead of a running one
        profiles: [core]
        {(target.Discovery.Play ? "# Money is play money: principals fund themselves." : "provision:   # its money is real: say how strangers are funded\n  command: [./fund.sh, \"{account}\", \"{amount}\", \"{currency}\", \"{reference}\"]")}
        # hooks: {"{"} restart: [./restart.sh] {"}"}           # without one, checks that need it are untested
        limits: {"{"} answer: 5s, deliver: 10s, slow: 1.0 {"}"}
        # known_failing: known-failing.yaml

        """;

    // What the broker says of itself is text to the file, whatever is in it.
    static string Quote(string text) => $"\"{Inert.Line(text, 300).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
