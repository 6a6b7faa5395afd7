namespace ActProtocol.Client.Transactions;

/// <summary>A buyer that is killed with kill -9 at any point, or runs twice at the same time, buys once.</summary>
public class KillTests
{
    [Fact]
    public async Task A_buyer_that_is_killed_after_each_thing_it_does_buys_once()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync());
        var kills = 0;
        // At its first line, started again and killed at its second line …, until it is through before that line comes.
        for (var killed = true; killed; kills += killed ? 1 : 0)
        {
            await using var buyer = RunningBuyer.Start(market, "order");
            for (var line = 0; line <= kills && killed; line++) killed = await buyer.LineAsync() is not null;
        }
        Assert.InRange(kills, 3, 100);
        await AssertBoughtOnceAsync(market);
    }

    [Fact]
    public async Task A_buyer_that_is_killed_at_each_point_of_one_life_and_started_again_buys_once_each_time()
    {
        var broker = await RunningBroker.SharedAsync();
        await using var market = await Market.OpenAsync(broker);
        var (purchases, through) = (0, false);
        for (; !through; purchases++)
        {
            var key = $"order {purchases}";
            await using (var first = RunningBuyer.Start(market, key))
            {
                for (var line = 0; line <= purchases && !through; line++) through = await first.LineAsync() is null;
            }
            await using var second = RunningBuyer.Start(market, key);
            Assert.Equal(0, await second.EndAsync());
        }
        Assert.InRange(purchases, 8, 100);
        Assert.Equal(Market.Cny($"{30 * purchases} CNY"), await market.SpentAsync());
    }

    [Fact]
    public async Task A_buyer_that_is_killed_at_twenty_instants_of_no_choice_buys_once()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync());
        var random = new Random(20261124);
        for (var kill = 0; kill < 20; kill++)
        {
            // Somewhere in what the broker says during a purchase, wherever the buyer is with it by then.
            await using var proxy = new CuttingProxy(market.Broker.Grpc);
            var reached = proxy.ReachedAsync(random.Next(0, 9_000));
            await using var buyer = RunningBuyer.Start(market, $"order {kill / 4}", proxy.Address);
            await Task.WhenAny(reached, buyer.EndAsync());
        }
        for (var order = 0; order < 5; order++)
        {
            await using var buyer = RunningBuyer.Start(market, $"order {order}");
            Assert.Equal(0, await buyer.EndAsync());
        }
        Assert.Equal(Market.Cny("150 CNY"), await market.SpentAsync());
    }

    [Fact]
    public async Task Two_processes_with_the_same_purchase_buy_once()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync());
        for (var round = 0; round < 3; round++)
        {
            await using var one = RunningBuyer.Start(market, $"order {round}");
            await using var two = RunningBuyer.Start(market, $"order {round}");
            var codes = await Task.WhenAll(one.EndAsync(), two.EndAsync());
            Assert.Equal([0, 0], codes);
            Assert.Equal(Market.Cny($"{30 * (round + 1)} CNY"), await market.SpentAsync());
        }
    }

    [Fact]
    public async Task Several_clients_with_the_same_purchase_buy_once_and_all_know_it()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync());
        for (var round = 0; round < 10; round++)
        {
            var results = await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ =>
            {
                using var client = new ActClient(market.Broker.Grpc, market.Broker.Info);
                return await market.Buyer(client).BuyAsync($"order {round}", market.Order with { Intent = Several() }, Market.Cancelled);
            }));
            Assert.Single(results.Select(result => Assert.IsType<PurchaseResult.Bought>(result).Record.Record.Position).Distinct());
            Assert.Equal(Market.Cny($"{30 * (round + 1)} CNY"), await market.SpentAsync());
        }

        // The broker would allow more than one: it is the purchase that is one.
        static V1.Intent Several() => new(Market.Intent()) { MaxLocks = 3 };
    }

    static async Task AssertBoughtOnceAsync(Market market)
    {
        var bought = Assert.IsType<PurchaseResult.Bought>(await market.Buyer().BuyAsync("order", market.Order, Market.Cancelled));
        Assert.Equal(1, await market.CommitsAsync(bought.Record));
        Assert.Equal(Market.Cny("30 CNY"), await market.SpentAsync());
    }
}
