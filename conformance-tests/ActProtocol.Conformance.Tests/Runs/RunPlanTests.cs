using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.CommandLine;

namespace ActProtocol.Conformance.Runs;

public class RunPlanTests
{
    [Fact]
    public void No_two_results_of_a_subject_have_one_id() => Assert.All(Enum.GetValues<SubjectKind>(), kind =>
        Assert.Empty(CheckCatalogue.Of(kind).SelectMany(check => check.Results).GroupBy(result => result.Id).Where(group => group.Count() > 1).Select(group => group.Key)));

    [Fact]
    public void Shards_hold_each_result_once()
    {
        var shards = Enumerable.Range(1, 5).Select(number => Plan(shard: new Shard(number, 5))).ToList();
        Assert.Equal(Results.All.Select(planned => planned.Id).Order(StringComparer.Ordinal), shards.SelectMany(shard => shard.Select(planned => planned.Id)).Order(StringComparer.Ordinal));
        Assert.All(shards, shard => Assert.NotEmpty(shard));
    }

    [Fact]
    public void A_profile_that_is_not_claimed_is_not_run() =>
        Assert.All(RunPlan.Of(CheckCatalogue.Of(SubjectKind.Broker), RequiredVersion.Of("1.0"), ["none"], [], null, _ => true), planned => Assert.Equal(Verdict.NotClaimed, planned.Settled?.Verdict));

    [Fact]
    public void A_hook_that_is_missing_leaves_its_checks_untested() => Assert.All(
        RunPlan.Of(CheckCatalogue.Of(SubjectKind.Broker), RequiredVersion.Of("1.0"), ["core"], [], null, _ => false).Where(planned => planned.Check.Declared is { Hook: not null, Profile: "core" }),
        planned => Assert.Equal(Verdict.Untested, planned.Settled?.Verdict));

    [Fact]
    public void A_pattern_that_matches_nothing_is_a_mistake()
    {
        var id = Results.A(0).Check.Id;
        Assert.Contains($"Did you mean '{id}'?", Assert.Throws<BadInputException>(() => Plan([id.Replace('-', '_')])).Message, StringComparison.Ordinal);
        Assert.NotEmpty(Plan([id]));
        Assert.NotEmpty(Plan([$"{id[..3]}*"]));
    }

    [Theory]
    [InlineData("QUO-*", "QUO-04.x", true)]
    [InlineData("*", "", true)]
    [InlineData("*x*y", "axby", true)]
    [InlineData("*x*y", "axb", false)]
    [InlineData("a*a", "a", false)]
    [InlineData("a**b", "ab", true)]
    public void A_star_stands_for_anything(string pattern, string text, bool matches) => Assert.Equal(matches, Glob.Matches(pattern, text));

    [Theory]
    [InlineData("0/3")]
    [InlineData("4/3")]
    [InlineData("1")]
    [InlineData("1/0")]
    [InlineData("a/b")]
    public void What_is_no_shard_is_a_mistake(string text) => Assert.Throws<BadInputException>(() => Shard.Parse(text));

    [Fact]
    public void A_version_that_is_not_known_is_a_mistake() => Assert.Contains("it has those of 1.0", Assert.Throws<BadInputException>(() => RequiredVersion.Of("9.9")).Message, StringComparison.Ordinal);

    static IReadOnlyList<PlannedCheck> Plan(IReadOnlyList<string>? patterns = null, Shard? shard = null) =>
        RunPlan.Of(CheckCatalogue.Of(SubjectKind.Broker), RequiredVersion.Of("1.0"), ["core"], patterns ?? [], shard, _ => true);
}
