using System.IO.Enumeration;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Codecs;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.BrokenCodecs;

/// <summary>Honest codecs pass, in two languages; each broken one is found out by the check that should.</summary>
public class CodecTests
{
    const int ChecksMin = 45;

    static readonly CaughtTable Caught = new("codec");

    public static TheoryData<string> Names => new(BrokenCodecTable.All.Select(broken => broken.Name));

    [Theory]
    [InlineData(42)]
    [InlineData(7)]
    [InlineData(-3)]
    public async Task The_codec_in_node_passes_whatever_the_seed(long seed) => AllPass(await CodecRun.RunAsync(CodecRun.Node, seed: seed));

    [Theory]
    [InlineData(42)]
    [InlineData(8)]
    public async Task The_reference_passes_whatever_the_seed(long seed) => AllPass(await CodecRun.RunAsync(CodecRun.Act, seed: seed));

    [Fact]
    public async Task A_verifier_is_asked_about_receipts_alone()
    {
        var results = await CodecRun.RunAsync(CodecRun.Node, SubjectKind.Verifier);
        AllPass(results);
        Assert.All(results, result => Assert.StartsWith("JRN-", result.Id, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_broken_codec_is_caught_by_the_check_of_its_requirement_and_by_none_outside_its_family(string name)
    {
        var broken = BrokenCodecTable.All.Single(broken => broken.Name == name);
        var start = TimeProvider.System.GetTimestamp();
        var results = await CodecRun.RunAsync(CodecRun.Broken(name));
        var caught = results.Where(result => result.Verdict is Verdict.Fail or Verdict.Warn).Select(result => result.Id).ToList();

        Assert.True(caught.Contains(broken.CaughtBy), $"{broken.Fault} It survives {broken.CaughtBy}. Caught by: {string.Join(", ", caught)}");
        Assert.DoesNotContain(caught, id => id != broken.CaughtBy && !broken.Family.Any(family => FileSystemName.MatchesSimpleExpression(family, id, ignoreCase: false)));
        Assert.Empty(results.Where(result => result.Verdict is not (Verdict.Pass or Verdict.Fail or Verdict.Warn)).Select(result => $"{result.Verdict} {result.Id} {result.Reason}"));
        Caught.Add(name, broken.CaughtBy, caught, TimeProvider.System.GetElapsedTime(start));
    }

    [Fact]
    public async Task What_is_claimed_and_cannot_be_done_is_untested_and_what_is_not_claimed_is_said_so()
    {
        var results = await CodecRun.RunAsync(CodecRun.Script("say({ id, cannot: 'not today' });"));
        Assert.All(results, result => Assert.True(result.Verdict is Verdict.Untested or Verdict.NotClaimed, $"{result.Verdict} {result.Id}"));
        Assert.Contains(results, result => result.Id == "ENV-02.fresh-digest" && result is { Verdict: Verdict.Untested, Reason: "It claims 'digest' and cannot: not today" });
        Assert.Contains(results, result => result.Id == "ENV-02.fresh-seal" && result is { Verdict: Verdict.NotClaimed, Reason: "It does not claim 'seal'." });
    }

    [Fact]
    public void There_are_enough_checks_and_each_vector_is_in_exactly_one()
    {
        var checks = CodecChecks.Of(SubjectKind.Codec).ToList();
        Assert.True(checks.Select(check => check.Id).Distinct().Count() >= ChecksMin);
        var swept = checks.Where(check => check.Declared.Vectors is not null).SelectMany(check => check.Results.Select(result => $"{check.Declared.Vectors} {result.Value}")).ToList();
        Assert.Equal(VectorFile.Names.SelectMany(file => VectorFile.All(file).Select(vector => $"{file} {vector.Id}")).Order(), swept.Order());
    }

    [Fact]
    public void The_codec_in_node_is_small_and_has_no_code_of_ours()
    {
        var folder = Repository.PathOf("spec/examples/node-codec");
        Assert.All(Directory.EnumerateFiles(folder, "*.mjs"), file => Assert.InRange(File.ReadLines(file).Count(), 1, 150));
        Assert.All(
            Directory.EnumerateFiles(folder, "*.mjs").SelectMany(File.ReadLines).Where(line => line.StartsWith("import ", StringComparison.Ordinal)),
            line => Assert.Matches(@"from '(node:[a-z]+|protobufjs|\./(form|terms)\.mjs|\.\./\.\./rendering/render\.mjs)';$", line));
    }

    static void AllPass(IReadOnlyList<CheckResult> results) => Assert.Empty(results.Where(result => result.Verdict is not Verdict.Pass).Select(result => $"{result.Verdict} {result.Id} {result.Finding} {result.Reason}"));
}
