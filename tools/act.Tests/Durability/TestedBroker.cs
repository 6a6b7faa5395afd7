using System.Diagnostics;
using System.Text.Json;

namespace ActProtocol.Tools;

/// <summary>A broker as a process of its own, on free ports, that may be started under other programs and dies without warning.</summary>
sealed class TestedBroker : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly Process _process;
    readonly Task<string> _errors;
    string _fault = "";

    TestedBroker(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public string Grpc { get; private set; } = "";

    public string Json { get; private set; } = "";

    public int ProcessId => _process.Id;

    /// <summary>Starts it and waits until it can be reached.</summary>
    /// <exception cref="IOException">It ended instead; the message is what it said.</exception>
    public static async Task<TestedBroker> StartAsync(string data, IReadOnlyDictionary<string, string>? environment = null, params string[] under)
    {
        var broker = Launch(data, environment, under);
        if (await broker.ReadyAsync()) return broker;
        var (code, errors) = await broker.EndAsync();
        broker._process.Dispose();
        throw new IOException($"The broker ended with {code}: {errors}");
    }

    /// <summary>Starts it; it may still be reading its journal when this returns.</summary>
    /// <param name="under">A program and its arguments that the broker is started by.</param>
    public static TestedBroker Launch(string data, IReadOnlyDictionary<string, string>? environment = null, params string[] under)
    {
        string[] broker = ["dotnet", Path.Combine(AppContext.BaseDirectory, "act.dll"), "up", "--data", data, "--port", "0", "--json-port", "0", "--play", "--json"];
        string[] all = [.. under, .. broker];
        var start = new ProcessStartInfo(all[0], all[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return new TestedBroker(Process.Start(start)!);
    }

    /// <summary>False when it ended before it could be reached.</summary>
    public async Task<bool> ReadyAsync()
    {
        if (await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience) is not { } line) return false;
        var said = JsonDocument.Parse(line).RootElement;
        if (!said.TryGetProperty("grpc", out var grpc))
        {
            _fault = line;
            return false;
        }
        (Grpc, Json) = (grpc.GetString()!, said.GetProperty("json").GetString()!);
        return true;
    }

    /// <summary>kill -9.</summary>
    public void Kill() => _process.Kill(entireProcessTree: true);

    /// <summary>Waits for its end; gives its exit code and what it said was wrong.</summary>
    public async Task<(int Code, string Errors)> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return (_process.ExitCode, _fault + await _errors.WaitAsync(Patience));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
