namespace ActProtocol.Conformance.CommandLine;

/// <summary>What people type wrongly gets the nearest right word.</summary>
public class TypingTests
{
    [Theory]
    [InlineData("There is no command 'brokr'. Did you mean 'broker'?", "brokr")]
    [InlineData("There is no option '--sead'. Did you mean '--seed'?", "broker", "--sead", "3")]
    [InlineData("There is no option '--jsn'. Did you mean '--json'?", "codec", "--jsn", "x", "--", "./codec")]
    [InlineData("Which broker?", "broker")]
    [InlineData("'localhost:7400' is no address", "broker", "--target", "localhost:7400")]
    [InlineData("--unkind: 4 is not from 0 to 3", "broker", "--target", "http://localhost:1", "--unkind", "4")]
    [InlineData("--parallel: 0 is not from 1 to 256", "broker", "--target", "http://localhost:1", "--parallel", "0")]
    [InlineData("--shard: '9/3' is no part such as 3/8", "broker", "--target", "http://localhost:1", "--shard", "9/3")]
    [InlineData("--time-budget: 'soon' is no time", "broker", "--target", "http://localhost:1", "--time-budget", "soon")]
    [InlineData("knows no requirements of version '0.9'; it has those of 1.0", "broker", "--target", "http://localhost:1", "--requirements", "0.9")]
    [InlineData("--run: no check is called 'none-such-*'", "broker", "--target", "http://localhost:1", "--run", "none-such-*")]
    [InlineData("There is no file 'nowhere.yaml'", "broker", "--config", "nowhere.yaml")]
    [InlineData("There is no file 'nowhere.yaml'", "broker", "--target", "http://localhost:1", "--known-failing", "nowhere.yaml")]
    [InlineData("--json: '/' is a folder", "broker", "--target", "http://localhost:1", "--json", "/")]
    [InlineData("--html: there is no folder", "broker", "--target", "http://localhost:1", "--html", "/proc/none/report.html")]
    [InlineData("There is no requirement, check or code 'QUO_04'. Did you mean 'QUO-04'?", "explain", "QUO_04")]
    [InlineData("There is no file 'a.json'", "report", "merge", "a.json")]
    [InlineData("Which broker? Name it by --target", "init")]
    [InlineData("there is no subject 'brokers'. Did you mean 'broker'?", "list", "--subject", "brokers")]
    public async Task A_mistake_is_one_sentence(string expected, params string[] arguments)
    {
        var ended = await SuiteProcess.RunAsync(arguments);
        ended.Says(ExitCodes.BadInput, expected);
        Assert.Single(ended.Error.TrimEnd().Split('\n'));
        Assert.Empty(ended.Output);
    }

    [Fact]
    public async Task What_there_is_is_listed_and_explained()
    {
        Assert.Contains("QUO-04.total-off-by-one-nano", (await SuiteProcess.RunAsync("list", "--run", "QUO-*")).Output, StringComparison.Ordinal);
        var explained = (await SuiteProcess.RunAsync("explain", "QUO-04.total-off-by-one-nano")).Output;
        Assert.Contains("MUST, quotes.md", explained, StringComparison.Ordinal);
        Assert.Contains("ACT 1.0", (await SuiteProcess.RunAsync("--version")).Output, StringComparison.Ordinal);
    }
}
