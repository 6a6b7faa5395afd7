using ActProtocol.Envelopes;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Client.Transactions;

/// <summary>Money in escrow: bought at the commit, delivered by the seller, accepted or disputed by the buyer.</summary>
public class EscrowTests
{
    [Fact]
    public async Task A_delivery_that_is_accepted_is_paid_once_however_often_that_is_said()
    {
        var (market, shop) = await OpenAsync();
        await using var _ = market;
        var buyer = market.Buyer();

        var bought = Assert.IsType<PurchaseResult.Bought>(await buyer.BuyAsync("order", OrderOf(market, shop), Market.Cancelled)).Record;
        await FulfilledAsync(market, shop, bought);
        var first = Assert.IsType<SendResult.Taken>(await buyer.AcceptAsync(bought, Market.Cancelled));
        var second = Assert.IsType<SendResult.Taken>(await buyer.AcceptAsync(bought, Market.Cancelled));

        Assert.Equal(PaymentKind.Committed, bought.Accepted.Payment.Kind);
        Assert.Equal(PaymentKind.Settled, first.Decision.Accepted.Payment.Kind);
        Assert.Equal(first.Decision, second.Decision);
        Assert.Equal(Market.Cny("30 CNY"), await market.SpentAsync());
    }

    [Fact]
    public async Task A_delivery_can_be_disputed_with_a_reason()
    {
        var (market, shop) = await OpenAsync();
        await using var _ = market;

        var bought = Assert.IsType<PurchaseResult.Bought>(await market.Buyer().BuyAsync("order", OrderOf(market, shop), Market.Cancelled)).Record;
        await FulfilledAsync(market, shop, bought);
        var disputed = await market.Buyer().DisputeAsync(bought, "It came broken.", [], Market.Cancelled);
        var again = await market.Buyer().DisputeAsync(bought, "It came broken, as I said.", [], Market.Cancelled);

        Assert.Equal(TransactionState.Disputed, Assert.IsType<SendResult.Taken>(disputed).Decision.Accepted.State);
        Assert.Equal(disputed, again);
    }

    // The seller delivers when it hears of the commit; the records say what was taken.
    static async Task FulfilledAsync(Market market, Shop shop, Mail bought)
    {
        await shop.Delivered.WaitAsync(Market.Cancelled);
        var records = await market.Client.TransactionAsync(bought.TransactionFor(market.Agent.Id), 0, market.Agent, market.Agent.Home, Market.Cancelled);
        Assert.Equal("application/pdf", records.Single(record => record.Step is StepKind.Fulfil).Content!.Fulfil.Evidence.Single().MediaType);
    }

    static PurchaseOrder OrderOf(Market market, Shop shop) => market.Order with { Intent = new Intent(Market.Intent()) { Arbiters = { shop.Arbiter } } };

    static async Task<(Market Market, Shop Shop)> OpenAsync()
    {
        var market = await Market.OpenAsync(await RunningBroker.SharedAsync(), selling: false);
        var name = $"{market.Agent.Id.Split('/')[^1]}-arbiter";
        var ownerId = ActId.Of("local", $"{name}-owner");
        var owner = ActIdentity.LoadOrCreate(Path.Combine(market.Folder, "arbiter-owner.json"), ownerId, ownerId);
        var arbiter = ActIdentity.LoadOrCreate(Path.Combine(market.Folder, "arbiter.json"), ActId.Of("local", name), ownerId);
        await market.Client.RegisterAsync(owner, arbiter, Market.Cancelled);
        var shop = new Shop(arbiter.Id);
        await market.SellAsync(shop);
        return (market, shop);
    }

    sealed class Shop(string arbiter) : SellerHandler
    {
        readonly TaskCompletionSource _delivered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Arbiter => arbiter;

        /// <summary>The commit was dealt with, and the delivery said.</summary>
        public Task Delivered => _delivered.Task;

        public override Task SeenAsync(Mail mail, CancellationToken cancellationToken)
        {
            if (mail.Step is StepKind.Commit) _delivered.TrySetResult();
            return Task.CompletedTask;
        }

        public override Task<Quote?> QuoteAsync(Intent intent, Sale sale, CancellationToken cancellationToken)
        {
            var quote = Market.Quote();
            quote.Terms.Escrow = new Escrow { FulfilWithinMs = 600_000, DisputeWindowMs = 600_000, ResolveWithinMs = 600_000, Arbiter = arbiter };
            return Task.FromResult<Quote?>(quote);
        }

        public override Task<bool> HoldAsync(Sale sale, CancellationToken cancellationToken) => Task.FromResult(true);

        public override Task<IReadOnlyList<Evidence>?> DeliverAsync(Sale sale, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Evidence>?>(
            [new Evidence { Digest = ByteString.CopyFrom(new byte[32]), MediaType = "application/pdf" }]);
    }
}
