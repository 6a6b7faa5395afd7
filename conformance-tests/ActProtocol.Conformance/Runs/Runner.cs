using System.Collections.Concurrent;
using ActProtocol.Conformance.Checks;

namespace ActProtocol.Conformance.Runs;

/// <summary>What one check of a subject came to: runs its case, and turns what happened into a verdict.</summary>
delegate Task<CheckResult> RunCheck(Check check, string id, string? value, CancellationToken cancellationToken);

/// <summary>Runs checks beside each other, those that disturb others at the end and alone, and gives a result for every one.</summary>
sealed class Runner(RunCheck run, int parallel, TimeSpan timeBudget, TimeProvider time)
{
    /// <summary>Every check of <paramref name="checks"/>, each of its values, by id.</summary>
    public async Task<IReadOnlyList<CheckResult>> RunAsync(IEnumerable<Check> checks, Action<CheckResult> tell, CancellationToken cancellationToken)
    {
        using var budget = new CancellationTokenSource(timeBudget, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(budget.Token, cancellationToken);
        var all = checks.SelectMany(check => check.Results.Select(result => (Check: check, result.Id, result.Value))).ToList();
        var results = new ConcurrentDictionary<string, CheckResult>();
        string? gone = null;

        async ValueTask OneAsync((Check Check, string Id, string? Value) item, CancellationToken _)
        {
            var reason = gone ?? (cancellationToken.IsCancellationRequested ? "The run was interrupted." : budget.IsCancellationRequested ? $"The time budget of {timeBudget.TotalSeconds:0} s was used up." : null);
            CheckResult result;
            try
            {
                result = reason is null ? await run(item.Check, item.Id, item.Value, stop.Token) : Untested(item.Check, item.Id, reason);
            }
            catch (SubjectGoneException fault)
            {
                gone ??= fault.Message;
                result = Untested(item.Check, item.Id, fault.Message);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                result = Untested(item.Check, item.Id, cancellationToken.IsCancellationRequested ? "The run was interrupted." : "The time budget was used up in its midst.");
            }
            results[item.Id] = result;
            tell(result);
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = parallel };
        await Parallel.ForEachAsync(all.Where(item => !item.Check.Declared.Exclusive), options, OneAsync);
        foreach (var item in all.Where(item => item.Check.Declared.Exclusive)) await OneAsync(item, default);
        SubjectGone = gone;
        return [.. results.Values.OrderBy(result => result.Id, StringComparer.Ordinal)];
    }

    /// <summary>Why the subject was given up during the run; null: it was there to the end.</summary>
    public string? SubjectGone { get; private set; }

    static CheckResult Untested(Check check, string id, string reason) => new() { Id = id, Check = check, Verdict = Verdict.Untested, Reason = reason };
}
