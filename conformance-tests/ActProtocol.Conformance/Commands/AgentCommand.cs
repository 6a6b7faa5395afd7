using System.CommandLine;
using ActProtocol.Conformance.Agents;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Configs;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Commands;

/// <summary><c>act-conformance agent</c>: a seller or a buyer, whose broker, directory, wallet and counterparty the suite is.</summary>
static class AgentCommand
{
    static readonly Option<string> Role = new("--role") { Description = "seller or buyer", Required = true, HelpName = "role" };
    static readonly Option<bool> Observe = new("--observe") { Description = "Without the control hook: a seller is asked for offers, a buyer watched while it buys what it wants" };
    static readonly Option<string?> Currency = new("--currency") { Description = "With --observe: in what the seller sells", HelpName = "code" };
    static readonly Option<long?> PriceTo = new("--price-to") { Description = "With --observe: the most that one offer of the seller may cost, in whole units", HelpName = "amount" };

    public static SuiteCommand Create()
    {
        var command = new SuiteCommand("agent", "Test a seller or a buyer by its command: the suite is its broker, its directory, its owner's wallet and its counterparty.", """
            act-conformance agent --role seller -- node hooked.mjs
            act-conformance agent --role buyer -- act hooked --role buyer
            act-conformance agent --role seller --observe --currency CNY --price-to 2000 -- node seller.mjs --broker {grpc} --broker-json {json} --data {data}/goods
            """)
        {
            Role, Observe, Currency, PriceTo, CodecCommand.Program,
        };
        RunOptions.AddTo(command);
        command.Does(RunAsync);
        return command;
    }

    static async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var config = ConfigFile.Read(call.Value(RunOptions.Config));
        var request = RunOptions.Read(call, config);
        var role = call.Value(Role) switch
        {
            "seller" => SubjectKind.Seller,
            "buyer" => SubjectKind.Buyer,
            var other => throw new BadInputException($"--role: '{other}' is neither 'seller' nor 'buyer'."),
        };
        if (call.Value(CodecCommand.Program) is not { Length: > 0 } program) throw new BadInputException($"Which program? Write it behind '--', as in: act-conformance agent --role {call.Value(Role)} -- ./my-agent");
        var options = new AgentOptions
        {
            Command = program,
            Role = role,
            Driving = call.Value(Observe) ? AgentDriving.Observe : AgentDriving.Hook,
            Waits = CodecCommand.WaitsOf(config.Value.Limits),
            Unkind = request.Unkind,
            Sells = new SellerFacts { Currency = call.Value(Currency) ?? Brokers.Xts.Code, PriceTo = call.Value(PriceTo) ?? 1_000 },
        };
        AgentChecks? checks = null;
        try
        {
            return await new SuiteRun(request, config, RunOptions.Files(call), call.Screen, TimeProvider.System).RunAsync(role, AgentChecks.Of(role), _ =>
            {
                checks = new AgentChecks(options, RunIdentity.New(request.Seed), TimeProvider.System);
                return Task.FromResult(SubjectOf(checks, options));
            }, cancellationToken);
        }
        finally
        {
            if (checks is not null) await checks.DisposeAsync();
        }
    }

    internal static RunSubject SubjectOf(AgentChecks checks, AgentOptions options) => new()
    {
        Kind = options.Role,
        Checks = AgentChecks.Of(options.Role),
        RunAsync = checks.RunAsync,
        Reached = $"as '{string.Join(' ', options.Command)}'{(options.Driving is AgentDriving.Observe ? ", watched" : "")}",
        ParallelMax = AgentChecks.ParallelMax,
        Command = options.Command,
        Observed = options.Driving is AgentDriving.Observe ? new Reports.BundledOffer(options.Sells.Currency, options.Sells.PriceTo) : null,
    };
}
