using ActProtocol.Errors;
using ActProtocol.Sqlite;
using ActProtocol.V1;
using Grpc.Core;

namespace ActProtocol.Tools;

/// <summary>A broker whose disk is full: it stops, says why, loses nothing, and goes on once there is room.</summary>
public class DiskFullTests
{
    const int RoomBytes = 600_000;

    // On a small file system of its own, and on one that is said to be full: the second is all there is where mounting is not allowed.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_broker_without_room_says_why_and_goes_on_when_there_is_some(bool mounted)
    {
        using var disk = mounted ? SmallDisk.TryMount(32) : null;
        var folder = disk?.Folder ?? System.IO.Directory.CreateTempSubdirectory("act-full-").FullName;
        var flag = $"{folder}.full";
        var environment = disk is null ? new Dictionary<string, string> { ["LD_PRELOAD"] = Preloads.PathOf("fulldisk"), ["ACT_FULL_ROOT"] = folder, ["ACT_FULL_FLAG"] = flag } : [];
        var (data, trade, random) = (Path.Combine(folder, "data"), new Trade(), new Random(1));
        await using (var broker = await TestedBroker.StartAsync(data, environment))
        {
            await trade.EnterAsync(broker);
            await trade.ConnectAsync(broker);
            for (var bought = 0; bought < 8; bought++) Assert.True(await trade.BuyAsync());
            await trade.DisconnectAsync();

            disk?.Fill(RoomBytes);
            if (disk is null) await File.WriteAllTextAsync(flag, "", TestContext.Current.CancellationToken);
            // Whose append failed hears that nobody knows; who comes later, that the partition does not write.
            Assert.Equal(ErrorCode.Internal, await UntilRefusedAsync(broker, trade));
            disk?.Fill(left: 0, more: true);
            Assert.Equal(ErrorCode.PartitionFenced, await UntilRefusedAsync(broker, trade));
            using var http = new HttpClient();
            var health = await http.GetAsync(new Uri($"{broker.Json}/health"), TestContext.Current.CancellationToken);
            Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, health.StatusCode);
            Assert.Contains("full", await health.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            broker.Kill();
            await broker.EndAsync();
        }

        disk?.Fill(left: 0);
        var refused = await Assert.ThrowsAsync<IOException>(() => TestedBroker.StartAsync(data, environment));
        Assert.Contains("full", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Message, StringComparison.Ordinal);

        disk?.Free();
        File.Delete(flag);
        await using var again = await TestedBroker.StartAsync(data, environment);
        await trade.Witness.CheckAsync(again, [.. trade.Traders], random);
        Assert.Empty(trade.Witness.Faults);
        again.Kill();
        await again.EndAsync();
        Assert.Empty((await Bookkeeper.AuditAsync(data)).Findings);
        if (disk is null) System.IO.Directory.Delete(folder, recursive: true);
    }

    // One payer pays in until it is told that it cannot.
    static async Task<ErrorCode> UntilRefusedAsync(TestedBroker broker, Trade trade)
    {
        var payer = trade.Traders.First();
        for (var turn = 0; ; turn++)
        {
            try
            {
                await trade.Witness.EnterAsync(broker, payer, payer.Fund(1, Guid.CreateVersion7().ToString()));
            }
            catch (RpcException fault) when (Refusal.FromWire(fault.GetRpcStatus()) is { } refusal)
            {
                return refusal.Code;
            }
            Assert.True(turn < 20_000, "The disk was never full.");
        }
    }
}
