using System.Diagnostics;
using System.Text;

namespace ActProtocol.Conformance.BrokenBrokers;

/// <summary>
/// One build of the reference's own source with every edit of the table in it, each behind a switch that the environment variable <c>ACT_BROKEN</c> names. With the
/// switch at nothing it is the reference.
/// </summary>
static class BrokenBrokerBuild
{
    static readonly Lazy<Task<string>> Built = new(() => BuildAsync("artifacts/broken-brokers", BrokenBrokerTable.All));
    static readonly Lazy<Task<string>> Agents = new(() => BuildAsync("artifacts/broken-agents", [.. BrokenAgents.BrokenAgentTable.InOurSource]));

    const string Switch = """
        // Which of the broken brokers this is.
        public static class BrokenBy
        {
            static readonly string? Chosen = System.Environment.GetEnvironmentVariable("ACT_BROKEN");

            public static bool Is(string name) => Chosen == name;
        }
        """;

    /// <summary>The program, built once a run of the tests; <c>act</c> with all of its commands.</summary>
    public static Task<string> ProgramAsync() => Built.Value;

    /// <summary>The same with the broken agents' edits.</summary>
    public static Task<string> AgentsAsync() => Agents.Value;

    /// <summary>A source file with its edits.</summary>
    /// <exception cref="InvalidOperationException">What an edit looks for does not stand there exactly once: the reference has changed, and the table has to follow.</exception>
    public static string Edited(IReadOnlyList<BrokenBroker> table, string file, string source)
    {
        foreach (var broken in table)
        {
            foreach (var edit in broken.Edits.Where(edit => edit.File == file))
            {
                var right = edit.Right.ReplaceLineEndings("\n");
                var at = source.IndexOf(right, StringComparison.Ordinal);
                if (at < 0 || source.IndexOf(right, at + 1, StringComparison.Ordinal) >= 0)
                {
                    throw new InvalidOperationException($"{broken.Name}: '{right}' does not stand in src/{file} exactly once.");
                }
                var wrong = edit.Wrong.ReplaceLineEndings("\n").Replace("{M}", $"global::BrokenBy.Is(\"{broken.Name}\")", StringComparison.Ordinal);
                source = string.Concat(source.AsSpan(0, at), wrong, source.AsSpan(at + right.Length));
            }
        }
        return source;
    }

    static async Task<string> BuildAsync(string name, IReadOnlyList<BrokenBroker> table)
    {
        var folder = Repository.PathOf(name);
        foreach (var path in Sources()) Write(folder, path, path.StartsWith("src/", StringComparison.Ordinal) && path.EndsWith(".cs", StringComparison.Ordinal)
            ? Edited(table, path["src/".Length..], await File.ReadAllTextAsync(Repository.PathOf(path))) : await File.ReadAllTextAsync(Repository.PathOf(path)));
        Write(folder, "src/ActProtocol.Core/BrokenBy.cs", Switch);

        var start = new ProcessStartInfo("dotnet", ["build", "tools/act/act.csproj", "--nologo", "--verbosity", "quiet", "-p:TreatWarningsAsErrors=false", "-p:EnforceCodeStyleInBuild=false", "-p:RunAnalyzers=false", "-consoleLoggerParameters:ErrorsOnly"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var build = Process.Start(start)!;
        var output = build.StandardOutput.ReadToEndAsync();
        var errors = build.StandardError.ReadToEndAsync();
        await build.WaitForExitAsync();
        if (build.ExitCode != 0) throw new InvalidOperationException($"{name} do not build:\n{await output}\n{await errors}");
        return Path.Combine(folder, "tools/act/bin/Debug/net10.0/act.dll");
    }

    // What act is built of: not the tests.
    static IEnumerable<string> Sources()
    {
        foreach (var file in (string[])["global.json", "Directory.Build.props", "Directory.Packages.props", "BannedSymbols.txt", ".editorconfig"]) yield return file;
        foreach (var folder in (string[])["protocol/act", "src/ActProtocol.Wire", "src/ActProtocol.Core", "src/ActProtocol.Engine", "src/ActProtocol.Sqlite", "src/ActProtocol.Broker", "src/ActProtocol.Client", "tools/act", "spec/registry", "spec/rendering"])
        {
            foreach (var file in Directory.EnumerateFiles(Repository.PathOf(folder), "*", SearchOption.AllDirectories))
            {
                var path = Path.GetRelativePath(Repository.Root, file).Replace('\\', '/');
                if (!path.Contains("/bin/", StringComparison.Ordinal) && !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/node_modules/", StringComparison.Ordinal)) yield return path;
            }
        }
    }

    // What is the same stays untouched, so that the next build has nothing to do.
    static void Write(string folder, string path, string text)
    {
        var file = Path.Combine(folder, path);
        if (File.Exists(file) && File.ReadAllText(file) == text) return;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }
}
