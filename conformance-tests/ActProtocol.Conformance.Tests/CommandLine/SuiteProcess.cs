using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace ActProtocol.Conformance.CommandLine;

/// <summary>What the program ended with and said.</summary>
sealed record Ended(int ExitCode, string Output, string Error, string Folder)
{
    /// <summary>The reason stands in one sentence, and no trace anywhere.</summary>
    public void Says(int exitCode, params ReadOnlySpan<string> words)
    {
        var all = $"{Output}{Error}";
        Assert.True(ExitCode == exitCode, $"exit code {ExitCode} instead of {exitCode}: {all}");
        foreach (var word in words) Assert.Contains(word, all, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ActProtocol", all, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", all, StringComparison.Ordinal);
        Assert.DoesNotContain("PASS ", all.Replace("NOT PASSED ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}

/// <summary>act-conformance as a process of its own, in an empty folder.</summary>
sealed class SuiteProcess : IDisposable
{
    static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(60);

    readonly StringBuilder _output = new();
    readonly Task<string> _error;
    readonly Task _reading;

    SuiteProcess(Process process, string folder)
    {
        (Process, Folder) = (process, folder);
        _error = process.StandardError.ReadToEndAsync();
        _reading = ReadAsync();
    }

    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "act-conformance.dll");

    public Process Process { get; }

    public string Folder { get; }

    readonly SemaphoreSlim _line = new(0);

    public static SuiteProcess Start(string? folder, params IEnumerable<string> arguments)
    {
        folder ??= NewFolder();
        return new SuiteProcess(Process.Start(new ProcessStartInfo("dotnet", [Program, .. arguments]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!, folder);
    }

    public static string NewFolder() => Directory.CreateTempSubdirectory("act-conformance-test-").FullName;

    public static Task<Ended> RunAsync(params IEnumerable<string> arguments) => RunInAsync(null, arguments);

    public static async Task<Ended> RunInAsync(string? folder, params IEnumerable<string> arguments)
    {
        using var suite = Start(folder, arguments);
        return await suite.EndAsync();
    }

    /// <summary>Waits until it has said something.</summary>
    public async Task SaysAsync(string words)
    {
        using var late = new CancellationTokenSource(EndsWithin);
        while (true)
        {
            lock (_output)
            {
                if (_output.ToString().Contains(words, StringComparison.Ordinal)) return;
            }
            await _line.WaitAsync(late.Token);
        }
    }

    public async Task<Ended> EndAsync()
    {
        using var late = new CancellationTokenSource(EndsWithin);
        try
        {
            await Process.WaitForExitAsync(late.Token);
            await _reading.WaitAsync(late.Token);
            var error = await _error.WaitAsync(late.Token);
            lock (_output) return new Ended(Process.ExitCode, _output.ToString(), error, Folder);
        }
        finally
        {
            if (!Process.HasExited) Process.Kill(entireProcessTree: true);
        }
    }

    public void Signal(int signal) => Assert.Equal(0, Kill(Process.Id, signal));

    public void Dispose()
    {
        Process.Dispose();
        _line.Dispose();
    }

    async Task ReadAsync()
    {
        while (await Process.StandardOutput.ReadLineAsync() is { } line)
        {
            lock (_output) _output.Append(line).Append('\n');
            _line.Release();
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
