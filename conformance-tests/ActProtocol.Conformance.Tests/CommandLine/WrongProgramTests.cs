namespace ActProtocol.Conformance.CommandLine;

/// <summary>Whatever the program under test does instead: one sentence, never green, and nothing of it left behind.</summary>
public class WrongProgramTests
{
    [Fact]
    public async Task It_does_not_exist() => (await CodecAsync("./no-such-codec")).Says(ExitCodes.SubjectGone, "'./no-such-codec' cannot be started");

    [Fact]
    public async Task It_is_no_program() => (await CodecAsync(Repository.PathOf("README.md"))).Says(ExitCodes.SubjectGone, "cannot be started");

    [Fact]
    public async Task None_is_named() => (await SuiteProcess.RunAsync("codec")).Says(ExitCodes.BadInput, "Which program?", "'--'");

    [Fact]
    public async Task It_ends_at_once() => (await CodecAsync("sh", "-c", "echo it is broken >&2; exit 7")).Says(ExitCodes.SubjectGone, "exit code 7", "it is broken");

    [Fact]
    public async Task It_prints_garbage() => (await CodecAsync("sh", "-c", "while read -r line; do printf '\\033[31mhello\\n'; done")).Says(ExitCodes.SubjectGone, "no JSON", "\\u{001B}");

    [Fact]
    public async Task It_prints_without_an_end() => (await CodecAsync("sh", "-c", "exec cat /dev/zero")).Says(ExitCodes.SubjectGone, "does not say what it is");

    [Fact]
    public async Task It_never_answers() => (await CodecAsync("sh", "-c", "while read -r line; do :; done")).Says(ExitCodes.SubjectGone, "no answer in 2 s");

    [Fact]
    public async Task It_forks_and_hangs()
    {
        var mark = $"{Environment.ProcessId}{Environment.TickCount64}";
        // In a session of its own, its parent gone, its streams closed: by no tree to be found.
        (await CodecAsync("sh", "-c", $"setsid sh -c 'sleep 1{mark} & sleep 2{mark}' < /dev/null > /dev/null 2>&1 & exec sleep 3{mark}")).Says(ExitCodes.SubjectGone, "no answer");
        Assert.Empty(Processes.With(mark));
    }

    [Fact]
    public async Task What_it_started_ends_even_when_the_suite_is_killed()
    {
        var mark = $"{Environment.ProcessId}{Environment.TickCount64}";
        using var suite = SuiteProcess.Start(null, "codec", "--", "sh", "-c", $"setsid sleep 1{mark} & read -r line; exec sleep 2{mark}");
        await Processes.AppearAsync(mark, 2, TestContext.Current.CancellationToken);
        suite.Signal(9);
        await Processes.DisappearAsync(mark, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task It_claims_nothing()
    {
        const string codec = """
            while read -r line; do id=${line#*:}; id=${id%%,*}; printf '{"id":%s,"ok":true,"name":"idle","version":"1","claims":[]}\n' "$id"; done
            """;
        (await CodecAsync("sh", "-c", codec)).Says(ExitCodes.Untested, "nothing was tested");
    }

    static async Task<Ended> CodecAsync(params string[] command)
    {
        var folder = SuiteProcess.NewFolder();
        await File.WriteAllTextAsync(Path.Combine(folder, "act-conformance.yaml"), "act: 1\nlimits: { answer: 2s }\n");
        return await SuiteProcess.RunInAsync(folder, ["codec", "--", .. command]);
    }
}

/// <summary>Processes of this machine, by what stands in their command lines.</summary>
static class Processes
{
    static readonly TimeSpan Within = TimeSpan.FromSeconds(20);

    public static IReadOnlyList<string> With(string mark) => [.. Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])).Select(CommandOf).Where(command => command.StartsWith("sleep", StringComparison.Ordinal) && command.Contains(mark, StringComparison.Ordinal))];

    public static Task AppearAsync(string mark, int count, CancellationToken stop) => UntilAsync(() => With(mark).Count >= count, $"{count} processes {mark} are there", stop);

    public static Task DisappearAsync(string mark, CancellationToken stop) => UntilAsync(() => With(mark).Count == 0, $"no process {mark} is there", stop);

    // The kernel tells nobody of a stranger's end: it has to be looked for.
    static async Task UntilAsync(Func<bool> holds, string what, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var start = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Within, $"It is not so that {what}.");
            await timer.WaitForNextTickAsync(stop);
        }
    }

    static string CommandOf(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline"));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
