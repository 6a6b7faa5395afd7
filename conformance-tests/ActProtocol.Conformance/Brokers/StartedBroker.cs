using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using ActProtocol.Conformance.Configs;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Brokers;

/// <summary>A broker that the suite starts from the config's <c>start</c>. It ends with all that it started, whatever happens.</summary>
sealed partial class StartedBroker : IAsyncDisposable
{
    /// <summary>How long it may take to end when it is asked to.</summary>
    static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(10);
    static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);
    const int LogCharsMax = 4_000;

    readonly StartConfig _config;
    readonly string _in;
    readonly Func<SocketsHttpHandler> _newHandler;
    readonly int _port = FreePort();
    readonly int _jsonPort = FreePort();
    readonly string _folder = Directory.CreateTempSubdirectory("act-conformance-").FullName;
    readonly StringBuilder _log = new();
    ProcessMark _mark = new();
    Process? _process;

    StartedBroker(StartConfig config, string folder, Func<SocketsHttpHandler> newHandler) => (_config, _in, _newHandler) = (config, Path.Combine(folder, config.In ?? "."), newHandler);

    public string Fill(string text) => Addresses.Fill(text, _port, _jsonPort).Replace("{folder}", _folder, StringComparison.Ordinal);

    public bool HasJsonPort => _config.Command.Any(word => word.Contains("{json_port}", StringComparison.Ordinal));

    /// <param name="config">As it is written.</param>
    /// <param name="folder">The config's own.</param>
    /// <param name="json">Where it is ready, with its placeholders.</param>
    /// <param name="newHandler">For the question whether it is ready.</param>
    /// <exception cref="SubjectGoneException">It can't be started, or is not ready in time.</exception>
    public static async Task<StartedBroker> StartAsync(StartConfig config, string folder, string? json, Func<SocketsHttpHandler> newHandler, CancellationToken cancellationToken)
    {
        var broker = new StartedBroker(config, folder, newHandler);
        try
        {
            await broker.StartAsync(json, cancellationToken);
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it without a warning and starts it again, at the same ports with the same folder.</summary>
    public async Task RestartAsync(string? json, CancellationToken cancellationToken)
    {
        _mark.Kill(_process!);
        await _process!.WaitForExitAsync(cancellationToken);
        _process.Dispose();
        _mark = new ProcessMark();
        await StartAsync(json, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            using var late = new CancellationTokenSource(EndWithin);
            try
            {
                if (_config.Stop == "term" && !process.HasExited && Signal(process.Id, SigTerm) == 0) await process.WaitForExitAsync(late.Token);
            }
            catch (OperationCanceledException)
            {
                // It did not end when asked to.
            }
            _mark.Kill(process);
            process.Dispose();
        }
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (IOException)
        {
            // Somebody else is in it; it lies in the system's folder for such things.
        }
    }

    async Task StartAsync(string? json, CancellationToken cancellationToken)
    {
        var command = _config.Command.Select(Fill).ToList();
        // As a shell finds it from the folder it runs in, and not from that of the suite.
        var program = command[0].Contains('/', StringComparison.Ordinal) ? Path.GetFullPath(command[0], Path.GetFullPath(_in)) : command[0];
        var start = new ProcessStartInfo(program, command.Skip(1)) { WorkingDirectory = _in, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in _config.Env) start.Environment[name] = Fill(value);
        try
        {
            _process = _mark.Start(start);
        }
        catch (Exception fault) when (fault is Win32Exception or InvalidOperationException or IOException)
        {
            throw new SubjectGoneException($"The broker can't be started: '{program}': {fault.Message.TrimEnd('.')}.", fault);
        }
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await ReadyAsync(new Uri(new Uri(Fill(json ?? (HasJsonPort ? "http://127.0.0.1:{json_port}" : "http://127.0.0.1:{port}"))), _config.Ready), cancellationToken);
    }

    async Task ReadyAsync(Uri ready, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(_config.Within);
        using var http = new HttpClient(_newHandler());
        var last = "nothing listens there";
        try
        {
            while (true)
            {
                if (_process!.HasExited)
                {
                    // Its last words come before its end is told.
                    await _process.WaitForExitAsync(late.Token);
                    throw new SubjectGoneException($"The broker ended with exit code {_process.ExitCode} before it was ready.{LastWords()}");
                }
                try
                {
                    using var answer = await http.GetAsync(ready, HttpCompletionOption.ResponseHeadersRead, late.Token);
                    if (answer.IsSuccessStatusCode) return;
                    last = $"it answers with HTTP {(int)answer.StatusCode}";
                }
                catch (HttpRequestException fault)
                {
                    last = (fault.InnerException ?? fault).Message.TrimEnd('.');
                }
                await Task.Delay(LookEvery, late.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SubjectGoneException($"The broker was not ready at {ready} in {Durations.Show(_config.Within)} ({last}).{LastWords()}");
        }
    }

    string LastWords()
    {
        lock (_log) return _log.Length == 0 ? " It wrote nothing." : $" It wrote last: {_log.ToString()[^Math.Min(_log.Length, 300)..].Trim().ReplaceLineEndings(" / ")}";
    }

    void Keep(string? line)
    {
        if (line is null) return;
        lock (_log)
        {
            _log.Append(line.AsSpan(0, Math.Min(line.Length, LogCharsMax))).Append('\n');
            if (_log.Length > LogCharsMax) _log.Remove(0, _log.Length - LogCharsMax);
        }
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    const int SigTerm = 15;

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int process, int signal);
}
