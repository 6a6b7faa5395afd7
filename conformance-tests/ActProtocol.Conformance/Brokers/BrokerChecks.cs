using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Model;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Brokers;

/// <summary>Runs one check against a broker.</summary>
sealed class BrokerChecks(BrokerTarget target, RunIdentity identity, TimeProvider time)
{
    public Task<CheckResult> RunAsync(Check check, string id, string? value, CancellationToken cancellationToken)
    {
        var scenario = new BrokerScenario(target, identity, id, time, cancellationToken);
        return Judge.RunAsync(check, id, scenario.Transcript, scenario.Controls, RunAndJudgeAsync, time, cancellationToken);

        async Task RunAndJudgeAsync()
        {
            await check.RunAsync(scenario, value);
            await ModelJudge.JudgeAsync(scenario);
        }
    }
}
