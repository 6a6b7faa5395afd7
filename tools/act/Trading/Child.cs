using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ActProtocol.Tools;

/// <summary>Another <c>act</c>, as a process of its own that ends with this one, however this one ends.</summary>
sealed class Child : IDisposable
{
    readonly Process _process;
    readonly string _name;

    Child(Process process, string name) => (_process, _name) = (process, name);

    /// <summary>Starts it; its lines are JSON.</summary>
    public static Child Start(List<Child> all, string name, IReadOnlyList<string> arguments)
    {
        // By 'dotnet act.dll' when that is how this process was started; else by its own program file.
        var self = Environment.ProcessPath!;
        var byDotnet = Path.GetFileNameWithoutExtension(self) == "dotnet";
        string[] how = [.. arguments, "--json", Globals.EndWithInput.Name];
        var start = new ProcessStartInfo(self, byDotnet ? [typeof(Child).Assembly.Location, .. how] : how)
        {
            RedirectStandardOutput = true,
            // Ends with this process, even when that is killed: then the child should end too.
            RedirectStandardInput = true,
        };
        var child = new Child(Process.Start(start)!, name);
        all.Add(child);
        return child;
    }

    /// <summary>Reads on to an event.</summary>
    public async Task<JsonElement> EventAsync(string what, CancellationToken cancellationToken)
    {
        await foreach (var (_, happened) in EventsAsync(cancellationToken))
        {
            if (happened.GetProperty("event").ValueEquals(what)) return happened;
        }
        throw new FailedException($"The process '{_name}' of the demo ended early; what it said stands above.");
    }

    public async IAsyncEnumerable<(string Line, JsonElement Happened)> EventsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await _process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            using var parsed = JsonDocument.Parse(line);
            yield return (line, parsed.RootElement.Clone());
        }
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
