using ActProtocol.Conformance.Checks;
using Microsoft.Extensions.Time.Testing;

namespace ActProtocol.Conformance.Runs;

public class RunnerTests
{
    static readonly IReadOnlyList<PlannedCheck> Ten = [.. Results.All.Where(planned => !planned.Check.Declared.Exclusive).Take(10)];

    [Fact]
    public async Task A_failing_check_is_run_again_and_stays_failing()
    {
        var runs = 0;
        var result = Assert.Single(await RunAsync(Ten.Take(1), (check, id, _, _) => Task.FromResult(++runs == 1 ? Failed(check, id) : Passed(check, id)), new RunSettings { Confirm = 3 }));
        Assert.Equal((Verdict.Fail, "1/3", 3), (result.Verdict, result.Confirmed, runs));
    }

    [Fact]
    public async Task A_fault_of_the_suite_is_told_as_that() =>
        Assert.All(await RunAsync(Ten, (_, _, _, _) => throw new InvalidOperationException("broken")), result => Assert.Equal(Verdict.HarnessError, result.Verdict));

    [Fact]
    public async Task When_the_subject_is_gone_the_rest_is_untested()
    {
        var (runs, settings) = (0, new RunSettings { Parallel = 1, IsThereAsync = _ => Task.FromResult(false) });
        using var runner = new Runner((check, id, _, _) => ++runs == 3 ? throw new SubjectGoneException("It is gone.") : Task.FromResult(Passed(check, id)), settings, TimeProvider.System);
        var results = await runner.RunAsync(Ten, _ => { }, TestContext.Current.CancellationToken);
        Assert.Equal((10, 2, 8, 3), (results.Count, results.Count(result => result.Verdict is Verdict.Pass), results.Count(result => result.Verdict is Verdict.Untested), runs));
        Assert.Equal("It is gone.", runner.SubjectGone);
    }

    [Fact]
    public async Task A_subject_that_comes_back_leaves_one_check_open()
    {
        var (runs, settings) = (0, new RunSettings { Parallel = 1, IsThereAsync = _ => Task.FromResult(true) });
        var results = await RunAsync(Ten, (check, id, _, _) => ++runs == 3 ? throw new SubjectGoneException("It is gone.") : Task.FromResult(Passed(check, id)), settings);
        Assert.Equal((9, 1), (results.Count(result => result.Verdict is Verdict.Pass), results.Count(result => result.Verdict is Verdict.Inconclusive)));
    }

    [Fact]
    public async Task A_subject_that_is_lost_again_and_again_is_given_up()
    {
        using var runner = new Runner((_, _, _, _) => throw new SubjectGoneException("It is gone."), new RunSettings { Parallel = 1, IsThereAsync = _ => Task.FromResult(true) }, TimeProvider.System);
        var results = await runner.RunAsync(Ten, _ => { }, TestContext.Current.CancellationToken);
        Assert.Equal(Runner.LossesMax, results.Count(result => result.Verdict is Verdict.Inconclusive));
        Assert.Contains("given up", runner.SubjectGone, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_time_budget_ends_what_runs_and_what_has_not_begun()
    {
        var (time, begun) = (new FakeTimeProvider(), new TaskCompletionSource());
        using var runner = new Runner(async (_, _, _, stop) =>
        {
            begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, stop);
            throw new InvalidOperationException();
        }, new RunSettings { Parallel = 2, TimeBudget = TimeSpan.FromSeconds(5) }, time);
        var running = runner.RunAsync(Ten, _ => { }, TestContext.Current.CancellationToken);
        await begun.Task;
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.All(await running, result => Assert.Equal(Verdict.Untested, result.Verdict));
        Assert.True(runner.OutOfTime);
    }

    [Fact]
    public async Task A_case_that_does_not_hear_that_it_is_to_end_keeps_nobody_waiting()
    {
        var (time, begun) = (new FakeTimeProvider(), new TaskCompletionSource());
        using var runner = new Runner((_, _, _, _) =>
        {
            begun.TrySetResult();
            return new TaskCompletionSource<CheckResult>().Task;
        }, new RunSettings { Parallel = 1, TimeBudget = TimeSpan.FromSeconds(5) }, time);
        var running = runner.RunAsync([.. Ten.Take(1)], _ => { }, TestContext.Current.CancellationToken);
        await begun.Task;
        while (!running.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }
        Assert.Equal(Verdict.Untested, Assert.Single(await running).Verdict);
    }

    [Fact]
    public void Transcripts_of_a_whole_run_are_bounded()
    {
        var keeper = new TranscriptKeeper();
        var entry = new TranscriptEntry(TimeSpan.Zero, false, "much", "text/plain", new byte[1 << 20]);
        var kept = Enumerable.Range(0, 100).Select(_ => keeper.Keep(Failed(Ten[0].Check, Ten[0].Id) with { Transcript = [entry] })).ToList();
        Assert.InRange(kept.Sum(result => result.Transcript.Sum(message => (long)message.Bytes.Length)), 1, TranscriptKeeper.BytesMax);
        Assert.Equal(100, kept.Sum(result => result.Transcript.Count + result.LeftOut));
    }

    static CheckResult Passed(Check check, string id) => new() { Id = id, Check = check, Verdict = Verdict.Pass };

    static CheckResult Failed(Check check, string id) => new() { Id = id, Check = check, Verdict = Verdict.Fail, Finding = new Finding("here", "this", "that") };

    static async Task<IReadOnlyList<CheckResult>> RunAsync(IEnumerable<PlannedCheck> planned, RunCheck run, RunSettings? settings = null)
    {
        using var runner = new Runner(run, settings ?? new RunSettings(), TimeProvider.System);
        return await runner.RunAsync([.. planned], _ => { }, TestContext.Current.CancellationToken);
    }
}
