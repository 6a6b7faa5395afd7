using System.Diagnostics;
using System.Text.Json;

namespace ActProtocol.Tools;

/// <summary><c>act</c> as a person runs it: processes, files and exit codes.</summary>
public class DemoTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task The_demo_buys_the_one_flight_that_fits_and_its_receipt_verifies()
    {
        var (code, output, _) = await ActAsync("demo", "--json");

        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var last = JsonDocument.Parse(lines[^1]).RootElement;
        Assert.Equal(0, code);
        Assert.True(last.GetProperty("receipt_verified").GetBoolean());
        Assert.Equal(2, last.GetProperty("refused_locks").GetInt32());
        Assert.Equal("780.00 CNY", last.GetProperty("paid").GetString());
        var refused = lines.Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.TryGetProperty("event", out var name) && name.ValueEquals("lock_refused"))
            .Select(line => line.GetProperty("detail").GetString()!).ToList();
        Assert.Contains(refused, detail => detail.StartsWith("total is at most 800.00 CNY", StringComparison.Ordinal));
        Assert.Contains(refused, detail => detail.EndsWith("it is 23:40", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"words":"x","budget":"8oo CNY","sellers":["act://local/a"]}""", "'o' at character 2 is not a digit")]
    [InlineData("""{"words":"x","budget":"800 ABC","sellers":["act://local/a"]}""", "'ABC' is no currency")]
    [InlineData("""{"words":"x","budget":"800 CNY",,"sellers":[]}""", ":1:")]
    [InlineData("""{"words":"x","budget":"800 CNY","seller":[]}""", "seller")]
    public async Task A_wrong_intent_gets_one_sentence_with_the_place(string intent, string expected)
    {
        var folder = Directory.CreateTempSubdirectory("act-tests-").FullName;
        var file = Path.Combine(folder, "intent.json");
        await File.WriteAllTextAsync(file, intent, TestContext.Current.CancellationToken);
        await using var broker = await RunningBroker.StartAsync(folder);

        var (code, _, error) = await ActAsync("buy", "--intent", file, "--broker", broker.Grpc, "--broker-json", broker.Json, "--keys", Path.Combine(folder, "keys"));

        Assert.Equal(2, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_is_not_there_ends_with_its_own_code()
    {
        var (code, _, error) = await ActAsync("buy", "--intent", "x.json", "--broker", "http://127.0.0.1:1", "--broker-json", "http://127.0.0.1:1", "--keys", Path.GetTempPath());

        Assert.Equal(3, code);
        Assert.Contains("cannot be reached", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_gets_one_sentence()
    {
        var folder = Directory.CreateTempSubdirectory("act-tests-").FullName;
        await using var broker = await RunningBroker.StartAsync(folder);

        var (code, _, error) = await ActAsync("up", "--data", Path.Combine(folder, "other"), "--port", new Uri(broker.Grpc).Port.ToString(null, null), "--json-port", "0");

        Assert.Equal(2, code);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_transitions_are_drawn_for_Mermaid()
    {
        var (code, output, _) = await ActAsync("transitions");

        Assert.Equal(0, code);
        Assert.Contains("Confirmed --> Committed: Buyer Commit (TXN-34)", output, StringComparison.Ordinal);
    }

    internal static ProcessStartInfo Act(params string[] arguments) => new("dotnet", [Path.Combine(AppContext.BaseDirectory, "act.dll"), .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    static async Task<(int Code, string Output, string Error)> ActAsync(params string[] arguments)
    {
        using var process = Process.Start(Act(arguments))!;
        using var late = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(late.Token);
        var error = process.StandardError.ReadToEndAsync(late.Token);
        await process.WaitForExitAsync(late.Token);
        return (process.ExitCode, await output, await error);
    }
}
