using ActProtocol.V1;

namespace ActProtocol.Client.Transactions;

/// <summary>A seller whose mail comes again, to a process that knows nothing of the one before.</summary>
public class SellerTests
{
    [Fact]
    public async Task What_was_quoted_is_not_declined_when_the_intent_comes_again_and_the_seller_has_changed_its_mind()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync(), selling: false);
        var buying = market.Buyer().BuyAsync("order", market.Order, Market.Cancelled);
        Mail? intent = null;
        await foreach (var mail in new MailConnection(market.Client, market.SellerAgent).ReadAsync(Market.Cancelled))
        {
            var desk = new SellerDesk(market.Client, market.SellerAgent, new Market.Plain());
            if (mail.Body is V1.Lock)
            {
                // Killed before anything was acknowledged or confirmed: the intent comes first again, and now there is nothing left to offer.
                await new SellerDesk(market.Client, market.SellerAgent, new SoldOut()).HandleAsync(intent!, Market.Cancelled);
            }
            await desk.HandleAsync(mail, Market.Cancelled);
            intent ??= mail;
            if (mail.Body is V1.Lock) break;
        }

        Assert.IsType<PurchaseResult.Bought>(await buying);
        Assert.Equal(Market.Cny("30 CNY"), await market.SpentAsync());
    }

    [Fact]
    public async Task A_seller_with_nothing_to_offer_declines()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync(), new SoldOut());

        Assert.IsType<PurchaseResult.NothingBought>(await market.Buyer().BuyAsync("order", market.Order, Market.Cancelled));
    }

    sealed class SoldOut : SellerHandler
    {
        public override Task<Quote?> QuoteAsync(Intent intent, Sale sale, CancellationToken cancellationToken) => Task.FromResult<Quote?>(null);

        public override Task<bool> HoldAsync(Sale sale, CancellationToken cancellationToken) => Task.FromResult(false);
    }
}
