using System.Diagnostics;
using System.Text.Json;

namespace ActProtocol.Tools;

/// <summary>The seller of spec/examples/node-seller as a process of its own.</summary>
sealed class RunningNodeSeller(Process process) : IAsyncDisposable
{
    public static string Example { get; } = Path.Combine(FindRoot(), "spec", "examples", "node-seller");

    public static async Task<RunningNodeSeller> StartAsync(RunningBroker broker, string folder, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Path.Combine(Example, "node_modules"))) await InstallAsync(cancellationToken);
        var start = new ProcessStartInfo("node", [Path.Combine(Example, "seller.mjs"), "--broker", broker.Grpc, "--broker-json", broker.Json, "--data", Path.Combine(folder, "seller")])
        {
            RedirectStandardOutput = true,
        };
        var seller = new RunningNodeSeller(Process.Start(start)!);
        await seller.SeenAsync("ready", null, cancellationToken);
        return seller;
    }

    /// <summary>Reads on until the seller told this.</summary>
    public async Task SeenAsync(string what, string? state, CancellationToken cancellationToken)
    {
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            var told = JsonDocument.Parse(line).RootElement;
            if (told.GetProperty("event").ValueEquals(what) && (state is null || told.GetProperty("state").ValueEquals(state))) return;
        }
        Assert.Fail($"The seller ended before it told '{what}'.");
    }

    /// <summary>kill -9.</summary>
    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    // tools/test.sh has done this; a test that is run alone does it once.
    static async Task InstallAsync(CancellationToken cancellationToken)
    {
        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--silent"]) { WorkingDirectory = Example })!;
        await npm.WaitForExitAsync(cancellationToken);
        Assert.Equal(0, npm.ExitCode);
    }

    static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ActProtocol.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
