using ActProtocol.Conformance.CommandLine;

namespace ActProtocol.Conformance.Runs;

public class ScoreTests
{
    [Theory]
    [InlineData(130, true, 1, true, 1, 1, 1)]
    [InlineData(6, false, 1, true, 1, 1, 1)]
    [InlineData(3, false, 0, true, 1, 1, 1)]
    [InlineData(1, false, 0, false, 1, 1, 1)]
    [InlineData(5, false, 0, false, 0, 1, 1)]
    [InlineData(4, false, 0, false, 0, 0, 1)]
    [InlineData(0, false, 0, false, 0, 0, 0)]
    public void The_gravest_counts(int expected, bool interrupted, int harnessErrors, bool gone, int failed, int open, int stale) =>
        Assert.Equal(expected, Score.ExitCode(interrupted, harnessErrors, gone, failed, open, stale, nothingTested: false));

    [Fact]
    public void A_run_in_which_nothing_is_claimed_is_not_green() => Assert.Equal(ExitCodes.Untested, Results.Report([Results.Of(Results.A(0), Verdict.NotClaimed)]).ExitCode);

    [Fact]
    public void A_SHOULD_that_is_broken_does_not_fail_a_run()
    {
        var should = Results.All.First(planned => !planned.Check.Requirement.IsMust);
        Assert.Equal(ExitCodes.Fine, Results.Report([Results.Passed(Results.A(0)), Results.Failed(should) with { Verdict = Verdict.Warn }]).ExitCode);
    }
}
