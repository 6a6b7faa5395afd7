using System.Diagnostics;
using System.Globalization;

namespace ActProtocol.Tools;

/// <summary>A broker that <c>act up</c> runs, told to stop as a service manager tells it.</summary>
public class UpTests
{
    const int AtOnce = 12;
    const int AcknowledgedMin = 200;

    static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Told_to_stop_under_load_it_answers_what_it_took_and_ends_well(string signal)
    {
        var data = Path.Combine(System.IO.Directory.CreateTempSubdirectory("act-up-").FullName, "data");
        var (trade, stopping, acknowledged) = (new Trade(), new Stopwatch(), 0);
        // A shell that starts these tests in the background has them ignore INT, and whoever they start as well.
        await using (var broker = await TestedBroker.StartAsync(data, null, "env", "--default-signal=INT"))
        {
            await trade.EnterAsync(broker);
            await trade.ConnectAsync(broker);
            trade.Acknowledged = () =>
            {
                if (Interlocked.Increment(ref acknowledged) != AcknowledgedMin) return;
                stopping.Start();
                Process.Start("kill", [$"-{signal}", broker.ProcessId.ToString(CultureInfo.InvariantCulture)]).Dispose();
            };
            await trade.RunAsync(AtOnce);
            await trade.DisconnectAsync();
            Assert.Equal((0, ""), await broker.EndAsync());
            Assert.InRange(stopping.Elapsed, TimeSpan.Zero, StopWithin);
        }

        trade.Acknowledged = null;
        await using var again = await TestedBroker.StartAsync(data);
        await trade.Witness.CheckAsync(again, [.. trade.Traders], new Random(1));
        await Bookkeeper.CheckAccountsAsync(again, trade);
        Assert.Empty(trade.Witness.Faults);
        again.Kill();
        await again.EndAsync();
        Assert.Empty((await Bookkeeper.AuditAsync(data)).Findings);
        System.IO.Directory.Delete(Path.GetDirectoryName(data)!, recursive: true);
    }
}
