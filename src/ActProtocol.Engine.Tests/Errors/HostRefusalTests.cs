using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Transactions;
using ActProtocol.Errors;
using ActProtocol.V1;

namespace ActProtocol.Engine.Errors;

/// <summary>Refusals that say something about the host rather than about an envelope.</summary>
public sealed class HostRefusalTests
{
    [Fact]
    public async Task A_full_queue_is_told_at_once()
    {
        await using var market = await Market.OpenAsync(options => options with { QueueMax = 2 });
        using var hanging = market.Log.HangNext();
        var held = market.FundAsync("buyer-owner", 1);
        await hanging.Reached;

        Task<Outcome>[] waiting = [.. Enumerable.Range(0, 2).Select(_ => market.TryAsync(market.World.Seal("buyer", market.IntentTo("seller"))))];
        var last = market.World.Seal("buyer", market.IntentTo("seller"));
        Assert.Equal(ErrorCode.Overloaded, (await market.TryAsync(last)).Code);

        hanging.Release();
        await held;
        Assert.All(await Task.WhenAll(waiting), outcome => Assert.NotNull(outcome.Accepted));
        // Nothing was decided: the same bytes are taken now.
        Assert.NotNull((await market.TryAsync(last)).Accepted);
    }
}
