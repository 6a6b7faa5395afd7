using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Brokers;

/// <summary>Runs one check against a broker.</summary>
sealed class BrokerChecks(BrokerTarget target, RunIdentity identity, TimeProvider time)
{
    public async Task<CheckResult> RunAsync(Check check, string id, string? value, CancellationToken cancellationToken)
    {
        var scenario = new BrokerScenario(target, identity, id, time, cancellationToken);
        var start = time.GetTimestamp();
        CheckResult Result(Verdict verdict, Finding? finding = null, string? reason = null) => new()
        {
            Id = id,
            Check = check,
            Verdict = verdict,
            Finding = finding,
            Reason = reason,
            Took = time.GetElapsedTime(start),
            Transcript = scenario.Transcript.Entries,
        };
        try
        {
            await check.RunAsync(scenario, value);
            return scenario.Controls.Missing is [] ? Result(Verdict.Pass)
                : Result(Verdict.HarnessError, reason: $"No control was accepted for: {string.Join(", ", scenario.Controls.Missing)}.");
        }
        catch (CheckFailedException fault)
        {
            return Result(check.Requirement.IsMust ? Verdict.Fail : Verdict.Warn, fault.Finding);
        }
        catch (UntestedException fault)
        {
            return Result(Verdict.Untested, reason: fault.Message);
        }
        catch (InconclusiveException fault)
        {
            return Result(Verdict.Inconclusive, reason: fault.Message);
        }
        catch (Exception fault) when (fault is not SubjectGoneException && !cancellationToken.IsCancellationRequested)
        {
            return Result(Verdict.HarnessError, reason: fault.ToString());
        }
    }
}
