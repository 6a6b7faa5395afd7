using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ActProtocol.Client.Transactions;

/// <summary>What is remembered is on the disk before anything is done on the strength of it: seen in the system calls of a whole purchase.</summary>
/// <remarks>A process that is killed leaves the page cache behind, so no kill would show a flush that is missing.</remarks>
public partial class DurabilityTests
{
    [Fact]
    public async Task Each_step_is_flushed_before_it_is_said()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync());
        var trace = Path.Combine(market.Folder, "trace");
        await using (var buyer = RunningBuyer.Start(market, "order", under: ["strace", "-f", "-qq", "-y", "-s", "48", "-e", "trace=write,pwrite64,fsync", "-o", trace]))
        {
            Assert.Equal(0, await buyer.EndAsync());
        }
        // The pid goes; what one thread begins and ends with others in between is put together by its end.
        var calls = (await File.ReadAllLinesAsync(trace, Market.Cancelled)).ToList();
        var (said, flushed, folder) = (0, true, false);
        foreach (var call in calls)
        {
            if (Wrote().IsMatch(call)) flushed = false;
            if (Flushed().IsMatch(call) && !call.Contains("unfinished", StringComparison.Ordinal)) flushed = true;
            if (call.Contains("fsync resumed", StringComparison.Ordinal)) flushed = true;
            if (call.Contains("fsync(", StringComparison.Ordinal) && call.Contains("/purchases>", StringComparison.Ordinal)) folder = true;
            if (!call.Contains("about to say", StringComparison.Ordinal)) continue;
            said++;
            Assert.True(flushed, $"Said before it was flushed: {string.Join('\n', calls)}");
        }
        Assert.Equal(3, said);
        Assert.True(folder, "The folder was never flushed: the file's name could be lost.");
    }

    [GeneratedRegex(@"pwrite64\(\d+<[^>]*\.purchase>")]
    private static partial Regex Wrote();

    [GeneratedRegex(@"fsync\(\d+<[^>]*\.purchase>")]
    private static partial Regex Flushed();
}
