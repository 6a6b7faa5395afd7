using ActProtocol.Engine.Transactions;
using ActProtocol.V1;

namespace ActProtocol.Engine.Mandates;

/// <summary>A lock spends from the mandate, the account and the intent, and is refused by the first that has not enough.</summary>
public sealed class SpendingTests
{
    [Fact]
    public async Task A_lock_beyond_the_mandate_or_the_funds_or_the_intent_is_refused()
    {
        await using var market = await Market.OpenAsync();
        market.Mandate = await market.LodgeAsync(terms => (terms.Limits[0].InTotal, terms.Limits[0].PerTransaction) = (Steps.Cny(900), Steps.Cny(500)));
        Assert.Equal(ErrorCode.MandateExceeded, await LockAsync(501));
        Assert.Null(await LockAsync(500));
        Assert.Equal(ErrorCode.MandateExceeded, await LockAsync(401));

        market.Mandate = await market.LodgeAsync();
        Assert.Equal(ErrorCode.FundsInsufficient, await LockAsync(501));
        var deal = await QuotedAsync(100);
        await market.DoAsync(deal, Role.Buyer, StepKind.Lock);
        Assert.Equal(ErrorCode.StepOutOfOrder, (await market.TryAsync(deal, Role.Buyer, StepKind.Lock)).Code);
        Assert.Equal("400.00 / 600.00", await market.MoneyAsync("buyer-owner"));

        async Task<ErrorCode?> LockAsync(long units) => (await market.TryAsync(await QuotedAsync(units), Role.Buyer, StepKind.Lock)).Code;

        async Task<Deal> QuotedAsync(long units)
        {
            var deal = await market.IntendAsync();
            await market.DoAsync(deal, Role.Seller, Steps.Quote(deal, units));
            return deal;
        }
    }
}
