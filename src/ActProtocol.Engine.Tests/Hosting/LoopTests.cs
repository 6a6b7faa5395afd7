using System.Threading.Channels;
using ActProtocol.Engine.Directory;
using ActProtocol.Engine.Partitions;
using ActProtocol.Engine.Transactions;
using ActProtocol.Errors;
using ActProtocol.Journal;
using ActProtocol.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActProtocol.Engine.Hosting;

/// <summary>The engine's loop while something is not well: it waits and does not spin, it ends when it is told to, and it leaves nobody without an answer.</summary>
public sealed class LoopTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task What_waits_for_a_fenced_partition_keeps_the_loop_neither_busy_nor_from_ending()
    {
        await using var market = await Market.OpenAsync();
        await FenceSellersPartitionAsync(market);
        await SettledAsync(market);

        await WaitsAndEndsAsync(market);
    }

    [Fact]
    public async Task What_waits_for_a_clock_keeps_the_loop_neither_busy_nor_from_ending()
    {
        await using var market = await Market.OpenAsync();
        var deal = await ConfirmedAsync(market);
        using var hanging = market.Log.HangNext();
        var committing = market.TryAsync(deal, Role.Buyer, StepKind.Commit);
        await hanging.Reached;
        market.World.Time.Jump = TimeSpan.FromDays(365);
        hanging.Release();
        Assert.NotNull((await committing).Accepted);

        await WaitsAndEndsAsync(market);
    }

    [Fact]
    public async Task A_revocation_that_a_partition_cannot_take_is_answered_when_the_loop_ends()
    {
        await using var market = await Market.OpenAsync();
        await FenceSellersPartitionAsync(market);
        var revoking = market.TryAsync(Revocation(market));
        await market.World.AccountAsync("buyer-owner");
        Assert.False(revoking.IsCompleted);

        await market.World.Host.DisposeAsync();
        Assert.Equal(ErrorCode.Internal, (await revoking.WaitAsync(Patience, TestContext.Current.CancellationToken)).Code);
    }

    [Fact]
    public async Task A_revocation_that_waits_is_answered_when_the_loop_fails()
    {
        var market = await Market.OpenAsync();
        await FenceSellersPartitionAsync(market);
        var revoking = market.TryAsync(Revocation(market));
        await market.World.AccountAsync("buyer-owner");

        var gate = market.World.Host.Gate;
        var verified = gate.Verify(gate.Read(market.World.Seal("buyer-owner", market.MandateFor("buyer"))).Opened!).Verified!;
        await market.World.Host.SubmitAsync(verified, new FaultySink(), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<InvalidOperationException>(() => market.World.Host.Ended);
        Assert.Equal(ErrorCode.Internal, (await revoking.WaitAsync(Patience, TestContext.Current.CancellationToken)).Code);
    }

    // The first record of a new version of the zones is written before anything else; a stamp that is a year ahead would let all deadlines pass.
    [Fact]
    public async Task New_zones_are_not_stamped_by_a_clock_that_is_not_trusted()
    {
        await using var market = await Market.OpenAsync();
        await market.World.Host.DisposeAsync();
        var home = PartitionOf("buyer-owner");
        var before = await LastStampAsync(market, home);

        market.World.Time.Jump = TimeSpan.FromDays(365);
        var options = new EngineOptions { Broker = World.Broker, Authority = "test", Partitions = World.Partitions, ReceiptKey = World.ReceiptKey };
        var loop = new EngineLoop(
            options, market.Log, null, new DirectoryView(), new BatchProver(World.Broker, World.ReceiptKey), market.World, market.World.Time, NullLogger.Instance,
            Channel.CreateUnbounded<Work>().Reader);
        await loop.LoadAsync("other zones", TestContext.Current.CancellationToken);
        Assert.Equal(World.Partitions, loop.RecordsAppended);
        Assert.Equal(before, await LastStampAsync(market, home));
    }

    static async Task WaitsAndEndsAsync(Market market)
    {
        var waited = market.World.Time.WaitedForAsync();
        await market.World.AccountAsync("buyer-owner");
        await waited.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await market.World.Host.DisposeAsync().AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    static int PartitionOf(string owner) => Partition.PartitionOf((int)World.HomeOf(owner), World.Partitions);

    static async Task<long> LastStampAsync(Market market, int partition)
    {
        var tail = await market.Log.TailAsync(partition, TestContext.Current.CancellationToken);
        var entry = await market.Log.FindAsync(partition, tail.Next - 1, TestContext.Current.CancellationToken);
        return V1.Record.Parser.ParseFrom(entry!.Record.Span).StampMs;
    }

    static async Task FenceSellersPartitionAsync(Market market)
    {
        Assert.NotEqual(PartitionOf("seller-owner"), PartitionOf("buyer-owner"));
        await market.FundAsync("seller-owner", 1);
        market.Log.UnknownNext(written: false);
        var payout = new Content { RequestPayout = new RequestPayout { Amount = Steps.Cny(1), Destination = "x" } };
        Assert.Equal(ErrorCode.Internal, (await market.TryAsync(market.World.Seal("seller-owner", payout))).Code);
        Assert.Single(market.World.Host.Troubles);
    }

    static async Task<Deal> ConfirmedAsync(Market market)
    {
        var deal = await market.IntendAsync();
        await market.DoAsync(deal, Role.Seller, Steps.Quote(deal, Steps.Price));
        await market.DoAsync(deal, Role.Buyer, StepKind.Lock);
        await market.DoAsync(deal, Role.Seller, StepKind.Confirm);
        return deal;
    }

    static async Task SettledAsync(Market market) => await market.DoAsync(await ConfirmedAsync(market), Role.Buyer, StepKind.Commit);

    static Envelope Revocation(Market market) => market.World.Seal(
        "buyer-owner", new Content { RevokeKey = new RevokeKey { Id = World.Id("buyer"), Key = market.World.KeyOf("buyer").PublicKey.Thumbprint.ToWire() } });

    sealed class FaultySink : IAnswerSink
    {
        public void Decided(VerifiedEnvelope envelope, Decision decision) => throw new InvalidOperationException("a fault in the loop");

        public void NotDecided(VerifiedEnvelope envelope, Refusal refusal)
        {
        }
    }
}
