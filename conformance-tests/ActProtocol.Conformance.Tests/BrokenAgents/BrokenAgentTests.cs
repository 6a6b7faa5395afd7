using ActProtocol.Conformance.Agents;
using ActProtocol.Conformance.BrokenBrokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.BrokenAgents;

/// <summary>The suite finds every broken agent out, by the check that should.</summary>
public class BrokenAgentTests
{
    static readonly CaughtTable Caught = new("agent");

    public static TheoryData<string> Names => [.. BrokenAgentTable.All.Select(broken => broken.Name)];

    [Fact]
    public void Names_are_unique() => Assert.Equal(
        BrokenAgentTable.All.Count + BrokenBrokerTable.All.Count, BrokenAgentTable.All.Select(broken => broken.Name).Concat(BrokenBrokerTable.All.Select(broken => $"broker {broken.Name}")).Distinct().Count());

    [Fact]
    public void Each_edit_finds_its_place() => Assert.Empty(BrokenAgentTable.All.SelectMany(broken => broken.Edits).Where(edit =>
        File.ReadAllText(Repository.PathOf($"src/{edit.File}")).Split(edit.Right.ReplaceLineEndings("\n")).Length != 2).Select(edit => $"{edit.File}: {edit.Right}"));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_broken_agent_is_caught_by_the_check_of_its_requirement(string name)
    {
        var broken = BrokenAgentTable.All.Single(broken => broken.Name == name);

        var result = await RunAsync(broken, name);

        Assert.True(result.Verdict is Verdict.Fail or Verdict.Warn, $"{broken.Fault}\nIt survives {broken.CaughtBy}: {result.Verdict} {result.Reason}");
        Caught.Add(name, broken.CaughtBy, [result.Id], result.Took);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Without_its_fault_the_same_agent_passes_that_check(string name)
    {
        var result = await RunAsync(BrokenAgentTable.All.Single(broken => broken.Name == name), "");

        Assert.True(result.Verdict is Verdict.Pass, $"{result.Id}: {result.Finding} {result.Reason}");
    }

    static async Task<CheckResult> RunAsync(BrokenAgent agent, string fault)
    {
        string[] command = agent.InNode
            ? ["node", Repository.PathOf("conformance-tests/ActProtocol.Conformance.Tests/mutants/broken.mjs"), fault]
            : ["env", $"ACT_BROKEN={fault}", "dotnet", await BrokenBrokerBuild.AgentsAsync(), "hooked", "--role", agent.Role.ToString().ToLowerInvariant()];
        // Nothing beside what the check is about: what is found is the fault.
        var options = new AgentOptions { Command = command, Role = agent.Role, Unkind = 0 };
        await using var checks = new AgentChecks(options, RunIdentity.New(42), TimeProvider.System);
        var (check, id, value) = AgentChecks.Of(agent.Role).SelectMany(check => check.Results.Select(result => (check, result.Id, result.Value))).Single(result => result.Id == agent.CaughtBy);
        return await checks.RunAsync(check, id, value, TestContext.Current.CancellationToken);
    }
}
