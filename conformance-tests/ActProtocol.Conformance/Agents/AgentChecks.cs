using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Agents;

/// <summary>Runs one check against an agent.</summary>
sealed class AgentChecks(AgentOptions options, RunIdentity identity, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Agents that run beside each other.</summary>
    public const int ParallelMax = 4;

    readonly SharedTalk _talk = new(options, identity, time);

    /// <summary>The checks of a role.</summary>
    public static IEnumerable<Check> Of(SubjectKind role) => CheckCatalogue.Of(role);

    public async Task<CheckResult> RunAsync(Check check, string id, string? value, CancellationToken cancellationToken)
    {
        var exact = check.Declared.Exact;
        await using AgentScenario scenario = options.Role is SubjectKind.Seller
            ? new SellerScenario(options, identity, id, exact, _talk, time, cancellationToken)
            : new BuyerScenario(options, identity, id, exact, _talk, time, cancellationToken);
        var result = await Judge.RunAsync(check, id, scenario.Transcript, new Controls(), () => check.RunAsync(scenario, value), time, cancellationToken);
        return result with { Script = scenario.Unkind.Acts };
    }

    public ValueTask DisposeAsync() => _talk.DisposeAsync();
}
