using System.Diagnostics;
using System.Text.Json;

namespace ActProtocol.Tools;

/// <summary>An agent written from the specification alone, in another language, sells to ours.</summary>
public class NodeSellerTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    public void The_seller_has_at_most_200_lines_its_hook_100_and_no_code_of_ours()
    {
        List<string> seller = [.. File.ReadLines(Path.Combine(RunningNodeSeller.Example, "seller.mjs"))], hook = [.. File.ReadLines(Path.Combine(RunningNodeSeller.Example, "hooked.mjs"))];
        var package = JsonDocument.Parse(File.ReadAllText(Path.Combine(RunningNodeSeller.Example, "package.json"))).RootElement;

        Assert.InRange(seller.Count, 1, 200);
        Assert.InRange(hook.Count, 1, 100);
        Assert.All(package.GetProperty("dependencies").EnumerateObject(), dependency => Assert.StartsWith("@grpc/", dependency.Name, StringComparison.Ordinal));
        Assert.All(
            seller.Concat(hook).Where(line => line.StartsWith("import ", StringComparison.Ordinal)),
            line => Assert.Matches("from '(node:[a-z]+|@grpc/[a-z-]+)';$", line));
    }

    [Fact]
    public async Task It_sells_to_our_buyer_remembers_its_stock_over_kill_9_and_the_receipts_verify()
    {
        using var late = new CancellationTokenSource(Patience);
        var folder = Directory.CreateTempSubdirectory("act-node-").FullName;
        await using var broker = await RunningBroker.StartAsync(folder);
        await WriteIntentAsync(folder, late.Token);
        await File.WriteAllTextAsync(Path.Combine(folder, "broker.json"), await WellKnownAsync(broker, late.Token), late.Token);

        await using (var seller = await RunningNodeSeller.StartAsync(broker, folder, late.Token))
        {
            Assert.Equal("640.50 CNY", await PaidAsync(broker, folder, "first", late.Token));
            await seller.SeenAsync("answer", "TRANSACTION_STATE_CONFIRMED", late.Token);
            await seller.SeenAsync("step", "TRANSACTION_STATE_SETTLED", late.Token);
        }
        await using (await RunningNodeSeller.StartAsync(broker, folder, late.Token))
        {
            Assert.Equal("640.50 CNY", await PaidAsync(broker, folder, "second", late.Token));
            // Two day flights were in stock: what is left is a night flight, which the broker refuses to lock for this intent.
            Assert.Null(await PaidAsync(broker, folder, "third", late.Token));
        }
    }

    // What was paid, by the receipt, checked offline; null when nothing was bought.
    static async Task<string?> PaidAsync(RunningBroker broker, string folder, string buyer, CancellationToken cancellationToken)
    {
        var receipt = Path.Combine(folder, $"{buyer}.receipt");
        var (code, output) = await RunAsync(
            ["buy", "--intent", Path.Combine(folder, "intent.json"), "--as", buyer, "--fund", "2000 CNY", "--receipt", receipt, "--keys", Path.Combine(folder, "keys"),
                "--broker", broker.Grpc, "--broker-json", broker.Json, "--json"],
            cancellationToken);
        if (code != 0)
        {
            Assert.Contains("\"event\":\"nothing\"", output, StringComparison.Ordinal);
            Assert.Contains("constraint_unsatisfied", output, StringComparison.Ordinal);
            return null;
        }
        var (verified, told) = await RunAsync(["receipt", "verify", receipt, "--broker-keys", Path.Combine(folder, "broker.json")], cancellationToken);
        Assert.Equal(0, verified);
        Assert.Contains("Settled 640.50 CNY", told, StringComparison.Ordinal);
        return JsonDocument.Parse(output.Trim().Split('\n')[^1]).RootElement.GetProperty("paid").GetString();
    }

    static async Task<(int Code, string Output)> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(DemoTests.Act(arguments))!;
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, output + await error);
    }

    static Task WriteIntentAsync(string folder, CancellationToken cancellationToken) => File.WriteAllTextAsync(
        Path.Combine(folder, "intent.json"),
        """
        {
          "words": "A flight to Hangzhou within CNY 800, no red-eye.",
          "budget": "800 CNY",
          "sellers": ["act://local/node-air"],
          "constraint": { "hoursOfDay": { "attribute": "flight.departure", "zone": "Asia/Shanghai", "fromMinute": 360, "untilMinute": 1320 } }
        }
        """,
        cancellationToken);

    static async Task<string> WellKnownAsync(RunningBroker broker, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri($"{broker.Json}/.well-known/act.json"), cancellationToken);
    }
}
