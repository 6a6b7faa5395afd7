using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ActProtocol.Tools;

/// <summary>The last seat, offered to two buyers, is confirmed to one, whenever the seller's process is killed.</summary>
public partial class LastSeatTests(ScriptBroker broker) : IClassFixture<ScriptBroker>
{
    const int KillsMax = 3;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Two_buyers_race_for_it_while_the_seller_is_killed(int seed)
    {
        using var late = new CancellationTokenSource(Patience);
        var (random, folder) = (new Random(seed), Directory.CreateTempSubdirectory("act-seat-").FullName);
        var (seller, catalogue) = ($"seat-{seed}", Path.Combine(folder, "catalogue.json"));
        await File.WriteAllTextAsync(catalogue, $$"""{ "seller": "{{seller}}", "title": "The last seat", "price": "780 CNY", "stock": 1 }""", late.Token);
        await File.WriteAllTextAsync(Path.Combine(folder, "intent.json"), $$"""{ "words": "A seat", "budget": "800 CNY", "sellers": ["act://local/{{seller}}"] }""", late.Token);

        var selling = await SellAsync(folder, late.Token);
        var buying = new[] { "first", "second" }.Select(name => BuyAsync(folder, $"{name}-{seed}", late.Token)).ToList();
        for (var kill = 0; kill < KillsMax && !buying.TrueForAll(buyer => buyer.IsCompleted); kill++)
        {
            // The moment: so many things told since it was started, or the very write that promises the seat.
            await (random.Next(3) == 0 ? PromisedAsync($"{catalogue}.sold", late.Token) : ToldAsync(selling, random.Next(1, 6), buying, late.Token));
            selling.Kill();
            await selling.WaitForExitAsync(late.Token);
            selling.Dispose();
            selling = await SellAsync(folder, late.Token);
        }
        var bought = await Task.WhenAll(buying);

        var confirms = await ConfirmsAsync(folder, bought, late.Token);
        selling.Kill();
        await selling.WaitForExitAsync(late.Token);
        selling.Dispose();
        Assert.Single(bought, buyer => buyer.Code == 0);
        Assert.Equal(1, confirms);
        // What the file says is held is what was confirmed, and nothing else.
        Assert.Equal([bought.Single(buyer => buyer.Code == 0).Transaction], Held(await File.ReadAllLinesAsync($"{catalogue}.sold", late.Token)));
        Directory.Delete(folder, recursive: true);
    }

    async Task<Process> SellAsync(string folder, CancellationToken cancellationToken)
    {
        var process = Process.Start(In(folder, "sell", "--catalogue", "catalogue.json", "--json"))!;
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Contains("\"ready\"", StringComparison.Ordinal)) return process;
        }
        throw new InvalidOperationException($"The seller ended: {await process.StandardError.ReadToEndAsync(cancellationToken)}");
    }

    async Task<(int Code, string Transaction)> BuyAsync(string folder, string name, CancellationToken cancellationToken)
    {
        using var process = Process.Start(In(folder, "buy", "--intent", "intent.json", "--as", name, "--fund", "2000 CNY", "--receipt", $"{name}.bin", "--wait", "60", "--json"))!;
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        Assert.Equal("", await error);
        Assert.InRange(process.ExitCode, 0, 1);
        return (process.ExitCode, TransactionId().Match(output).Groups[1].Value);
    }

    // So many lines, or the end of the race.
    static async Task ToldAsync(Process selling, int lines, List<Task<(int, string)>> buying, CancellationToken cancellationToken)
    {
        var over = Task.WhenAll(buying);
        for (; lines > 0; lines--)
        {
            var line = selling.StandardOutput.ReadLineAsync(cancellationToken).AsTask();
            if (await Task.WhenAny(line, over) == over || await line is null) return;
        }
    }

    // The write itself: the moment between the promise and the word that it is kept is short.
    static async Task PromisedAsync(string stock, CancellationToken cancellationToken)
    {
        var promised = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(stock)!, Path.GetFileName(stock)) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.Size };
        watcher.Created += (_, _) => Look();
        watcher.Changed += (_, _) => Look();
        watcher.Error += (_, fault) => promised.TrySetException(fault.GetException());
        watcher.EnableRaisingEvents = true;
        Look();
        await promised.Task.WaitAsync(cancellationToken);

        void Look()
        {
            if (new FileInfo(stock) is { Exists: true, Length: > 0 }) promised.TrySetResult();
        }
    }

    async Task<int> ConfirmsAsync(string folder, (int Code, string Transaction)[] bought, CancellationToken cancellationToken)
    {
        var confirms = 0;
        foreach (var (_, transaction) in bought)
        {
            using var process = Process.Start(In(folder, "trace", transaction, "--json"))!;
            var records = (await process.StandardOutput.ReadToEndAsync(cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement);
            confirms += records.Count(record => record.GetProperty("event").ValueEquals("record") && record.GetProperty("step").ValueEquals("confirm") && record.GetProperty("verdict").ValueEquals("accepted"));
            await process.WaitForExitAsync(cancellationToken);
        }
        return confirms;
    }

    ProcessStartInfo In(string folder, params string[] arguments)
    {
        var start = DemoTests.Act(arguments);
        start.WorkingDirectory = folder;
        foreach (var (name, value) in new (string, string)[] { ("ACT_BROKER", broker.Broker.Grpc), ("ACT_BROKER_JSON", broker.Broker.Json), ("ACT_KEYS", "keys") }) start.Environment[name] = value;
        return start;
    }

    static IEnumerable<string> Held(string[] lines)
    {
        HashSet<string> held = [];
        foreach (var line in lines)
        {
            if (line[0] == '+') Assert.True(held.Add(line[1..]));
            else Assert.True(held.Remove(line[1..]));
        }
        return held;
    }

    [GeneratedRegex("\"transaction\":\"([0-9a-f]{32})\"")]
    private static partial Regex TransactionId();
}
