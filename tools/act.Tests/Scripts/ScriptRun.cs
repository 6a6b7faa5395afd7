using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace ActProtocol.Tools;

/// <summary>Runs a script's commands as a person would type them, in a folder of its own.</summary>
sealed class ScriptRun(ScriptBroker broker) : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly string _folder = Directory.CreateTempSubdirectory("act-script-").FullName;
    readonly Dictionary<string, string> _variables = new() { ["HTML"] = broker.Html, ["DATA"] = broker.Data, ["GRPC"] = broker.Broker.Grpc, ["JSON"] = broker.Broker.Json, ["GRPC_PORT"] = $"{new Uri(broker.Broker.Grpc).Port}" };
    readonly List<Process> _goingOn = [];
    string _lastOutput = "";

    /// <summary>The step with what it really did.</summary>
    public async Task<Script.Step> RunAsync(Script.Step step)
    {
        switch (step.Kind)
        {
            case '-':
                await File.WriteAllTextAsync(Path.Combine(_folder, step.FileName), Fill(string.Join('\n', step.Body) + "\n"));
                return step;
            case '>':
                var (name, member) = (step.Command.Split(" = ")[0], step.Command.Split(" = ")[1]);
                _variables[name] = LastOf(member);
                return step;
            case '&':
                if (step.Command == "end") await EndAsync();
                else await BeginAsync(step.Command);
                return step;
            case '$':
                return step with { Body = await OutcomeAsync(step.Command) };
            default:
                return step;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        Directory.Delete(_folder, recursive: true);
    }

    async Task EndAsync()
    {
        foreach (var process in _goingOn)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
        _goingOn.Clear();
    }

    async Task<List<string>> OutcomeAsync(string command)
    {
        using var late = new CancellationTokenSource(Patience);
        // Where letters may come in any order, only the last line is compared.
        var last = command.EndsWith(" | tail -1", StringComparison.Ordinal);
        using var process = Process.Start(StartInfo(last ? command[..^10] : command, out var input))!;
        if (input is not null) await process.StandardInput.WriteAsync(await File.ReadAllTextAsync(Path.Combine(_folder, input), late.Token));
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(late.Token), process.StandardError.ReadToEndAsync(late.Token));
        await process.WaitForExitAsync(late.Token);
        _lastOutput = await output;

        List<string> lines = [.. Lines(_lastOutput).TakeLast(last ? 1 : int.MaxValue), .. Lines(await error).Select(line => $"! {line}")];
        if (process.ExitCode != 0) lines.Add($"= {process.ExitCode}");
        return lines;
    }

    async Task BeginAsync(string command)
    {
        using var late = new CancellationTokenSource(Patience);
        var process = Process.Start(StartInfo(command, out _))!;
        _goingOn.Add(process);
        while (await process.StandardOutput.ReadLineAsync(late.Token) is { } line)
        {
            if (line.Contains("\"ready\"", StringComparison.Ordinal)) return;
        }
        Assert.Fail($"'{command}' ended before it was ready.");
    }

    ProcessStartInfo StartInfo(string command, out string? input)
    {
        var words = Words(Fill(command));
        var redirected = words.IndexOf("<");
        input = redirected < 0 ? null : words[redirected + 1];
        if (redirected >= 0) words.RemoveRange(redirected, 2);
        var start = words[0] == "act" ? DemoTests.Act([.. words[1..]]) : new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.RedirectStandardInput = true;
        start.WorkingDirectory = _folder;
        foreach (var (name, value) in new (string, string)[] { ("ACT_BROKER", broker.Broker.Grpc), ("ACT_BROKER_JSON", broker.Broker.Json), ("ACT_KEYS", "keys"), ("TZ", "UTC") }) start.Environment[name] = value;
        return start;
    }

    string Fill(string text) => _variables.OrderByDescending(variable => variable.Key.Length).Aggregate(text, (filled, variable) => filled.Replace($"${variable.Key}", variable.Value, StringComparison.Ordinal));

    string LastOf(string member)
    {
        foreach (var line in _lastOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            var found = JsonDocument.Parse(line).RootElement;
            foreach (var part in member.Split('.'))
            {
                if (found.ValueKind is JsonValueKind.Array) found = found[int.Parse(part, null)];
                else if (found.ValueKind is not JsonValueKind.Object || !found.TryGetProperty(part, out found)) goto next;
            }
            return found.ToString();
        next:;
        }
        throw new InvalidOperationException($"No line has the member '{member}': {_lastOutput}");
    }

    IEnumerable<string> Lines(string text) => text.TrimEnd('\n').Length == 0 ? [] : Same.Of(text, _folder, broker).TrimEnd('\n').Split('\n');

    // As a shell splits them: quotes hold words together.
    static List<string> Words(string command)
    {
        List<string> words = [];
        var (word, quote, any) = (new StringBuilder(), '\0', false);
        foreach (var c in command)
        {
            if (quote != '\0' && c == quote) quote = '\0';
            else if (quote == '\0' && c is '\'' or '"' && quote == '\0') (quote, any) = (c, true);
            else if (quote == '\0' && c == ' ')
            {
                if (word.Length > 0 || any) words.Add(word.ToString());
                (word, any) = (word.Clear(), false);
            }
            else word.Append(c);
        }
        if (word.Length > 0 || any) words.Add(word.ToString());
        return words;
    }
}
