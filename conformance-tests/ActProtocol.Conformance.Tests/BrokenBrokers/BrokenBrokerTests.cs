using System.IO.Enumeration;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.BrokenBrokers;

/// <summary>The suite finds every broken broker out, by the check that should.</summary>
public class BrokenBrokerTests
{
    static readonly CaughtTable Caught = new("broker");

    public static TheoryData<string> Names => new(BrokenBrokerTable.All.Select(broken => broken.Name));

    [Fact]
    public void Names_are_unique_and_each_fault_has_its_check()
    {
        Assert.Equal(BrokenBrokerTable.All.Count, BrokenBrokerTable.All.Select(broken => broken.Name).Distinct().Count());
        Assert.All(BrokenBrokerTable.All, broken => Assert.True(ChecksOf(broken).Any(), $"{broken.Name}: no check is called {broken.CaughtBy}."));
    }

    // Told apart from what the suite misses: when the reference is changed at such a place, the table follows.
    [Fact]
    public void Each_edit_finds_its_place() => Assert.Empty(BrokenBrokerTable.All.SelectMany(broken => broken.Edits).Where(edit =>
        File.ReadAllText(Repository.PathOf($"src/{edit.File}")).Split(edit.Right.ReplaceLineEndings("\n")).Length != 2).Select(edit => $"{edit.File}: {edit.Right}"));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_broken_broker_is_caught_by_the_check_of_its_requirement(string name)
    {
        var broken = BrokenBrokerTable.All.Single(broken => broken.Name == name);
        var start = TimeProvider.System.GetTimestamp();
        var results = await RunAsync(broken.Name, ChecksOf(broken));
        var caught = results.Where(result => result.Verdict is Verdict.Fail or Verdict.Warn).ToList();
        Assert.True(caught.Count > 0, $"{broken.Fault}\nIt survives {broken.CaughtBy}:\n{string.Join('\n', results.Select(result => $"{result.Verdict} {result.Id} {result.Reason}"))}");
        Caught.Add(broken.Name, broken.CaughtBy, caught.Select(result => result.Id), TimeProvider.System.GetElapsedTime(start));
    }

    [Fact]
    public async Task With_no_fault_chosen_the_same_build_passes() =>
        Assert.All(await RunAsync("", BrokenBrokerTable.All.SelectMany(ChecksOf).Distinct()), result => Assert.True(result.Verdict is Verdict.Pass or Verdict.Untested, $"{result.Id}: {result.Finding} {result.Reason}"));

    static IEnumerable<Check> ChecksOf(BrokenBroker broken) => CheckCatalogue.Of(SubjectKind.Broker).Where(check => FileSystemName.MatchesSimpleExpression(broken.CaughtBy, check.Id, ignoreCase: false));

    static async Task<IReadOnlyList<CheckResult>> RunAsync(string name, IEnumerable<Check> checks)
    {
        var stop = TestContext.Current.CancellationToken;
        await using var broker = await BrokerProgram.StartAsync(await BrokenBrokerBuild.ProgramAsync(), name);
        using var target = await BrokerTarget.ConnectAsync(broker.Grpc, broker.Json, Waits.Usual, stop);
        var runner = new Runner(new BrokerChecks(target, RunIdentity.New(42), TimeProvider.System).RunAsync, 8, TimeSpan.FromMinutes(2), TimeProvider.System);
        return await runner.RunAsync(checks, _ => { }, stop);
    }
}
