using ActProtocol.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ActProtocol.Client.Hosting;

/// <summary>Agents in a .NET host.</summary>
public class HostingTests
{
    [Fact]
    public async Task A_seller_in_a_host_sells_and_its_sale_is_remembered()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync(), selling: false);
        using var host = HostFor(market);
        await host.StartAsync(Market.Cancelled);

        Assert.IsType<PurchaseResult.Bought>(await market.Buyer().BuyAsync("order", market.Order, Market.Cancelled));
        await host.StopAsync(Market.Cancelled);

        using var inbox = Inbox.Open(Path.Combine(market.Folder, "seller.inbox"));
        Assert.True(new FileInfo(Path.Combine(market.Folder, "seller.inbox")).Length > 20);
    }

    [Fact]
    public async Task A_stop_lets_the_record_under_way_be_finished_recorded_and_acknowledged()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync(), selling: false);
        using var host = HostFor(market);
        var goods = host.Services.GetRequiredService<Goods>();
        goods.Hold = new TaskCompletionSource();
        await host.StartAsync(Market.Cancelled);
        var buying = market.Buyer().BuyAsync("order", market.Order, Market.Cancelled);
        await (await Task.WhenAny(goods.Asked.Task, buying));

        var stopping = host.StopAsync(Market.Cancelled);
        Assert.False(stopping.IsCompleted);
        goods.Hold.SetResult();
        await stopping;

        // It was confirmed, although the stop came before; so the buyer could commit.
        Assert.IsType<PurchaseResult.Bought>(await buying);
    }

    [Fact]
    public async Task Wrong_options_end_the_start_and_are_all_told()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddActClient(options => (options.Address, options.AttemptsMax) = ("nowhere", 0));
        builder.Services.AddActSeller<Goods>(options => (options.Id, options.KeyFile) = ("anna", "no-such-file"));
        builder.Services.AddActBuyer(options => options.Mandate = "none");
        using var host = builder.Build();

        var fault = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync(Market.Cancelled));

        var told = string.Join(" ", (fault as AggregateException)?.InnerExceptions.Select(inner => inner.Message) ?? [fault.Message]);
        foreach (var wrong in (string[])["'nowhere'", "AttemptsMax", "'anna'", "Principal", "'no-such-file'", "64 hexadecimal"]) Assert.Contains(wrong, told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_buyer_from_the_host_buys()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync());
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddActClient(options => (options.Address, options.BrokerKeys) = (market.Broker.Grpc, market.Broker.KeysFile));
        builder.Services.AddActBuyer(options =>
        {
            (options.Id, options.Principal, options.Signer) = (market.Agent.Id, market.Owner.Id, market.Agent.Signer);
            (options.Mandate, options.Purchases) = (market.Mandate.ToString(), Path.Combine(market.Folder, "purchases"));
        });
        using var host = builder.Build();
        await host.StartAsync(Market.Cancelled);

        Assert.IsType<PurchaseResult.Bought>(await host.Services.GetRequiredService<Buyer>().BuyAsync("order", market.Order, Market.Cancelled));
        await host.StopAsync(Market.Cancelled);
    }

    [Fact]
    public async Task Another_agents_key_ends_the_start()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync(), selling: false);
        using var host = HostFor(market, options => options.Id = market.Agent.Id);

        var fault = await Assert.ThrowsAsync<FormatException>(() => host.StartAsync(Market.Cancelled));

        Assert.Contains($"holds the key of {market.SellerAgent.Id}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_seller_that_is_started_a_second_time_ends_the_first_hosts_run_with_the_reason()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync(), selling: false);
        using var first = HostFor(market);
        await first.StartAsync(Market.Cancelled);
        var stopped = new TaskCompletionSource();
        first.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopped.SetResult);
        Assert.IsType<PurchaseResult.Bought>(await market.Buyer().BuyAsync("order 1", market.Order, Market.Cancelled));

        using var second = HostFor(market, options => options.Inbox = null);
        await second.StartAsync(Market.Cancelled);

        await stopped.Task.WaitAsync(Market.Cancelled);
        var service = Assert.Single(first.Services.GetServices<IHostedService>().OfType<BackgroundService>());
        Assert.True(Assert.IsType<MailboxClosedException>(service.ExecuteTask!.Exception!.InnerException).TakenOver);
        Assert.IsType<PurchaseResult.Bought>(await market.Buyer().BuyAsync("order 2", market.Order, Market.Cancelled));
        await second.StopAsync(Market.Cancelled);
    }

    static IHost HostFor(Market market, Action<ActAgentOptions>? change = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddActClient(options => (options.Address, options.BrokerKeys) = (market.Broker.Grpc, market.Broker.KeysFile));
        builder.Services.AddActSeller<Goods>(options =>
        {
            (options.Id, options.Principal) = (market.SellerAgent.Id, market.SellerOwner.Id);
            options.KeyFile = Path.Combine(market.Folder, $"{market.SellerAgent.Id.Split('/')[^1]}.json");
            options.Inbox = Path.Combine(market.Folder, "seller.inbox");
            change?.Invoke(options);
        });
        return builder.Build();
    }

    sealed class Goods : SellerHandler
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource? Hold { get; set; }

        public override Task<Quote?> QuoteAsync(Intent intent, Sale sale, CancellationToken cancellationToken) => Task.FromResult<Quote?>(Market.Quote());

        public override async Task<bool> HoldAsync(Sale sale, CancellationToken cancellationToken)
        {
            Asked.TrySetResult();
            if (Hold is { } until) await until.Task.WaitAsync(cancellationToken);
            return true;
        }
    }
}
