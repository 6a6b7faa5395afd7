using System.Diagnostics;
using System.Text.Json;

namespace ActProtocol.Client;

/// <summary>A broker with play money as a process of its own, on free ports; one for all tests that do not stop it.</summary>
sealed class RunningBroker : IAsyncDisposable
{
    static readonly Lazy<Task<RunningBroker>> Common = new(() => StartAsync(Folders.New(fast: true)));

    readonly Process _process;

    RunningBroker(Process process, string folder, JsonElement ready) =>
        (_process, Folder, Grpc, Json) = (process, folder, ready.GetProperty("grpc").GetString()!, ready.GetProperty("json").GetString()!);

    /// <summary>Where its data is.</summary>
    public string Folder { get; }

    public string Grpc { get; }

    public string Json { get; }

    /// <summary>What its clients know of it.</summary>
    public BrokerInfo Info { get; private set; } = null!;

    /// <summary>The document that says so, as a file.</summary>
    public string KeysFile => Path.Combine(Folder, "act.json");

    /// <summary>A broker that all tests share; it ends with the test process.</summary>
    public static Task<RunningBroker> SharedAsync() => Common.Value;

    public static async Task<RunningBroker> StartAsync(string folder, int port = 0)
    {
        var start = new ProcessStartInfo("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "ActProtocol.Broker.dll"), "--data", Path.Combine(folder, "data"), "--port", $"{port}", "--json-port", "0", "--play",
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Kill(process);
        _ = process.StandardError.ReadToEndAsync();
        var line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The broker did not start.");
        var broker = new RunningBroker(process, folder, JsonDocument.Parse(line).RootElement);
        File.Delete(broker.KeysFile);
        broker.Info = BrokerInfo.LoadOrFetch(broker.KeysFile, broker.Json);
        return broker;
    }

    public async ValueTask DisposeAsync()
    {
        Kill(_process);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            return; // It ended already.
        }
    }
}
