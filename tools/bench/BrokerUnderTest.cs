using System.Diagnostics;
using System.Text.Json;
using ActProtocol.Client;

namespace ActProtocol.Bench;

/// <summary>A broker as a process of its own, on a fresh data folder, reached over loopback.</summary>
sealed class BrokerUnderTest : IDisposable
{
    readonly Process _process;

    BrokerUnderTest(Process process) => _process = process;

    public string Grpc { get; private init; } = "";

    public BrokerInfo Info { get; private init; } = null!;

    /// <summary>CPU time of the broker's process so far, all threads, user and system.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static async Task<BrokerUnderTest> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var self = Environment.ProcessPath!;
        string[] arguments = ["broker", "--data", folder];
        var byDotnet = Path.GetFileNameWithoutExtension(self) == "dotnet";
        var start = new ProcessStartInfo(self, byDotnet ? [typeof(BrokerUnderTest).Assembly.Location, .. arguments] : arguments) { RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        try
        {
            var line = await process.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new IOException("The broker ended before it was ready.");
            var ready = JsonDocument.Parse(line).RootElement;
            var info = await BrokerInfo.FetchAsync(ready.GetProperty("json").GetString()!, cancellationToken);
            return new BrokerUnderTest(process) { Grpc = ready.GetProperty("grpc").GetString()!, Info = info };
        }
        catch
        {
            process.Kill();
            throw;
        }
    }

    /// <summary>As a crash would: nothing is drained, no snapshot is written.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }
}
