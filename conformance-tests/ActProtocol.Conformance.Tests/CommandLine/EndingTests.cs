using System.Text.Json;
using ActProtocol.Sqlite;

namespace ActProtocol.Conformance.CommandLine;

/// <summary>A run that can't end as it should: by a signal, by time, or for want of room.</summary>
public class EndingTests
{
    // Says what it is, and answers everything else with a mark that nobody asked for; or with nothing.
    const string Wrong = """
        while read -r line; do id=${line#*:}; id=${id%%,*}; case "$line" in
        *describe*) printf '{"id":%s,"ok":true,"name":"slow","version":"1","claims":["parse","digest","verify"]}\n' "$id" ;;
        *) ANSWER ;; esac; done
        """;

    static readonly string Hanging = Wrong.Replace("ANSWER", "sleep 600", StringComparison.Ordinal);
    static readonly string Refusing = Wrong.Replace("ANSWER", "printf '{\"id\":%s,\"ok\":false,\"code\":\"no\"}\\n' \"$id\"", StringComparison.Ordinal);

    [Theory]
    [InlineData(2)]
    [InlineData(15)]
    [InlineData(1)]
    public async Task A_signal_ends_the_run_with_a_partial_report(int signal)
    {
        var folder = await FolderAsync("act: 1\nlimits: { answer: 10m }\n");
        using var suite = SuiteProcess.Start(folder, "codec", "--json", "report.json", "--html", "report.html", "--junit", "junit.xml", "--badge", "badge.svg", "--", "sh", "-c", Hanging);
        await suite.SaysAsync("checks, requirements");
        suite.Signal(signal);
        var ended = await suite.EndAsync();
        ended.Says(ExitCodes.Interrupted, "Partial: The run was interrupted", "No badge is made");
        using var report = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "report.json"), TestContext.Current.CancellationToken));
        Assert.Contains("interrupted", report.RootElement.GetProperty("partial").GetString(), StringComparison.Ordinal);
        Assert.Equal(report.RootElement.GetProperty("expected").GetArrayLength(), report.RootElement.GetProperty("emitted").GetArrayLength());
        Assert.Contains("This report is partial", await File.ReadAllTextAsync(Path.Combine(folder, "report.html"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder, "badge.svg")));
    }

    [Fact]
    public async Task What_has_no_time_is_untested()
    {
        var folder = await FolderAsync("act: 1\nlimits: { answer: 10m }\n");
        (await SuiteProcess.RunInAsync(folder, "codec", "--time-budget", "1s", "--json", "report.json", "--", "sh", "-c", Hanging)).Says(ExitCodes.Untested, "The time budget of 1 s was used up");
    }

    [Fact]
    public async Task A_full_disk_is_told_and_is_not_green()
    {
        var ended = await SuiteProcess.RunAsync("codec", "--json", "/dev/full", "--run", "ENV-02", "--", "sh", "-c", Refusing);
        ended.Says(ExitCodes.HarnessError, "'/dev/full' could not be written", "No space left");
    }

    [Fact]
    public async Task A_disk_that_fills_up_leaves_no_half_report()
    {
        using var disk = SmallDisk.TryMount(megabytes: 1) ?? throw new InvalidOperationException("This test mounts a small file system: run it as root.");
        var path = Path.Combine(disk.Folder, "report.json");
        disk.Fill(left: 8192);
        var ended = await SuiteProcess.RunInAsync(null, "codec", "--json", path, "--failures", Path.Combine(disk.Folder, "failures"), "--", "sh", "-c", Refusing);
        ended.Says(ExitCodes.HarnessError, "could not be written: No space left");
        Assert.False(File.Exists(path));
        Assert.DoesNotContain(Directory.EnumerateFiles(disk.Folder), file => file.EndsWith(".part", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_output_that_can_not_be_written_is_told()
    {
        using var shell = SuiteProcess.Start(null);
        await shell.EndAsync();
        var start = new System.Diagnostics.ProcessStartInfo("sh", ["-c", $"dotnet '{SuiteProcess.Program}' list > /dev/full"]) { RedirectStandardError = true };
        using var process = System.Diagnostics.Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ExitCodes.HarnessError, process.ExitCode);
        Assert.Contains("The output could not be written", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failing_check_leaves_a_bundle_that_replays()
    {
        var folder = SuiteProcess.NewFolder();
        var run = await SuiteProcess.RunInAsync(folder, "codec", "--run", "ENV-02*", "--", "sh", "-c", Refusing);
        run.Says(ExitCodes.Failed, "FAIL ENV-02", "expected", "got", "act-conformance replay ENV-02");
        var bundle = Directory.EnumerateDirectories(Path.Combine(folder, "failures")).First();
        Assert.Superset(new HashSet<string> { "case.json", "script.json", "why.md", "sent-01.bin", "received-02.bin" }, Directory.EnumerateFiles(bundle).Select(file => Path.GetFileName(file)).ToHashSet());
        var id = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(bundle, "case.json"), TestContext.Current.CancellationToken)).RootElement.GetProperty("id").GetString()!;
        (await SuiteProcess.RunInAsync(folder, "replay", id, "--print")).Says(ExitCodes.Failed, "FAIL", id, "→", "←");
        (await SuiteProcess.RunInAsync(folder, "replay", id, "--until", "1")).Says(ExitCodes.Failed, id);
        (await SuiteProcess.RunInAsync(folder, "replay", id, "--bytes", bundle)).Says(ExitCodes.Failed, "The same bytes got the same answers");
    }

    [Fact]
    public async Task A_bundle_of_a_broker_says_why_its_bytes_are_not_sent()
    {
        var folder = SuiteProcess.NewFolder();
        (await SuiteProcess.RunInAsync(folder, "replay", Runs.Results.A(0).Check.Id, "--bytes", folder)).Says(ExitCodes.BadInput, "is no bundle");
        (await SuiteProcess.RunInAsync(folder, "minimise", folder)).Says(ExitCodes.BadInput, "is no bundle");
        (await SuiteProcess.RunInAsync(folder, "replay", "QUO-04.nothing")).Says(ExitCodes.BadInput, "There is no check 'QUO-04.nothing'");
    }

    static async Task<string> FolderAsync(string config)
    {
        var folder = SuiteProcess.NewFolder();
        await File.WriteAllTextAsync(Path.Combine(folder, "act-conformance.yaml"), config);
        return folder;
    }
}
