using System.Text.RegularExpressions;

namespace ActProtocol.Tools;

/// <summary>Each command and each kind of bad input, as transcripts in tools/act/testdata. ACT_UPDATE=1 writes what is really said: read it.</summary>
public partial class ScriptTests(ScriptBroker broker) : IClassFixture<ScriptBroker>
{
    static readonly string Folder = Path.Combine(FindRoot(), "tools", "act", "testdata");
    static readonly bool IsUpdate = Environment.GetEnvironmentVariable("ACT_UPDATE") == "1";

    public static TheoryData<string> Scripts => [.. Directory.EnumerateFiles(Folder, "*.txt").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task It_says_what_the_script_says(string name)
    {
        var path = Path.Combine(Folder, $"{name}.txt");
        await using var run = new ScriptRun(broker);
        List<Script.Step> real = [];
        foreach (var step in new Script(path).Steps) real.Add(await run.RunAsync(step));

        var said = Script.Write(real);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
        if (IsUpdate) await File.WriteAllTextAsync(path, said, TestContext.Current.CancellationToken);
        Assert.Equal(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken), said);
    }

    [Fact]
    public void Every_command_has_its_help_and_an_example_in_a_script()
    {
        var scripts = Directory.EnumerateFiles(Folder, "*.txt").SelectMany(File.ReadLines).Where(line => line.StartsWith("$ act ", StringComparison.Ordinal) || line.StartsWith("& act ", StringComparison.Ordinal)).ToList();
        var root = File.ReadAllText(Path.Combine(Folder, "help.txt"));
        var commands = CommandsOf(root, "act").ToList();

        Assert.InRange(commands.Count, 25, 60);
        Assert.All(commands, command =>
        {
            Assert.Contains($"$ {command} --help", scripts);
            Assert.Contains(scripts, line => line[2..].StartsWith($"{command} ", StringComparison.Ordinal) && !line.EndsWith("--help", StringComparison.Ordinal) || line[2..] == command);
        });
    }

    // The commands that a help lists, and those below them.
    static IEnumerable<string> CommandsOf(string help, string command)
    {
        var at = help.IndexOf($"$ {command} --help\n", StringComparison.Ordinal);
        if (at < 0) yield break;
        var end = help.IndexOf("\n$ ", at + 1, StringComparison.Ordinal);
        var block = help[at..(end < 0 ? help.Length : end)];
        var list = block.IndexOf("\nCommands:\n", StringComparison.Ordinal);
        if (list < 0) yield break;
        foreach (var line in block[(list + 11)..].Split('\n').TakeWhile(line => line.Length > 0))
        {
            if (Name().Match(line) is not { Success: true } match) continue;
            var below = $"{command} {match.Groups[1].Value}";
            var more = CommandsOf(help, below).ToList();
            if (more.Count == 0) yield return below;
            foreach (var one in more) yield return one;
        }
    }

    static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ActProtocol.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }

    [GeneratedRegex("^  ([a-z]+)")]
    private static partial Regex Name();
}
