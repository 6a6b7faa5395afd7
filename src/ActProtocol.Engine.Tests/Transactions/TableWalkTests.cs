using ActProtocol.Engine.Hosting;
using ActProtocol.Errors;
using ActProtocol.Transactions;
using ActProtocol.V1;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Engine.Transactions;

/// <summary>Every state, reached by real envelopes, times every step of every party: what the design allows, and nothing else.</summary>
public sealed class TableWalkTests : IAsyncLifetime
{
    static readonly Role[] Parties = [Role.Buyer, Role.Seller, Role.Principal, Role.Arbiter];

    Market _market = null!;

    public static TheoryData<TransactionState> States => [.. Enum.GetValues<TransactionState>().Where(state => state is not (Unspecified or Refunding))];

    public async ValueTask InitializeAsync() => _market = await Market.OpenAsync();

    public async ValueTask DisposeAsync() => await _market.DisposeAsync();

    [Theory]
    [MemberData(nameof(States))]
    public async Task Every_step_of_everybody_is_taken_or_refused_as_designed(TransactionState state)
    {
        var deal = await _market.BringAsync(state);
        Assert.Equal(state, await _market.StateAsync(deal));
        var money = await MoneyAsync();
        Assert.Equal(MoneyIn(state), money);

        foreach (var by in Parties)
        {
            foreach (var step in Steps.OfParties.Where(step => DesignTable.After(state, by, step).Length == 0))
            {
                var refused = await _market.TryAsync(deal, by, step);
                Assert.Equal((by, step, CodeIn(state, by, step)), (by, step, refused.Code));
                Assert.Equal(refused.Code is not ErrorCode.TransactionUnknown, refused.Recorded);
            }
        }
        Assert.Equal((state, money), (await _market.StateAsync(deal), await MoneyAsync()));

        foreach (var (_, by, step, becomes) in DesignTable.Rows.Where(row => row.From == state && row.By is not Role.Broker))
        {
            // Terms are escrow here, and a part of what is guarded by instant terms is elsewhere.
            if (state is Settled && step is StepKind.Fulfil) continue;
            await _market.AssertReplaysAsync();
            await AllowedAsync(state, by, step, becomes[0]);
        }
        await _market.AssertReplaysAsync();
    }

    // Refunding ends by itself once the payee's partition has answered: everything is decided before that, in one append.
    [Fact]
    public async Task While_a_refund_is_under_way_nobody_can_do_anything()
    {
        foreach (var by in Parties)
        {
            foreach (var step in Steps.OfParties)
            {
                var deal = await _market.BringAsync(Settled);
                var outcomes = await _market.TogetherAsync(
                    _market.Write(deal, Role.Seller, Steps.Refund(Steps.Cny(Steps.Price))), _market.Write(deal, by, Steps.Of(step, deal)));
                Assert.Equal(Refunding, outcomes[0].Accepted!.State);
                Assert.Equal((by, step, CodeIn(Refunding, by, step)), (by, step, outcomes[1].Code));
                await _market.World.TransfersAsync();
                Assert.Equal(Refunded, await _market.StateAsync(deal));
            }
        }
        Assert.Equal("1000.00 / 0.00", await _market.MoneyAsync("buyer-owner"));
        await _market.AssertReplaysAsync();
    }

    [Theory]
    [InlineData(TransactionState.Open, Expired)]
    [InlineData(Quoted, Expired)]
    [InlineData(AwaitingApproval, Expired)]
    [InlineData(Locked, Expired)]
    [InlineData(Confirmed, Expired)]
    [InlineData(Committed, Refunded)]
    [InlineData(Fulfilled, Settled)]
    [InlineData(Disputed, Refunded)]
    public async Task Time_ends_what_it_should_and_a_moment_before_it_does_not(TransactionState state, TransactionState becomes)
    {
        var deal = await _market.BringAsync(state);
        var life = state is TransactionState.Open or Quoted ? Market.IntentLife : TimeSpan.FromMilliseconds(state is AwaitingApproval or Locked or Confirmed ? 600_000 : 3_600_000);
        await _market.World.PassAsync(life - TimeSpan.FromMilliseconds(1));
        Assert.Equal((state, MoneyIn(state)), (await _market.StateAsync(deal), await MoneyAsync()));
        await _market.World.PassAsync(TimeSpan.FromMilliseconds(1));
        await _market.World.TransfersAsync();
        Assert.Equal((becomes, MoneyIn(becomes)), (await _market.StateAsync(deal), await MoneyAsync()));
        await _market.AssertReplaysAsync();
    }

    [Theory]
    [InlineData(AwaitingApproval, true)]
    [InlineData(Locked, true)]
    [InlineData(Confirmed, true)]
    [InlineData(TransactionState.Open, false)]
    [InlineData(Quoted, false)]
    [InlineData(Committed, false)]
    [InlineData(Fulfilled, false)]
    [InlineData(Disputed, false)]
    [InlineData(Settled, false)]
    public async Task A_revoked_mandate_releases_what_is_held_and_nothing_that_was_committed(TransactionState state, bool released)
    {
        var deal = await _market.BringAsync(state);
        var revoke = new RevokeMandate { Mandate = deal.Mandate.ToWire() };
        Assert.NotNull((await _market.World.SendAsync("buyer-owner", new Content { RevokeMandate = revoke })).Accepted);
        await _market.World.TransfersAsync();
        var after = released ? Released : state;
        Assert.Equal((after, MoneyIn(after)), (await _market.StateAsync(deal), await MoneyAsync()));
        await _market.AssertReplaysAsync();
    }

    async Task AllowedAsync(TransactionState state, Role by, StepKind step, TransactionState becomes)
    {
        var (buyer, seller) = (await _market.MoneyAsync("buyer-owner"), await _market.MoneyAsync("seller-owner"));
        var deal = await _market.BringAsync(state);
        var accepted = await _market.DoAsync(deal, by, step);
        await _market.World.TransfersAsync();
        var ended = becomes is Refunding ? Refunded : becomes;
        Assert.Equal((by, step, ended), (by, step, await _market.StateAsync(deal)));
        Assert.Equal(becomes, accepted.State);
        Assert.Equal((Moved(buyer, MoneyIn(ended).Buyer), Moved(seller, MoneyIn(ended).Seller)), (await _market.MoneyAsync("buyer-owner"), await _market.MoneyAsync("seller-owner")));
        // So that the next one finds the same money: what was bound is free, what was paid is funded anew.
        if (MoneyIn(ended).Buyer.StartsWith("700", StringComparison.Ordinal)) await _market.FundAsync("buyer-owner", Steps.Price);
    }

    async Task<(string Buyer, string Seller)> MoneyAsync() => (await _market.MoneyAsync("buyer-owner"), await _market.MoneyAsync("seller-owner"));

    /// <summary>After one purchase over 300 of 1,000 that got as far as a state.</summary>
    static (string Buyer, string Seller) MoneyIn(TransactionState state) => state switch
    {
        AwaitingApproval or Locked or Confirmed or Committed or Fulfilled or Disputed => ("700.00 / 300.00", "0.00 / 0.00"),
        Settled => ("700.00 / 0.00", "300.00 / 0.00"),
        _ => ("1000.00 / 0.00", "0.00 / 0.00"),
    };

    // What a purchase does to an account that had something before.
    static string Moved(string before, string after)
    {
        var (old, now) = (Parts(before), Parts(after));
        var began = after.StartsWith("1000", StringComparison.Ordinal) || after.StartsWith("700", StringComparison.Ordinal) ? 1000 : 0;
        return $"{old.Available + now.Available - began:0.00} / {old.Held + now.Held:0.00}";

        static (decimal Available, decimal Held) Parts(string text) => (decimal.Parse(text.Split(" / ")[0], null), decimal.Parse(text.Split(" / ")[1], null));
    }

    static ErrorCode CodeIn(TransactionState state, Role by, StepKind step)
    {
        // Nobody is an arbiter before there is something to dispute about.
        var everLocked = state is not (TransactionState.Open or Quoted or Declined or Cancelled or Expired);
        if (by is Role.Arbiter && !everLocked) return ErrorCode.TransactionUnknown;
        if (!DesignTable.MayEver(by, step)) return ErrorCode.StepNotYours;
        // Brought to Expired out of Quoted: what was due there is late, anything else is out of order.
        return state is Expired && DesignTable.After(Quoted, by, step).Length > 0 ? ErrorCode.DeadlinePassed : ErrorCode.StepOutOfOrder;
    }
}
