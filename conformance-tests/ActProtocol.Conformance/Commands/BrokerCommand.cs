using System.CommandLine;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Configs;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Commands;

/// <summary><c>act-conformance broker</c>: every check of a broker.</summary>
static class BrokerCommand
{
    public static readonly Option<string?> Target = new("--target") { Description = "Address of gRPC, and of JSON too if there is no --target-json", HelpName = "address" };
    public static readonly Option<string?> TargetJson = new("--target-json") { Description = "Address of JSON over HTTP", HelpName = "address" };

    public static SuiteCommand Create()
    {
        var command = new SuiteCommand("broker", "Test a broker, by its address or by the command that starts it.", """
            act-conformance broker --target https://broker.example:8443
            act-conformance broker --target http://127.0.0.1:7400 --target-json http://127.0.0.1:7401 --run 'QUO-*' --seed 42
            act-conformance broker --config act-conformance.yaml --junit junit.xml --html report.html
            """)
        {
            Target, TargetJson,
        };
        RunOptions.AddTo(command);
        command.Does(RunAsync);
        return command;
    }

    static async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var config = ConfigFile.Read(call.Value(RunOptions.Config));
        var request = RunOptions.Read(call, config);
        BrokerConnection.MustBeNamed(config.Value, call.Value(Target), call.Value(TargetJson));
        var connection = new BrokerConnection(config, call.Value(Target), call.Value(TargetJson));
        await using (connection)
        {
            return await new SuiteRun(request, config, RunOptions.Files(call), call.Screen, TimeProvider.System).RunAsync(
                SubjectKind.Broker, CheckCatalogue.Of(SubjectKind.Broker), token => SubjectAsync(connection, request, token), cancellationToken);
        }
    }

    internal static async Task<RunSubject> SubjectAsync(BrokerConnection connection, RunRequest request, CancellationToken cancellationToken)
    {
        var target = await connection.OpenAsync(cancellationToken);
        return new RunSubject
        {
            Kind = SubjectKind.Broker,
            Checks = CheckCatalogue.Of(SubjectKind.Broker),
            // A check that is run again has names of its own, and the same draws.
            RunAsync = (check, id, value, token) => new BrokerChecks(target, RunIdentity.New(request.Seed), TimeProvider.System, request.Unkind).RunAsync(check, id, value, token),
            Name = target.Id,
            Reached = target.Grpc == target.Json ? $"at {target.Grpc}" : $"at {target.Grpc} and {target.Json}",
            IsThereAsync = connection.IsThereAsync,
            HasHook = hook => target.Hooks?.Has(hook) is true,
            // A broker that the suite started is started again.
            Target = connection.IsStarted ? [] : [target.Grpc.ToString(), target.Json.ToString()],
        };
    }
}
