using System.Diagnostics;

namespace ActProtocol.Tools;

/// <summary>The scripts for shells, in those shells: each is taken in as its comment says, and completes a command and a word below it.</summary>
public sealed class CompletionTests : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly string _folder = Directory.CreateTempSubdirectory("act-shell-").FullName;

    // The shells call act by its name.
    public CompletionTests()
    {
        var act = Path.Combine(_folder, "act");
        File.WriteAllText(act, $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "act.dll")}' \"$@\"\n");
        File.SetUnixFileMode(act, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("act mand", "mandate")]
    [InlineData("act receipt veri", "verify")]
    [InlineData("act completions fi", "fish")]
    public async Task Bash_completes(string line, string word)
    {
        var words = line.Split(' ');
        Assert.Equal([word], await RunAsync("bash", "--noprofile", "--norc", "-c", $"""
            eval "$(act completions bash)"
            complete -p act >/dev/null || exit 1
            COMP_LINE='{line}' COMP_POINT={line.Length} COMP_CWORD={words.Length - 1}
            COMP_WORDS=({line})
            _act_complete
            printf '%s\n' "${"{COMPREPLY[@]}"}"
            """));
    }

    // What its editor would be offered; without a terminal there is none, so what the script gives to it is shown instead.
    [Theory]
    [InlineData("act mand", "mandate")]
    [InlineData("act receipt veri", "verify")]
    [InlineData("act completions fi", "fish")]
    public async Task Zsh_completes(string line, string word)
    {
        Assert.Equal(["--", word], await RunAsync("zsh", "-f", "-c", $"""
            autoload -Uz compinit && compinit -u -D
            eval "$(act completions zsh)"
            [[ "${"{_comps[act]}"}" = _act_complete ]] || exit 1
            compadd() {"{ print -l -- \"$@\" }"}
            _files() {"{ print files }"}
            BUFFER='{line}' CURSOR={line.Length}
            _act_complete
            """));
    }

    [Theory]
    [InlineData("act mand", "mandate")]
    [InlineData("act receipt veri", "verify")]
    [InlineData("true; act completions fi", "fish")]
    public async Task Fish_completes(string line, string word)
    {
        Assert.Equal([word], await RunAsync("fish", "--no-config", "-c", $"act completions fish | source; complete -C '{line}'"));
    }

    async Task<string[]> RunAsync(string shell, params string[] arguments)
    {
        using var late = new CancellationTokenSource(Patience);
        var start = new ProcessStartInfo(shell, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        start.Environment["PATH"] = $"{_folder}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["HOME"] = _folder;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(late.Token);
        var output = await process.StandardOutput.ReadToEndAsync(late.Token);
        await process.WaitForExitAsync(late.Token);
        Assert.Equal("", await error);
        Assert.Equal(0, process.ExitCode);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(each => each.Trim())];
    }
}
