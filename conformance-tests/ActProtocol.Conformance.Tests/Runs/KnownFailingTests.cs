using ActProtocol.Conformance.CommandLine;

namespace ActProtocol.Conformance.Runs;

public class KnownFailingTests
{
    static readonly DateOnly Today = new(2030, 1, 1);
    static readonly PlannedCheck One = Results.A(0);

    [Fact]
    public void What_is_listed_and_fails_so_is_no_failure() => Assert.Equal(ExitCodes.Fine, Exit(Entry(), Results.Failed(One)));

    [Fact]
    public void What_is_listed_and_passes_is_stale() => Assert.Equal(ExitCodes.ListStale, Exit(Entry(), Results.Passed(One)));

    [Fact]
    public void What_is_listed_and_fails_for_another_reason_is_stale() => Assert.Equal(ExitCodes.ListStale, Exit(Entry(), Results.Failed(One, "internal")));

    [Fact]
    public void What_is_listed_and_is_no_check_any_more_is_stale() => Assert.Equal(ExitCodes.ListStale, Exit(Entry(check: "ENV-01.gone-for-good"), Results.Passed(One)));

    [Fact]
    public void What_is_listed_beyond_its_day_is_stale_and_a_failure() => Assert.Equal(ExitCodes.Failed, Exit(Entry(until: "2029-12-31"), Results.Failed(One)));

    [Fact]
    public void What_can_not_be_tested_here_may_be_listed_with_its_reason()
    {
        var list = Entry().Replace("because: accepted", "because: \"It needs the hook 'powercut'\"", StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Fine, Exit(list, Results.Of(One, Verdict.Untested) with { Reason = "It needs the hook 'powercut', which the config does not have." }));
        Assert.Equal(ExitCodes.Untested, Exit(list, Results.Of(One, Verdict.Untested) with { Reason = "The time budget was used up." }));
    }

    [Fact]
    public void What_is_listed_and_untested_for_another_reason_stays_untested() => Assert.Equal(ExitCodes.Untested, Exit(Entry(), Results.Of(One, Verdict.Untested)));

    [Fact]
    public void What_is_listed_and_not_run_is_left_alone() => Assert.Equal(ExitCodes.Fine, Exit(Entry(), Results.Passed(Results.A(1))));

    [Fact]
    public void What_fails_only_sometimes_is_not_what_is_listed() =>
        Assert.Equal(ExitCodes.ListStale, Exit(Entry(), Results.Failed(One) with { Repeats = [Results.Passed(One)] }));

    [Fact]
    public void A_pattern_stands_for_twenty_at_most() =>
        Assert.Contains("may stand for 20 at most", Assert.Throws<BadInputException>(() => Results.Known(Entry(check: "*"))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("- { check: X, because: a, issue: b }", "entry 1 lacks 'until'")]
    [InlineData("- { check: X, because: a, issue: b, until: soon }", "'until' is a day such as 2027-01-31, not 'soon'")]
    [InlineData("- { chek: X, because: a, issue: b, until: 2030-01-01 }", "there is no key 'chek' in entry 1. Did you mean 'check'?")]
    [InlineData("check: X", "the file is a list")]
    [InlineData("- X", "entry 1 is a table of keys")]
    [InlineData("- { check: X, because: , issue: b, until: 2030-01-01 }", "'because' has no value")]
    public void A_mistake_is_told_with_its_place(string text, string expected) => Assert.Contains(expected, Assert.Throws<BadInputException>(() => Results.Known(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void No_check_is_listed_twice() => Assert.Contains("is listed twice", Assert.Throws<BadInputException>(() => Results.Known(Entry() + Entry())).Message, StringComparison.Ordinal);

    static string Entry(string? check = null, string until = "2030-01-01") => $"- {{ check: '{check ?? One.Id}', because: accepted, issue: 'https://tracker.example/7', until: {until} }}\n";

    static int Exit(string list, CheckResult result) => Score.Of([result], RequiredVersion.Of("1.0"), Results.Known(list), Results.All, false, null, false, Today).Exit;
}
