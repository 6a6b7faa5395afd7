using System.Diagnostics;
using System.Text.Json;

namespace ActProtocol.Tools;

/// <summary>A broker as a process of its own, on free ports.</summary>
sealed class RunningBroker(Process process, string grpc, string json) : IAsyncDisposable
{
    public string Grpc => grpc;

    public string Json => json;

    public static async Task<RunningBroker> StartAsync(string folder)
    {
        var process = Process.Start(DemoTests.Act("up", "--data", Path.Combine(folder, "data"), "--port", "0", "--json-port", "0", "--play", "--json"))!;
        var ready = JsonDocument.Parse((await process.StandardOutput.ReadLineAsync())!).RootElement;
        return new RunningBroker(process, ready.GetProperty("grpc").GetString()!, ready.GetProperty("json").GetString()!);
    }

    /// <summary>kill -9.</summary>
    public void Kill() => process.Kill();

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
