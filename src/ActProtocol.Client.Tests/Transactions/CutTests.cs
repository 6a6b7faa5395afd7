using ActProtocol.V1;

namespace ActProtocol.Client.Transactions;

/// <summary>The connection is cut at every byte of what the broker says during a purchase: it still buys, and only once.</summary>
public class CutTests
{
    const int AtOnce = 4;
    const int Every = 24;
    const int AnswerMax = 1_000;

    // All of a purchase's bytes one by one take minutes: ACT_CUT_BYTES=all does so, otherwise it is every so many, beginning elsewhere each time.
    static readonly bool All = Environment.GetEnvironmentVariable("ACT_CUT_BYTES") == "all";

    [Fact]
    public async Task A_purchase_whose_connection_is_cut_anywhere_buys_once()
    {
        var broker = await RunningBroker.SharedAsync();
        var whole = 0L;
        await using (var uncut = await Market.OpenAsync(broker)) whole = await BuyAsync(uncut, "uncut", (_, _) => { });
        var (step, from) = All ? (1, 0) : (Every, (int)(whole % Every));

        await EachAsync(broker, Enumerable.Range(0, (int)whole).Where(at => at % step == from), (at, market) => BuyAsync(market, $"cut at {at}", (proxy, _) => proxy.CutAfter(at)));
    }

    [Theory]
    [InlineData(StepKind.Intent)]
    [InlineData(StepKind.Lock)]
    [InlineData(StepKind.Commit)]
    public async Task A_purchase_whose_connection_is_cut_at_any_byte_of_the_answer_to_a_step_buys_once(StepKind step)
    {
        var broker = await RunningBroker.SharedAsync();
        var answer = 0L;
        await using (var uncut = await Market.OpenAsync(broker))
        {
            await BuyAsync(uncut, "uncut", (proxy, events) =>
            {
                events.OnRemembered = said => answer = said == step ? proxy.Passed : answer;
                events.OnAnswered = answered => answer = answered == step ? proxy.Passed - answer : answer;
            });
        }
        Assert.True(answer > 0);

        // What comes from the mailbox meanwhile counts too, so it may be more than the answer; it is never less.
        await EachAsync(broker, Enumerable.Range(0, (int)Math.Min(answer, AnswerMax)), (at, market) => BuyAsync(market, $"cut at {at} of {step}", (proxy, events) =>
        {
            events.OnRemembered = said =>
            {
                if (said == step) proxy.CutAfter(at);
            };
        }));
    }

    // Several at the same time, each in a market of its own; afterwards the account and the records have the last word.
    static async Task EachAsync(RunningBroker broker, IEnumerable<int> cuts, Func<int, Market, Task> buyAsync)
    {
        var left = new Queue<int>(cuts);
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            await using var market = await Market.OpenAsync(broker);
            var bought = 0;
            for (; TryTake(out var at); bought++) await buyAsync(at, market);
            Assert.True(bought > 0);
            Assert.Equal(Market.Cny($"{30 * bought} CNY"), await market.SpentAsync());
        }));

        bool TryTake(out int at)
        {
            lock (left) return left.TryDequeue(out at);
        }
    }

    // The bytes that came from the broker until it was bought.
    static async Task<long> BuyAsync(Market market, string key, Action<CuttingProxy, PurchaseEvents> prepare)
    {
        await using var proxy = new CuttingProxy(market.Broker.Grpc);
        var events = new PurchaseEvents();
        prepare(proxy, events);
        var options = new ActClientOptions { Address = proxy.Address, FirstWait = TimeSpan.FromMilliseconds(1), LongestWait = TimeSpan.FromMilliseconds(20) };
        using var client = new ActClient(options, market.Broker.Info, logger: events);

        var result = await market.Buyer(client).BuyAsync(key, market.Order, Market.Cancelled);

        Assert.Equal(1, await market.CommitsAsync(Assert.IsType<PurchaseResult.Bought>(result).Record));
        return proxy.Passed;
    }
}
