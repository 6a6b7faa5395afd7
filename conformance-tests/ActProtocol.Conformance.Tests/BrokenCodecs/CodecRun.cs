using System.Diagnostics;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Codecs;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.BrokenCodecs;

/// <summary>A whole run against a codec.</summary>
static class CodecRun
{
    // Each copy of the program costs a start; fifty codecs are run.
    const int CopiesMax = 2;

    static readonly string Example = Repository.PathOf("spec/examples/node-codec");
    static readonly Lazy<Task> Installed = new(InstallAsync);

    public static IReadOnlyList<string> Node => ["node", Path.Combine(Example, "codec.mjs")];

    public static IReadOnlyList<string> Broken(string name) => ["env", $"ACT_MUTANT={name}", "node", Repository.PathOf("conformance-tests/ActProtocol.Conformance.Tests/BrokenCodecs/codec.mjs")];

    /// <summary>The reference's, as it was built beside these tests.</summary>
    public static IReadOnlyList<string> Act =>
        ["dotnet", Repository.PathOf($"tools/act/bin/{new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name}/net10.0/act.dll"), "codec"];

    public static async Task<IReadOnlyList<CheckResult>> RunAsync(IReadOnlyList<string> command, SubjectKind kind = SubjectKind.Codec, long seed = 42)
    {
        await Installed.Value;
        var stop = TestContext.Current.CancellationToken;
        await using var target = await CodecTarget.StartAsync(command, Waits.Usual with { Slow = 4 }, stop);
        var runner = new Runner(new CodecChecks(target, RunIdentity.New(seed), TimeProvider.System).RunAsync, CopiesMax, TimeSpan.FromMinutes(2), TimeProvider.System);
        return await runner.RunAsync(CodecChecks.Of(kind), _ => { }, stop);
    }

    /// <summary>What a program written here in a line of JavaScript does; <c>id</c> is that of the request, <c>describe</c> is answered already.</summary>
    public static IReadOnlyList<string> Script(string each) =>
    [
        "node", "-e", $$"""
            let rest = '';
            process.stdin.on('data', (data) => {
              rest += data;
              for (let end; (end = rest.indexOf('\n')) >= 0; rest = rest.slice(end + 1)) {
                const request = JSON.parse(rest.slice(0, end));
                const { id } = request;
                const say = (answer) => process.stdout.write(`${typeof answer === 'string' ? answer : JSON.stringify(answer)}\n`);
                if (request.do === 'describe') say({ id, ok: true, name: 'script', version: '1', claims: ['digest', 'parse', 'receipt'] });
                else { {{each}} }
              }
            });
            """,
    ];

    // tools/test.sh has done this; tests that are run alone do it once.
    static async Task InstallAsync()
    {
        if (Directory.Exists(Path.Combine(Example, "node_modules"))) return;
        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--silent"]) { WorkingDirectory = Example })!;
        await npm.WaitForExitAsync();
        Assert.Equal(0, npm.ExitCode);
    }
}
