using System.Diagnostics;
using System.Text.Json;

namespace ActProtocol.Broker;

/// <summary>The broker as a process of its own, where signals or limits of a process matter.</summary>
sealed class BrokerProgram(Process process, string grpc, string json) : IAsyncDisposable
{
    public string Grpc => grpc;

    public string Json => json;

    public static ProcessStartInfo With(params string[] arguments) => new("dotnet", [Path.Combine(AppContext.BaseDirectory, "ActProtocol.Broker.dll"), .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    /// <param name="options">By the environment, as NAME=VALUE.</param>
    public static async Task<BrokerProgram> StartAsync(string folder, params string[] options)
    {
        var start = With("--data", folder, "--port", "0", "--json-port", "0", "--play", "--partitions", "4");
        foreach (var option in options) start.Environment[$"Act__{option[..option.IndexOf('=')]}"] = option[(option.IndexOf('=') + 1)..];
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginErrorReadLine();
        var ready = JsonDocument.Parse((await process.StandardOutput.ReadLineAsync(TestBroker.Stop))!).RootElement;
        return new BrokerProgram(process, ready.GetProperty("grpc").GetString()!, ready.GetProperty("json").GetString()!);
    }

    /// <summary>SIGTERM, and the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync(TestBroker.Stop);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
