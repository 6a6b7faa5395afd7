using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Text;

namespace ActProtocol.Conformance.Runs;

/// <summary>A program under test that talks by lines over its standard streams. Its error stream is its log. It ends with everything it started.</summary>
/// <remarks>One line at a time: neither reading nor writing is meant for two callers at once.</remarks>
sealed class SubjectProcess : IAsyncDisposable
{
    /// <summary>The longest line that is read of it.</summary>
    public const int LineBytesMax = 4 << 20;

    /// <summary>The end of its log that is kept.</summary>
    public const int LogBytesMax = 16 << 10;

    static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(2);

    readonly Process _process;
    readonly ProcessMark _mark;
    readonly PipeReader _output;
    readonly Queue<string> _log = new();
    readonly Task _logging;
    int _logged;

    SubjectProcess(Process process, ProcessMark mark)
    {
        (_process, _mark) = (process, mark);
        _output = PipeReader.Create(process.StandardOutput.BaseStream, new StreamPipeReaderOptions(bufferSize: 1 << 16));
        _logging = KeepLogAsync();
    }

    /// <summary>Starts it as it stands: no shell looks at it.</summary>
    /// <param name="command">The program, then its arguments.</param>
    /// <param name="environment">Beside what the suite's own process has.</param>
    /// <exception cref="SubjectGoneException">It cannot be started.</exception>
    public static SubjectProcess Start(IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment = null)
    {
        var mark = new ProcessMark();
        try
        {
            var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
            return new SubjectProcess(mark.Start(start), mark);
        }
        catch (Exception fault) when (fault is Win32Exception or InvalidOperationException or IOException)
        {
            throw new SubjectGoneException($"'{command[0]}' cannot be started: {fault.Message.TrimEnd('.')}.", fault);
        }
    }

    public int Id => _process.Id;

    /// <summary>The end of what it wrote to its error stream.</summary>
    public string Log
    {
        get
        {
            lock (_log) return string.Concat(_log);
        }
    }

    public async Task WriteLineAsync(byte[] line, CancellationToken cancellationToken)
    {
        var input = _process.StandardInput.BaseStream;
        await input.WriteAsync((byte[])[.. line, (byte)'\n'], cancellationToken);
        await input.FlushAsync(cancellationToken);
    }

    /// <summary>The next line without its end; null once it has closed its output.</summary>
    /// <exception cref="InvalidDataException">A line is longer than <see cref="LineBytesMax"/>.</exception>
    public async Task<byte[]?> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await _output.ReadAsync(cancellationToken);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = read.Buffer.Slice(0, end);
                var bytes = new byte[line.Length];
                line.CopyTo(bytes);
                _output.AdvanceTo(read.Buffer.GetPosition(1, end));
                return bytes.Length <= LineBytesMax ? bytes : throw TooLong();
            }
            var length = read.Buffer.Length;
            _output.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (length > LineBytesMax) throw TooLong();
            if (read.IsCompleted) return null;
        }
    }

    /// <summary>How it ended, for people; waits a moment for the end.</summary>
    public async Task<string> HowItEndedAsync()
    {
        using var late = new CancellationTokenSource(EndWithin);
        try
        {
            await _process.WaitForExitAsync(late.Token);
            // What it wrote last has come when its error stream has ended.
            await _logging.WaitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            if (!_process.HasExited) return "it closed its output and went on";
        }
        return Log is { Length: > 0 } log ? $"it ended with exit code {_process.ExitCode}; its log ends with: {log[^Math.Min(log.Length, 300)..].Trim()}" : $"it ended with exit code {_process.ExitCode}";
    }

    /// <summary>Ends it and all that it started, whatever they are doing.</summary>
    public async ValueTask DisposeAsync()
    {
        _mark.Kill(_process);
        using var late = new CancellationTokenSource(EndWithin);
        try
        {
            await _process.WaitForExitAsync(late.Token);
            await _logging.WaitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            // Killed and not gone: the kernel holds it in a call. Nothing more can be done from here.
        }
        await _output.CompleteAsync();
        _process.Dispose();
    }

    static InvalidDataException TooLong() => new($"a line of more than {LineBytesMax / 1024} KiB");

    async Task KeepLogAsync()
    {
        var buffer = new char[4096];
        try
        {
            while (await _process.StandardError.ReadAsync(buffer) is var count && count > 0)
            {
                lock (_log)
                {
                    _log.Enqueue(new string(buffer, 0, count));
                    _logged += count;
                    while (_logged > LogBytesMax && _log.Count > 1) _logged -= _log.Dequeue().Length;
                }
            }
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Ended with it.
        }
    }
}
