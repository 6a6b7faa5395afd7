using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ActProtocol.Tools;

/// <summary>Another <c>act</c>, as a process of its own that ends with this one.</summary>
sealed class Child : IDisposable
{
    readonly Process _process;

    Child(Process process) => _process = process;

    public static Child Start(List<Child> all, IReadOnlyList<string> arguments)
    {
        // By 'dotnet act.dll' when that is how this process was started; else by its own program file.
        var self = Environment.ProcessPath!;
        var byDotnet = Path.GetFileNameWithoutExtension(self) == "dotnet";
        var start = new ProcessStartInfo(self, byDotnet ? [typeof(Child).Assembly.Location, .. arguments] : arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        var child = new Child(Process.Start(start)!);
        all.Add(child);
        return child;
    }

    /// <summary>The first line that fits.</summary>
    public async Task<string> LineAsync(Func<string, bool> fits, CancellationToken cancellationToken)
    {
        while (await _process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (fits(line)) return line;
        }
        throw new IOException("A process of the demo ended early; what it said stands above.");
    }

    public async IAsyncEnumerable<string> LinesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await _process.StandardOutput.ReadLineAsync(cancellationToken) is { } line) yield return line;
    }

    public void Dispose()
    {
        try
        {
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            return; // It ended by itself just now.
        }
        _process.WaitForExit();
        _process.Dispose();
    }
}
