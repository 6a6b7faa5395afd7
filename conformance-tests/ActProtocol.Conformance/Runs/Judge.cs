using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;

namespace ActProtocol.Conformance.Runs;

/// <summary>Runs one case, and turns what happened into a verdict: only a fault of the subject is a failure.</summary>
static class Judge
{
    /// <param name="controls">What the case promised to show beside its refusals.</param>
    /// <exception cref="SubjectGoneException">There is nothing left to test.</exception>
    public static async Task<CheckResult> RunAsync(Check check, string id, Transcript transcript, Controls controls, Func<Task> run, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        CheckResult Result(Verdict verdict, Finding? finding = null, string? reason = null) => new()
        {
            Id = id,
            Check = check,
            Verdict = verdict,
            Finding = finding,
            Reason = reason,
            Took = time.GetElapsedTime(start),
            Transcript = transcript.Entries,
            LeftOut = transcript.LeftOut,
        };
        try
        {
            await run();
            return controls.Missing is [] ? Result(Verdict.Pass)
                : Result(Verdict.HarnessError, reason: $"No control was accepted for: {string.Join(", ", controls.Missing)}.");
        }
        catch (CheckFailedException fault)
        {
            return Result(check.IsMust ? Verdict.Fail : Verdict.Warn, fault.Finding);
        }
        catch (NotClaimedException fault)
        {
            return Result(Verdict.NotClaimed, reason: fault.Message);
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
