using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Partitions;
using ActProtocol.Envelopes;
using ActProtocol.V1;
using static ActProtocol.V1.TransactionState;
using Record = ActProtocol.V1.Record;

namespace ActProtocol.Engine.Transactions;

/// <summary>Half-open, in order, and before any step of the account is judged.</summary>
public sealed class DeadlineTests : IAsyncLifetime
{
    Market _market = null!;

    public async ValueTask InitializeAsync() => _market = await Market.OpenAsync();

    public async ValueTask DisposeAsync() => await _market.DisposeAsync();

    [Theory]
    [InlineData(Locked, Role.Seller, StepKind.Confirm, 600_000)]
    [InlineData(Confirmed, Role.Buyer, StepKind.Commit, 600_000)]
    [InlineData(Committed, Role.Seller, StepKind.Fulfil, 3_600_000)]
    [InlineData(Fulfilled, Role.Buyer, StepKind.Dispute, 3_600_000)]
    [InlineData(Disputed, Role.Arbiter, StepKind.Resolve, 3_600_000)]
    [InlineData(Quoted, Role.Buyer, StepKind.Lock, 72_000_000)]
    public async Task A_step_stamped_at_the_instant_is_late_and_one_before_it_is_not(TransactionState state, Role by, StepKind step, long lifeMs)
    {
        var (intime, late) = (await _market.BringAsync(state), await _market.BringAsync(state));
        await _market.World.PassAsync(TimeSpan.FromMilliseconds(lifeMs - 1));
        await _market.DoAsync(intime, by, step);
        // The broker has had no chance to look at the time: the step itself brings the end first.
        var outcome = (await _market.TogetherAsync(TimeSpan.FromMilliseconds(1), _market.Write(late, by, Steps.Of(step, late))))[0];
        Assert.Equal(ErrorCode.DeadlinePassed, outcome.Code);
        await _market.AssertReplaysAsync();
    }

    [Fact]
    public async Task What_is_due_is_recorded_by_deadline_then_id_before_the_step_that_comes_in_the_same_append()
    {
        await _market.FundAsync("buyer-owner", 500);
        List<(long At, Deal Deal)> due = [];
        foreach (var minutes in (int[])[9, 8, 8, 8, 10])
        {
            due.Add((minutes, await _market.BringAsync(Locked, quote: offer => offer.Quote.Terms.HoldForMs = minutes * 60_000)));
        }
        // All that is held is needed for this.
        var asks = _market.World.Seal("buyer-owner", new Content { RequestPayout = new RequestPayout { Amount = Steps.Cny(1_500), Destination = "bank" } });
        var decision = (await _market.TogetherAsync(TimeSpan.FromMinutes(10), asks))[0].Decision!;
        Assert.NotNull(decision.Accepted);

        var order = due.OrderBy(item => item.At).ThenBy(item => Id16.FromWire(item.Deal.Id)).Select(item => item.Deal.Id).ToList();
        for (var back = 1; back <= due.Count; back++)
        {
            var entry = await _market.Log.FindAsync((int)decision.Partition, (long)decision.Position - back, TestContext.Current.CancellationToken);
            var record = Record.Parser.ParseFrom(entry!.Record.Span);
            Assert.Equal((StepKind.Expire, order[^back], decision.StampMs), (record.Step.Kind, record.Step.TransactionId, record.StampMs));
        }
        await _market.AssertReplaysAsync();
    }

    // A revocation comes after what time has ended, too: then it is expired, and not released.
    [Fact]
    public async Task A_revocation_finds_what_has_ended_ended()
    {
        var deal = await _market.BringAsync(Locked);
        var revoke = _market.World.Seal("buyer-owner", new Content { RevokeMandate = new RevokeMandate { Mandate = deal.Mandate.ToWire() } });
        Assert.NotNull((await _market.TogetherAsync(TimeSpan.FromMinutes(10), revoke))[0].Accepted);
        Assert.Equal(Expired, await _market.StateAsync(deal));
    }

    [Fact]
    public async Task A_late_step_that_has_also_missed_something_hears_of_that()
    {
        var deal = await _market.BringAsync(Quoted);
        await _market.World.PassAsync(Market.IntentLife);
        var content = Steps.Of(StepKind.Lock, deal);
        Assert.Equal(ErrorCode.FollowsStale, (await _market.TryAsync(deal, Role.Buyer, content, written => written.Header.Follows = deal.IntentId.ToWire())).Code);
    }

    [Fact]
    public async Task More_endings_than_go_into_one_append_keep_a_step_waiting_rather_than_wrong()
    {
        await using var market = await Market.OpenAsync(options => options with { Partitions = 1 });
        for (var seller = 0; seller < 16; seller++) await market.World.EnterAsync($"seller-{seller}");
        string[] sellers = [.. Enumerable.Range(0, 16).Select(seller => $"seller-{seller}")];
        var deal = (await market.IntendAsync(sellers, intent => intent.Intent.ExpiresAtMs++))[0];
        for (var intent = 0; intent <= EngineLimits.StepsPerAppendMax / sellers.Length; intent++) await market.IntendAsync(sellers);

        var early = market.Write(deal, Role.Buyer, new Content { Cancel = new Cancel() }, content => content.Header.ExpiresAtMs = content.Header.SentAtMs + 86_400_000);
        var outcome = (await market.TogetherAsync(Market.IntentLife, early))[0];
        Assert.Equal(ErrorCode.Overloaded, outcome.Code);
        await market.World.TransfersAsync();
        Assert.Equal(TransactionState.Open, await market.StateAsync(deal));
        Assert.Equal(Cancelled, (await market.TryAsync(early)).Accepted!.State);
    }
}
