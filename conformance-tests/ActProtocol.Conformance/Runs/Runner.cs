using System.Collections.Concurrent;
using ActProtocol.Conformance.Checks;

namespace ActProtocol.Conformance.Runs;

/// <summary>What one check of a subject came to: runs its case, and turns what happened into a verdict.</summary>
delegate Task<CheckResult> RunCheck(Check check, string id, string? value, CancellationToken cancellationToken);

/// <summary>How checks are run.</summary>
sealed record RunSettings
{
    public int Parallel { get; init; } = 16;

    public TimeSpan TimeBudget { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often a check that fails is run in all.</summary>
    public int Confirm { get; init; } = 1;

    /// <summary>Whether the subject still answers when it seemed gone; null: what is gone is gone.</summary>
    public Func<CancellationToken, Task<bool>>? IsThereAsync { get; init; }
}

/// <summary>Runs checks beside each other, those that disturb others at the end and alone, and gives a result for every one.</summary>
sealed class Runner(RunCheck run, RunSettings settings, TimeProvider time) : IDisposable
{
    public Runner(RunCheck run, int parallel, TimeSpan timeBudget, TimeProvider time) : this(run, new RunSettings { Parallel = parallel, TimeBudget = timeBudget }, time)
    {
    }

    /// <summary>How often a subject may be lost and found again before it is given up.</summary>
    public const int LossesMax = 8;

    /// <summary>How long a check may go on after it was told to end.</summary>
    static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(5);

    readonly SemaphoreSlim _probing = new(1);
    int _losses;
    string? _gone;

    /// <summary>Why the subject was given up during the run; null: it was there to the end.</summary>
    public string? SubjectGone => _gone;

    /// <summary>Whether the time budget ended the run.</summary>
    public bool OutOfTime { get; private set; }

    /// <summary>All results of <paramref name="checks"/>.</summary>
    public Task<IReadOnlyList<CheckResult>> RunAsync(IEnumerable<Check> checks, Action<CheckResult> tell, CancellationToken cancellationToken) =>
        RunAsync([.. checks.SelectMany(check => check.Results.Select(result => new PlannedCheck(check, result.Id, result.Value)))], tell, cancellationToken);

    /// <summary>A result for each of <paramref name="planned"/>, by id.</summary>
    public async Task<IReadOnlyList<CheckResult>> RunAsync(IReadOnlyList<PlannedCheck> planned, Action<CheckResult> tell, CancellationToken cancellationToken)
    {
        using var budget = new CancellationTokenSource(settings.TimeBudget, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(budget.Token, cancellationToken);
        var results = new ConcurrentDictionary<string, CheckResult>();

        async ValueTask OneAsync(PlannedCheck item, CancellationToken _)
        {
            var result = item.Settled is { } settled ? Settle(item, settled.Verdict, settled.Reason)
                : WhyNot() is { } reason ? Settle(item, Verdict.Untested, reason)
                : await ConfirmedAsync(item);
            results[item.Id] = result;
            tell(result);
        }

        string? WhyNot() => _gone
            ?? (cancellationToken.IsCancellationRequested ? "The run was interrupted." : budget.IsCancellationRequested ? $"The time budget of {settings.TimeBudget.TotalSeconds:0.#} s was used up." : null);

        async Task<CheckResult> ConfirmedAsync(PlannedCheck item)
        {
            var first = await AttemptAsync(item);
            if (first.Verdict is not Verdict.Fail) return first;
            List<CheckResult> repeats = [];
            while (repeats.Count + 1 < settings.Confirm && WhyNot() is null) repeats.Add(await AttemptAsync(item));
            return first with { Repeats = repeats };
        }

        async Task<CheckResult> AttemptAsync(PlannedCheck item)
        {
            try
            {
                return await EndingAsync(run(item.Check, item.Id, item.Value, stop.Token), stop.Token);
            }
            catch (SubjectGoneException fault)
            {
                return await LostAsync(item, fault.Message, stop.Token);
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return Settle(item, Verdict.Untested, cancellationToken.IsCancellationRequested ? "The run was interrupted in its midst." : "The time budget was used up in its midst.");
            }
            catch (Exception fault)
            {
                return Settle(item, Verdict.HarnessError, fault.ToString());
            }
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = settings.Parallel };
        await Parallel.ForEachAsync(planned.Where(item => !item.Check.Declared.Exclusive), options, OneAsync);
        foreach (var item in planned.Where(item => item.Check.Declared.Exclusive)) await OneAsync(item, default);
        OutOfTime = budget.IsCancellationRequested && !cancellationToken.IsCancellationRequested;
        return [.. results.Values.OrderBy(result => result.Id, StringComparer.Ordinal)];
    }

    // A case that does not hear that it is to end keeps nobody waiting.
    async Task<CheckResult> EndingAsync(Task<CheckResult> running, CancellationToken stop)
    {
        var stopped = new TaskCompletionSource();
        await using var registration = stop.Register(stopped.SetResult);
        if (await Task.WhenAny(running, stopped.Task) != running) return await running.WaitAsync(EndWithin, time, CancellationToken.None);
        return await running;
    }

    async Task<CheckResult> LostAsync(PlannedCheck item, string how, CancellationToken cancellationToken)
    {
        await _probing.WaitAsync(CancellationToken.None);
        try
        {
            if (_gone is null && (settings.IsThereAsync is null || ++_losses > LossesMax || !await settings.IsThereAsync(cancellationToken)))
            {
                // Interrupted while it was asked: not the subject's fault.
                if (cancellationToken.IsCancellationRequested) return Settle(item, Verdict.Untested, "The run ended in its midst.");
                _gone = _losses > LossesMax ? $"{how} It was lost {_losses} times, and was there again each time: given up." : how;
            }
            return _gone is { } gone
                ? Settle(item, Verdict.Untested, gone)
                : Settle(item, Verdict.Inconclusive, $"The connection was lost in its midst, and the subject is there again: {how}");
        }
        finally
        {
            _probing.Release();
        }
    }

    public void Dispose() => _probing.Dispose();

    static CheckResult Settle(PlannedCheck item, Verdict verdict, string reason) => new() { Id = item.Id, Check = item.Check, Verdict = verdict, Reason = reason };
}
