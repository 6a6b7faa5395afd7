using System.CommandLine;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Codecs;
using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Configs;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Commands;

/// <summary><c>act-conformance codec</c> and <c>verifier</c>: a program on its standard streams.</summary>
static class CodecCommand
{
    public static readonly Argument<string[]> Program = new("command") { Description = "Behind '--': the program and its arguments", Arity = ArgumentArity.ZeroOrMore };

    public static SuiteCommand Create(SubjectKind kind)
    {
        var name = kind.ToString().ToLowerInvariant();
        var about = kind is SubjectKind.Codec ? "Test a codec: a small program on stdin and stdout that parses, verifies, digests, derives and renders." : "Test a verifier of receipts: a codec that claims these alone.";
        var command = new SuiteCommand(name, about, $"""
            act-conformance {name} -- ./my-{name}
            act-conformance {name} --json report.json -- node {name}.mjs --strict
            """)
        {
            Program,
        };
        RunOptions.AddTo(command);
        command.Does((call, cancellationToken) => RunAsync(kind, call, cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(SubjectKind kind, Call call, CancellationToken cancellationToken)
    {
        var config = ConfigFile.Read(call.Value(RunOptions.Config));
        var request = RunOptions.Read(call, config);
        if (call.Value(Program) is not { Length: > 0 } program) throw new BadInputException($"Which program? Write it behind '--', as in: act-conformance {kind.ToString().ToLowerInvariant()} -- ./my-program");
        CodecTarget? target = null;
        try
        {
            return await new SuiteRun(request, config, RunOptions.Files(call), call.Screen, TimeProvider.System).RunAsync(kind, CodecChecks.Of(kind), async token =>
            {
                target = await CodecTarget.StartAsync(program, WaitsOf(config.Value.Limits), token);
                return SubjectOf(kind, target, request, program);
            }, cancellationToken);
        }
        finally
        {
            if (target is not null) await target.DisposeAsync();
        }
    }

    internal static Brokers.Waits WaitsOf(LimitsConfig limits) => new(limits.Answer, limits.Deliver, limits.Slow);

    internal static RunSubject SubjectOf(SubjectKind kind, CodecTarget target, RunRequest request, IReadOnlyList<string> program) => new()
    {
        Kind = kind,
        Checks = CodecChecks.Of(kind),
        RunAsync = new CodecChecks(target, RunIdentity.New(request.Seed), TimeProvider.System).RunAsync,
        Name = target.Description.Name,
        Version = target.Description.Version,
        Reached = $"as '{string.Join(' ', program)}'",
        ParallelMax = CodecTarget.ProcessesMax,
        Command = program,
    };
}
