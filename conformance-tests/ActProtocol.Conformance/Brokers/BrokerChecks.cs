using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Model;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Brokers;

/// <summary>Runs one check against a broker.</summary>
/// <param name="unkind">0 to 3: <see cref="UnkindScript"/>.</param>
sealed class BrokerChecks(BrokerTarget target, RunIdentity identity, TimeProvider time, int unkind = 1)
{
    public async Task<CheckResult> RunAsync(Check check, string id, string? value, CancellationToken cancellationToken)
    {
        var scenario = new BrokerScenario(target, identity, id, check.Declared.Exact ? 0 : unkind, time, cancellationToken);
        var result = await Judge.RunAsync(check, id, scenario.Transcript, scenario.Controls, RunAndJudgeAsync, time, cancellationToken);
        return result with { Script = scenario.Script.Acts };

        async Task RunAndJudgeAsync()
        {
            await check.RunAsync(scenario, value);
            await ModelJudge.JudgeAsync(scenario);
        }
    }
}
