using ActProtocol.Conformance.BrokenBrokers;

namespace ActProtocol.Conformance.CommandLine;

/// <summary>A broker that the suite starts itself.</summary>
public class StartedBrokerTests
{
    static readonly string Act = Repository.PathOf($"tools/act/bin/{(AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug")}/net10.0/act.dll");

    static readonly string Config = $$"""
        act: 1
        start: { command: [dotnet, '{{Act}}', up, --play, --data, "{folder}/data", --port, "{port}", --json-port, "{json_port}"] }
        """;

    [Fact]
    public async Task It_is_started_tested_and_ended()
    {
        var folder = await FolderAsync(Config);
        var ended = await SuiteProcess.RunInAsync(folder, "broker", "--run", "QUO-04.total-off-by-one-nano", "--junit", "junit.xml", "--seed", "7");
        Assert.True(ended.ExitCode == ExitCodes.Fine, ended.Output + ended.Error);
        Assert.Contains("PASS 1 of 1", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateDirectories("/proc"), process => Broker(process, "up\0--play", ended.Output));
    }

    [Fact]
    public async Task Init_writes_a_config_with_which_the_suite_runs()
    {
        await using var broker = await BrokerProgram.StartAsync(Act);
        var folder = SuiteProcess.NewFolder();
        var init = await SuiteProcess.RunInAsync(folder, "init", "--target", broker.Grpc.ToString(), "--target-json", broker.Json.ToString());
        Assert.True(init.ExitCode == ExitCodes.Fine, init.Error);
        Assert.Contains("PASS 1 of 1", (await SuiteProcess.RunInAsync(folder, "broker", "--run", "QUO-04.total-off-by-one-nano")).Output, StringComparison.Ordinal);
        (await SuiteProcess.RunInAsync(folder, "init", "--target", broker.Grpc.ToString(), "--target-json", broker.Json.ToString())).Says(ExitCodes.BadInput, "is there already");
    }

    [Fact]
    public async Task A_list_of_what_passes_is_stale()
    {
        var folder = await FolderAsync($"{Config}known_failing: known.yaml\n".Replace(" }known", " }\nknown", StringComparison.Ordinal));
        await File.WriteAllTextAsync(Path.Combine(folder, "known.yaml"), "- { check: QUO-04.total-off-by-one-nano, because: accepted, issue: none, until: 2999-01-01 }\n", TestContext.Current.CancellationToken);
        (await SuiteProcess.RunInAsync(folder, "broker", "--run", "QUO-04.total-off-by-one-nano")).Says(ExitCodes.ListStale, "it passes");
    }

    [Theory]
    [InlineData("[./no-such-broker, '{port}']", "can't be started")]
    [InlineData("[sh, -c, 'echo no licence >&2; exit 9', '{port}']", "exit code 9 before it was ready. It wrote last: no licence")]
    [InlineData("[sh, -c, 'sleep 600', '{port}']", "was not ready at")]
    public async Task One_that_does_not_come_is_told(string command, string expected)
    {
        var folder = await FolderAsync($"act: 1\nstart: {{ command: {command}, within: 1s }}\n");
        (await SuiteProcess.RunInAsync(folder, "broker")).Says(ExitCodes.SubjectGone, expected);
    }

    // By its ports, which the suite's own first line names.
    static bool Broker(string process, string what, string output)
    {
        try
        {
            var command = File.ReadAllText(Path.Combine(process, "cmdline"));
            var at = command.IndexOf("--port\0", StringComparison.Ordinal);
            return at >= 0 && command.Contains(what, StringComparison.Ordinal) && output.Contains($":{command[(at + 7)..].Split('\0')[0]}/", StringComparison.Ordinal);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    static async Task<string> FolderAsync(string config)
    {
        var folder = SuiteProcess.NewFolder();
        await File.WriteAllTextAsync(Path.Combine(folder, "act-conformance.yaml"), config);
        return folder;
    }
}
