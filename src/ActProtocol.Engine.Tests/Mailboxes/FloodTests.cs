using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Partitions;
using ActProtocol.Engine.Transactions;
using ActProtocol.V1;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Engine.Mailboxes;

/// <summary>Full mailboxes, in one partition, so that all mail meets: they refuse intents, quotes and counters, and nobody else.</summary>
public sealed class FloodTests : IAsyncLifetime
{
    Market _market = null!;

    public async ValueTask InitializeAsync() => _market = await Market.OpenAsync(options => options with { Partitions = 1 });

    public async ValueTask DisposeAsync() => await _market.DisposeAsync();

    [Fact]
    public async Task A_seller_who_never_reads_keeps_no_buyer_in()
    {
        await _market.FundAsync("buyer-owner", 5_000);
        var (quoted, waiting, locked, confirmed) = (await _market.BringAsync(Quoted), await _market.BringAsync(AwaitingApproval), await _market.BringAsync(Locked), await _market.BringAsync(Confirmed));
        var (fulfilled, alsoFulfilled, disputed) = (await _market.BringAsync(Fulfilled), await _market.BringAsync(Fulfilled), await _market.BringAsync(Disputed));
        var (toLock, toCommit) = (await _market.BringAsync(Quoted), await _market.BringAsync(Confirmed));
        await FloodAsync();

        Assert.Equal(ErrorCode.MailboxFull, (await _market.TryAsync(_market.World.Seal("buyer", _market.IntentTo("seller")))).Code);
        Assert.Equal(ErrorCode.MailboxFull, (await _market.TryAsync(quoted, Role.Buyer, StepKind.Counter)).Code);
        foreach (var deal in (Deal[])[quoted, waiting, locked, confirmed]) await _market.DoAsync(deal, Role.Buyer, StepKind.Cancel);
        await _market.DoAsync(fulfilled, Role.Buyer, StepKind.Dispute);
        await _market.DoAsync(alsoFulfilled, Role.Buyer, StepKind.Accept);
        await _market.DoAsync(disputed, Role.Arbiter, StepKind.Resolve);
        await _market.DoAsync(toLock, Role.Buyer, StepKind.Lock);
        await _market.DoAsync(toLock, Role.Seller, StepKind.Confirm);
        await _market.DoAsync(toLock, Role.Buyer, StepKind.Commit);
        await _market.DoAsync(toCommit, Role.Buyer, StepKind.Commit);
        await _market.DoAsync(toCommit, Role.Seller, StepKind.Refund);
    }

    [Fact]
    public async Task One_sender_has_a_quarter_of_a_mailbox_and_others_the_rest()
    {
        for (var intent = 0; intent < EngineLimits.MailboxMax / 4; intent++) await _market.IntendAsync();
        Assert.Equal(ErrorCode.MailboxFull, (await _market.TryAsync(_market.World.Seal("buyer", _market.IntentTo("seller")))).Code);
        await EnterBuyerAsync("second");
        Assert.Single(await _market.IntendAsync(["seller"], buyer: "second"));

        // What is read makes room again.
        await ReadAllAsync("seller");
        _market.Mandate = await _market.LodgeAsync();
        await _market.IntendAsync();
    }

    [Fact]
    public async Task Quotes_without_end_neither_keep_a_buyer_in_nor_grow_its_mailbox()
    {
        await _market.FundAsync("buyer-owner", 5_000);
        var locked = await _market.BringAsync(Confirmed);
        List<Deal> deals = [];
        var (sent, refused) = (0, false);
        // The seller quotes as often as it may, and the buyer reads nothing.
        while (!refused)
        {
            Assert.True(sent <= EngineLimits.MailboxMax, "never full");
            deals.Add(await _market.IntendAsync());
            await ReadAllAsync("seller");
            for (var quote = 0; quote < EngineLimits.QuotesMax && !refused; quote++, sent++)
            {
                refused = (await _market.TryAsync(deals[^1], Role.Seller, Steps.Quote(deals[^1]))).Code is ErrorCode.MailboxFull;
            }
        }
        Assert.InRange(sent, EngineLimits.MailboxMax / 5, (EngineLimits.MailboxMax / 4) + 1);
        foreach (var deal in deals) await _market.DoAsync(deal, Role.Buyer, StepKind.Cancel);
        await _market.DoAsync(locked, Role.Buyer, StepKind.Commit);
    }

    [Fact]
    public async Task A_buyer_who_reads_nothing_opens_nothing_more()
    {
        for (var intent = 0; intent < EngineLimits.MailboxMax; intent++)
        {
            var outcome = await _market.TryAsync(_market.World.Seal("buyer", _market.IntentTo("seller")));
            if (outcome.Code is ErrorCode.MailboxFull)
            {
                Assert.Equal(World.Id("buyer"), outcome.Refusal!.Detail);
                return;
            }
            var deal = new Deal { Id = outcome.Accepted!.Transactions[0].TransactionId, IntentId = default, Intent = new Intent(), Mandate = default };
            await _market.DoAsync(deal, Role.Seller, StepKind.Decline);
            await ReadAllAsync("seller");
        }
        Assert.Fail("A mailbox grew without a bound.");
    }

    // Room for the later steps of locks lies beyond the bound: orders that take months close nobody's shop.
    [Fact]
    public async Task Many_locks_leave_a_mailbox_open_to_others()
    {
        await _market.FundAsync("buyer-owner", 30_000);
        for (var deal = 0; deal <= EngineLimits.MailboxMax / EngineLimits.RoomOfLock; deal++)
        {
            await _market.BringAsync(Committed);
            await ReadAllAsync("seller");
            await ReadAllAsync("buyer");
        }
        await _market.BringAsync(Quoted);
    }

    [Fact]
    public async Task The_refusals_of_one_side_take_nothing_from_the_other_and_keep_no_step_out()
    {
        var deal = await _market.BringAsync(Quoted);
        for (var refusal = 0; refusal < EngineLimits.RefusalsMax; refusal++) Assert.True((await _market.TryAsync(deal, Role.Seller, StepKind.Lock)).Recorded);
        Assert.Equal(ErrorCode.QuotaExceeded, (await _market.TryAsync(deal, Role.Seller, StepKind.Lock)).Code);
        Assert.True((await _market.TryAsync(deal, Role.Buyer, StepKind.Commit)).Recorded);
        await _market.DoAsync(deal, Role.Buyer, StepKind.Lock);
        await _market.DoAsync(deal, Role.Seller, StepKind.Confirm);
    }

    async Task ReadAllAsync(string agent)
    {
        foreach (var item in await _market.World.Host.ReadMailAsync(World.Id(agent), dead: false, 256, TestContext.Current.CancellationToken))
        {
            await _market.World.Host.AcknowledgeAsync(item.Agent, item.Partition, item.Position, TestContext.Current.CancellationToken);
        }
    }

    // Buyers fill the seller's mailbox with intents to the last place.
    async Task FloodAsync()
    {
        var (full, mandate) = (0, _market.Mandate);
        for (var other = 0; full < 4 && other < 8; other++)
        {
            await EnterBuyerAsync($"flood-{other}");
            Outcome outcome;
            do
            {
                outcome = await _market.TryAsync(_market.World.Seal($"flood-{other}", _market.IntentTo("seller")));
            }
            while (outcome.Accepted is not null);
            Assert.Equal(ErrorCode.MailboxFull, outcome.Code);
            full++;
        }
        _market.Mandate = mandate;
    }

    async Task EnterBuyerAsync(string name)
    {
        await _market.World.EnterAsync(name);
        _market.Mandate = await _market.LodgeAsync(agent: name);
    }
}
