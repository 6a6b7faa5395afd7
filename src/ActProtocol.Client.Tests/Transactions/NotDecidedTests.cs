using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;

namespace ActProtocol.Client.Transactions;

/// <summary>A broker that decides nothing for now has refused nothing for good: the same bytes are said again once it decides.</summary>
public class NotDecidedTests
{
    // More than one envelope is sent before the sender says that it was refused.
    const int Refusals = 8;

    [Theory]
    [InlineData(StepKind.Intent, ErrorCode.Overloaded)]
    [InlineData(StepKind.Lock, ErrorCode.PartitionFenced)]
    [InlineData(StepKind.Commit, ErrorCode.PartitionFenced)]
    [InlineData(StepKind.Commit, ErrorCode.QuotaExceeded)]
    public async Task A_buyer_goes_on_when_a_step_was_not_decided_for_a_while(StepKind step, ErrorCode code)
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync());
        await using var broker = await RefusingBroker.StartAsync(market.Broker.Grpc);
        var left = Refusals;
        broker.Refuses = content => StepKinds.Of(content.BodyCase) == step && left-- > 0 ? new Refusal(code, RetryAfter: TimeSpan.FromMilliseconds(1)) : null;
        using var client = NewClient(broker, market);

        Assert.IsType<PurchaseResult.Bought>(await market.Buyer(client).BuyAsync("order", market.Order, Market.Cancelled));

        Assert.True(left < 0);
        Assert.Equal(Market.Cny(Market.Price), await market.SpentAsync());
    }

    [Theory]
    [InlineData(StepKind.Lock)]
    [InlineData(StepKind.Commit)]
    public async Task A_wait_beyond_the_buyers_patience_is_told_and_the_purchase_can_be_gone_on_with(StepKind step)
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync());
        await using var broker = await RefusingBroker.StartAsync(market.Broker.Grpc);
        broker.Refuses = content => StepKinds.Of(content.BodyCase) == step ? new Refusal(ErrorCode.PartitionFenced, RetryAfter: TimeSpan.FromHours(1)) : null;
        using var client = NewClient(broker, market);

        var unfinished = Assert.IsType<PurchaseResult.Unfinished>(await market.Buyer(client).BuyAsync("order", market.Order, Market.Cancelled));
        Assert.False(unfinished.OutcomeUnknown);
        Assert.Contains(nameof(ErrorCode.PartitionFenced), unfinished.Why, StringComparison.Ordinal);

        Assert.IsType<PurchaseResult.Bought>(await market.Buyer().BuyAsync("order", market.Order, Market.Cancelled));
        Assert.Equal(Market.Cny(Market.Price), await market.SpentAsync());
    }

    // What was acknowledged never comes again: then the buyer would wait for a confirmation until its lock expires.
    [Fact]
    public async Task A_seller_has_not_dealt_with_what_it_could_not_answer()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync(), selling: false);
        await using var broker = await RefusingBroker.StartAsync(market.Broker.Grpc);
        var refusing = true;
        broker.Refuses = _ => refusing ? new Refusal(ErrorCode.Overloaded, RetryAfter: TimeSpan.FromMilliseconds(1)) : null;
        using var client = NewClient(broker, market);
        var desk = new SellerDesk(client, market.SellerAgent, new Market.Plain());
        var buying = market.Buyer().BuyAsync("order", market.Order, Market.Cancelled);

        await foreach (var mail in new MailConnection(market.Client, market.SellerAgent).ReadAsync(Market.Cancelled))
        {
            refusing = true;
            var fault = await Assert.ThrowsAsync<ActRefusedException>(() => desk.HandleAsync(mail, Market.Cancelled));
            Assert.Equal(ErrorCode.Overloaded, fault.Refusal.Code);
            refusing = false;
            await desk.HandleAsync(mail, Market.Cancelled);
            if (mail.Body is V1.Lock) break;
        }

        Assert.IsType<PurchaseResult.Bought>(await buying);
    }

    static ActClient NewClient(RefusingBroker broker, Market market) => new(
        new ActClientOptions { Address = broker.Address, FirstWait = TimeSpan.FromMilliseconds(1), LongestWait = TimeSpan.FromMilliseconds(20), AttemptsMax = 3 }, market.Broker.Info);
}
