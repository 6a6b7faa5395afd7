using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Reports;

public class MergedReportTests
{
    static readonly IReadOnlyList<PlannedCheck> Owed = [.. Results.All.Take(12)];

    [Fact]
    public void Shards_make_the_whole()
    {
        var merged = MergedReport.Of([("a", Part(1)), ("b", Part(2)), ("c", Part(3))]);
        Assert.Equal((12, ExitCodes.Failed, null), (merged.Results.Count, merged.ExitCode, merged.Shard));
        Assert.Null(Badge.WhyNot(merged));
    }

    [Fact]
    public void Another_seed_is_another_run() => Refused("the seed is 42 in the one and 43 in the other", Part(1), Part(2, seed: 43), Part(3));

    [Fact]
    public void Another_suite_is_another_run() => Refused("the suite's version", Part(1), Part(2) with { Suite = new ReportedSuite("1.0.0", "1.0", new string('1', 64)) }, Part(3));

    [Fact]
    public void Another_config_is_another_run() => Refused("the config", Part(1), Part(2) with { Config = new string('1', 64) }, Part(3));

    [Fact]
    public void A_shard_that_is_missing_is_a_hole() => Refused("no report of shard 3/3", Part(1), Part(2));

    [Fact]
    public void A_shard_twice_is_refused() => Refused("are both of shard 1/3", Part(1), Part(1), Part(2), Part(3));

    [Fact]
    public void A_result_that_is_missing_is_a_hole() => Refused("which it owes", Part(1), Part(2) with { Results = [] }, Part(3));

    [Fact]
    public void A_partial_part_is_refused() => Refused("is partial", Part(1), Part(2) with { Partial = "interrupted" }, Part(3));

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("no json")]
    [InlineData("")]
    public void What_is_no_report_is_a_mistake(string text)
    {
        var path = Path.Combine(SuiteProcess.NewFolder(), "report.json");
        File.WriteAllText(path, text);
        Assert.Contains("is no report of this suite", Assert.Throws<BadInputException>(() => JsonReport.Read(path)).Message, StringComparison.Ordinal);
    }

    static void Refused(string why, params RunReport[] parts) =>
        Assert.Contains(why, Assert.Throws<BadInputException>(() => MergedReport.Of([.. parts.Select((part, i) => ($"{i}.json", part))])).Message, StringComparison.Ordinal);

    static RunReport Part(int number, long seed = 42)
    {
        var shard = new Shard(number, 3);
        // The first check of all fails; the rest passes.
        return Results.Report([.. Owed.Where(shard.Holds).Select(planned => planned == Owed[0] ? Results.Failed(planned) : Results.Passed(planned))], shard, Owed, seed);
    }
}
