using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Agents;

/// <summary>Runs one check against an agent.</summary>
sealed class AgentChecks(AgentOptions options, RunIdentity identity, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Agents that run beside each other.</summary>
    public const int ParallelMax = 4;

    /// <summary>Checks in a row in which it did nothing at all, before it is given up.</summary>
    public const int SilentMax = 6;

    readonly SharedTalk _talk = new(options, identity, time);

    int _silent;

    /// <summary>The checks of a role.</summary>
    public static IEnumerable<Check> Of(SubjectKind role) => CheckCatalogue.Of(role);

    public async Task<CheckResult> RunAsync(Check check, string id, string? value, CancellationToken cancellationToken)
    {
        var exact = check.Declared.Exact;
        await using AgentScenario scenario = options.Role is SubjectKind.Seller
            ? new SellerScenario(options, identity, id, exact, _talk, time, cancellationToken)
            : new BuyerScenario(options, identity, id, exact, _talk, time, cancellationToken);
        var result = await Judge.RunAsync(check, id, scenario.Transcript, new Controls(), () => check.RunAsync(scenario, value), time, cancellationToken);
        result = result with { Script = scenario.Unkind.Acts };
        // Neither a stream nor a step: there is nothing there to test.
        if (!scenario.WasStarted) return result;
        var isSilent = result.Verdict is Verdict.Fail or Verdict.Warn && scenario.Stage.Streams.Count == 0 && scenario.Stage.Steps.Count == 0;
        if (!isSilent) Volatile.Write(ref _silent, 0);
        else if (Interlocked.Increment(ref _silent) >= SilentMax) throw new SubjectGoneException($"'{options.Command[0]}' did nothing {SilentMax} times in a row; the last time: {result.Finding!.Where}: {result.Finding.Got}.");
        return result;
    }

    public ValueTask DisposeAsync() => _talk.DisposeAsync();
}
