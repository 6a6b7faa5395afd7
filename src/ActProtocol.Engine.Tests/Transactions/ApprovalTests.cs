using ActProtocol.Engine.Hosting;
using ActProtocol.Envelopes;
using ActProtocol.V1;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Engine.Transactions;

public sealed class ApprovalTests : IAsyncLifetime
{
    Market _market = null!;

    public async ValueTask InitializeAsync() => _market = await Market.OpenAsync();

    public async ValueTask DisposeAsync() => await _market.DisposeAsync();

    [Theory]
    [InlineData(Steps.Price, 0, Locked)]
    [InlineData(Steps.Price - 1, 999_999_999, AwaitingApproval)]
    public async Task More_than_the_amount_waits_and_exactly_the_amount_does_not(long units, int nanos, TransactionState becomes)
    {
        var mandate = await _market.LodgeAsync(terms => terms.Limits[0].ApprovalAbove = Steps.Cny(units, nanos));
        var deal = await QuotedAsync(mandate);
        Assert.Equal(becomes, (await _market.DoAsync(deal, Role.Buyer, StepKind.Lock)).State);
    }

    [Fact]
    public async Task The_seller_hears_of_a_lock_only_when_it_is_approved_and_its_time_begins_then()
    {
        var deal = await _market.BringAsync(AwaitingApproval);
        await _market.World.TurnAsync();
        _market.World.ForgetMails();
        await _market.World.PassAsync(TimeSpan.FromMinutes(9));
        Assert.DoesNotContain(_market.World.Mails, mail => mail.Agent == World.Id("seller"));
        var accepted = await _market.DoAsync(deal, Role.Principal, StepKind.Approve);
        Assert.Equal(_market.World.NowMs + 600_000, accepted.DeadlineMs);
        await _market.World.TurnAsync();
        Assert.Equal(2, _market.World.Mails.Count(mail => mail.Agent == World.Id("seller")));
        await _market.World.PassAsync(TimeSpan.FromMinutes(9));
        await _market.DoAsync(deal, Role.Seller, StepKind.Confirm);
    }

    [Fact]
    public async Task It_names_the_quote_and_what_was_shown()
    {
        var deal = await _market.BringAsync(AwaitingApproval);
        var other = Steps.Of(StepKind.Approve, deal);
        other.Approve.Quote = SignedBytes.HashOf("another"u8).ToWire();
        Assert.Equal(ErrorCode.QuoteUnknown, (await _market.TryAsync(deal, Role.Principal, other)).Code);
        var chinese = Steps.Of(StepKind.Approve, deal);
        chinese.Approve.Language = "zh";
        Assert.Equal(ErrorCode.RenderingWrong, (await _market.TryAsync(deal, Role.Principal, chinese)).Code);
        Assert.Equal(Locked, (await _market.DoAsync(deal, Role.Principal, StepKind.Approve)).State);
        Assert.Equal(ErrorCode.StepOutOfOrder, (await _market.TryAsync(deal, Role.Principal, StepKind.Approve)).Code);
    }

    [Fact]
    public async Task A_mandate_that_was_revoked_meanwhile_approves_nothing()
    {
        var deal = await _market.BringAsync(AwaitingApproval);
        var revoke = _market.World.Seal("buyer-owner", new Content { RevokeMandate = new RevokeMandate { Mandate = deal.Mandate.ToWire() } });
        var outcomes = await _market.TogetherAsync(revoke, _market.Write(deal, Role.Principal, Steps.Of(StepKind.Approve, deal)));
        Assert.Equal((null, ErrorCode.StepOutOfOrder), (outcomes[0].Code, outcomes[1].Code));
        Assert.Equal((Released, "1000.00 / 0.00"), (await _market.StateAsync(deal), await _market.MoneyAsync("buyer-owner")));
    }

    [Theory]
    [InlineData(1000, 1000)]
    [InlineData(72_000_000, 600_000)]
    public async Task It_is_late_at_the_instant_that_the_quote_or_the_hold_ends(long quoteMs, long endsAfterMs)
    {
        var deal = await _market.BringAsync(AwaitingApproval, quote: offer => offer.Quote.ValidUntilMs = _market.World.NowMs + quoteMs);
        await _market.World.PassAsync(TimeSpan.FromMilliseconds(endsAfterMs));
        Assert.Equal(ErrorCode.DeadlinePassed, (await _market.TryAsync(deal, Role.Principal, StepKind.Approve)).Code);
        Assert.Equal((Expired, "1000.00 / 0.00"), (await _market.StateAsync(deal), await _market.MoneyAsync("buyer-owner")));
    }

    // The longest that a lock waits for its principal, however long the quote and the seller's hold.
    [Fact]
    public async Task It_waits_for_a_day_at_most()
    {
        var mandate = await _market.LodgeAsync(terms => terms.Limits[0].ApprovalAbove = Steps.Cny(1));
        var deal = await _market.IntendAsync(intent =>
        {
            intent.Header.Mandate = mandate.ToWire();
            intent.Intent.ExpiresAtMs = _market.World.NowMs + (30L * 24 * 3_600_000);
        });
        var offer = Steps.Quote(deal);
        offer.Quote.Terms.HoldForMs = 30L * 24 * 3_600_000;
        await _market.DoAsync(deal, Role.Seller, offer);
        Assert.Equal(_market.World.NowMs + (24 * 3_600_000), (await _market.DoAsync(deal, Role.Buyer, StepKind.Lock)).DeadlineMs);
    }

    // A principal that buys without an agent is asked, and can answer.
    [Fact]
    public async Task A_principal_who_buys_in_person_approves_in_person()
    {
        var envelope = _market.World.Seal("buyer-owner", _market.MandateFor("buyer", terms =>
        {
            (terms.Agent, terms.AgentKey) = (World.Id("buyer-owner"), _market.World.KeyOf("buyer-owner").PublicKey.Thumbprint.ToWire());
            terms.Limits[0].ApprovalAbove = Steps.Cny(1);
        }));
        await _market.World.SendAsync(envelope);
        _market.Mandate = SignedBytes.DigestOf(envelope.Content.Span);
        var deal = Assert.Single(await _market.IntendAsync(["seller"], buyer: "buyer-owner"));
        await _market.DoAsync(deal, Role.Seller, Steps.Quote(deal));
        Assert.Equal(AwaitingApproval, (await _market.DoAsync(deal, Role.Buyer, StepKind.Lock)).State);
        var approve = Steps.Of(StepKind.Approve, deal);
        approve.Header = new Header { TransactionId = deal.Id };
        Assert.Equal(Locked, (await _market.World.SendAsync(_market.World.Seal("buyer-owner", approve))).Accepted.State);
        await _market.DoAsync(deal, Role.Seller, StepKind.Confirm);
        await _market.DoAsync(deal, Role.Buyer, StepKind.Commit);
    }

    async Task<Deal> QuotedAsync(Digest mandate)
    {
        var deal = await _market.IntendAsync(intent => intent.Header.Mandate = mandate.ToWire());
        await _market.DoAsync(deal, Role.Seller, Steps.Quote(deal));
        return deal;
    }
}
