using ActProtocol.Engine.Partitions;
using ActProtocol.Engine.Transactions;
using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Engine.Hosting;

/// <summary>A clock that was set while the broker ran, or while it was away: stamps never go back, and nothing expires by a jump (JRN-12).</summary>
public sealed class ClockJumpTests
{
    static readonly SigningKey Referee = SigningKey.FromSeed(System.Security.Cryptography.SHA256.HashData("referee"u8));

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(24 * 365)]
    [InlineData(-24 * 365)]
    public async Task While_it_runs_a_jump_stops_the_stamps_until_it_is_undone(int hours)
    {
        await using var market = await OpenAsync();
        var deal = await market.BringAsync(TransactionState.Confirmed);
        var records = await market.RecordsAsync();

        market.World.Time.Jump = TimeSpan.FromHours(hours);
        await market.World.TurnAsync();
        // A sweep's worth of time, so that whatever the jump could expire is looked at.
        await market.World.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(ErrorCode.ClockUnsure, (await market.TryAsync(deal, Role.Buyer, StepKind.Commit)).Code);
        Assert.Contains("clock", Assert.Single(market.World.Host.Troubles), StringComparison.Ordinal);
        Assert.Equal(records, await market.RecordsAsync());
        Assert.Equal(TransactionState.Confirmed, await market.StateAsync(deal));

        market.World.Time.Jump = TimeSpan.Zero;
        await market.World.TurnAsync();
        Assert.NotNull((await market.TryAsync(deal, Role.Buyer, StepKind.Commit)).Accepted);
        Assert.Empty(market.World.Host.Troubles);
        await market.AssertReplaysAsync();
    }

    [Theory]
    [InlineData(-0.8)]
    [InlineData(1)]
    [InlineData(24 * 365)]
    public async Task While_it_runs_an_operator_may_accept_the_new_time_and_it_goes_on_from_there(double hours)
    {
        await using var market = await OpenAsync();
        var deal = await market.BringAsync(TransactionState.Confirmed);
        var before = await LastStampAsync(market, deal);

        market.World.Time.Jump = TimeSpan.FromHours(hours);
        await market.World.TurnAsync();
        await AcceptAsync(market);
        await market.World.PassAsync(TimeSpan.FromSeconds(1));

        // Forward, the lock is over by the accepted time; back, its time has not come, and no stamp goes behind the last.
        var outcome = await market.TryAsync(deal, Role.Buyer, StepKind.Commit);
        Assert.Equal(hours > 0, outcome.Accepted is null);
        if (hours > 0) Assert.Equal(ErrorCode.DeadlinePassed, outcome.Code);
        Assert.True(await LastStampAsync(market, deal) >= before);
        await market.AssertReplaysAsync();
    }

    [Theory]
    [InlineData(-0.8, true)]
    [InlineData(1, true)]
    [InlineData(23, true)]
    [InlineData(25, false)]
    [InlineData(-25, false)]
    [InlineData(24 * 365, false)]
    public async Task Over_a_restart_up_to_a_day_is_an_absence_and_more_is_not_believed(double hours, bool believed)
    {
        await using var market = await OpenAsync();
        var deal = await market.BringAsync(TransactionState.Committed, new Escrow
        {
            FulfilWithinMs = 48 * 3_600_000L,
            DisputeWindowMs = 3_600_000,
            ResolveWithinMs = 3_600_000,
            Arbiter = World.Id("arbiter"),
        });
        var before = await LastStampAsync(market, deal);
        await RestartAsync(market, TimeSpan.FromHours(hours));

        var outcome = await market.TryAsync(deal, Role.Seller, StepKind.Fulfil);
        Assert.Equal(believed ? null : ErrorCode.ClockUnsure, outcome.Code);
        Assert.Equal(believed, market.World.Host.Troubles.Count == 0);
        Assert.Equal(believed ? TransactionState.Fulfilled : TransactionState.Committed, await market.StateAsync(deal));
        Assert.True(await LastStampAsync(market, deal) >= before);

        if (believed) return;
        if (hours < 0)
        {
            // No word of an operator's takes stamps back, and by them its envelope is over. The clock must be set right; then all goes on.
            Assert.Equal(ErrorCode.ClockUnsure, (await market.World.TrySendAsync(market.World.Seal("referee", new Content { AcceptClock = new() }))).Refused!.Code);
            market.World.Time.Jump = TimeSpan.Zero;
            await market.World.TurnAsync();
            Assert.NotNull((await market.TryAsync(deal, Role.Seller, StepKind.Fulfil)).Accepted);
            return;
        }
        // What is past by the time that an operator accepts is over, not before.
        await AcceptAsync(market);
        await market.World.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(hours > 48 ? TransactionState.Refunded : TransactionState.Committed, await market.StateAsync(deal));
        Assert.Empty(market.World.Host.Troubles);
        await market.AssertReplaysAsync();
    }

    static Task<Market> OpenAsync() => Market.OpenAsync(options => options with
    {
        Operators = new Dictionary<string, (VerifyingKey, OperatorRoles)>(options.Operators) { [World.Id("referee")] = (Referee.PublicKey, OperatorRoles.Rules) },
    });

    static async Task AcceptAsync(Market market) => Assert.NotNull((await market.World.SendAsync("referee", new Content { AcceptClock = new() })).Accepted);

    static async Task RestartAsync(Market market, TimeSpan jump)
    {
        await market.World.Host.DisposeAsync();
        market.World.Time.Jump = jump;
        await market.World.StartAsync();
        await market.World.TurnAsync();
    }

    static async Task<long> LastStampAsync(Market market, Deal deal)
    {
        var answer = await market.World.AskAsync("buyer", new Ask { Transaction = new AskTransaction { TransactionId = deal.Id } }, deal.Home);
        var stamps = answer.Answer!.Transaction.Records.Select(receipt => V1.Record.Parser.ParseFrom(receipt.Record).StampMs).ToList();
        Assert.Equal(stamps.Order(), stamps);
        return stamps[^1];
    }
}
