using System.Diagnostics;
using System.Text.Json;

namespace ActProtocol.Conformance.BrokenBrokers;

/// <summary>A broker with play money in a process of its own, on ports and a folder of its own; it ends with this object.</summary>
sealed class BrokerProgram : IAsyncDisposable
{
    readonly Process _process;
    readonly string _folder;

    BrokerProgram(Process process, string folder, Uri grpc, Uri json) => (_process, _folder, Grpc, Json) = (process, folder, grpc, json);

    public Uri Grpc { get; }

    public Uri Json { get; }

    /// <param name="program">Path of <c>act.dll</c>.</param>
    /// <param name="broken">Name out of the table; empty for the reference.</param>
    public static async Task<BrokerProgram> StartAsync(string program, string broken = "")
    {
        var folder = Directory.CreateTempSubdirectory("act-conformance-").FullName;
        var start = new ProcessStartInfo("dotnet", [program, "up", "--play", "--data", Path.Combine(folder, "data"), "--port", "0", "--json-port", "0", "--json"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ACT_BROKEN"] = broken;
        // The suite registers more strangers in a minute than a broker usually lets one address.
        foreach (var limit in (string[])["RegistrationsMax", "RegistrationsPerSecond", "AddressRegistrationsMax", "AddressRegistrationsPerSecond"]) start.Environment[$"Act__{limit}"] = "100000";
        var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            var said = JsonDocument.Parse(line).RootElement;
            if (said.GetProperty("event").GetString() != "ready") continue;
            _ = process.StandardOutput.ReadToEndAsync();
            return new BrokerProgram(process, folder, new Uri(said.GetProperty("grpc").GetString()!), new Uri(said.GetProperty("json").GetString()!));
        }
        throw new InvalidOperationException($"The broker '{broken}' did not start: {await errors}");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
