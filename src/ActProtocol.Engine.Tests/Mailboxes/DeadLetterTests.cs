using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Transactions;
using ActProtocol.V1;

namespace ActProtocol.Engine.Mailboxes;

public sealed class DeadLetterTests : IAsyncLifetime
{
    static readonly string Seller = World.Id("seller");

    Market _market = null!;

    public async ValueTask InitializeAsync() => _market = await Market.OpenAsync();

    public async ValueTask DisposeAsync() => await _market.DisposeAsync();

    [Fact]
    public async Task What_was_offered_often_enough_waits_apart_and_can_be_put_back()
    {
        await _market.IntendAsync();
        var second = await _market.IntendAsync();
        var mail = await ReadAsync(dead: false);
        Assert.Equal(2, mail.Count);

        await _market.World.Host.BuryAsync(Seller, mail[0].Partition, mail[0].Position, TestContext.Current.CancellationToken);
        await _market.World.TurnAsync();
        Assert.Equal([mail[1].Position], Positions(await ReadAsync(dead: false)));
        Assert.Equal([mail[0].Position], Positions(await ReadAsync(dead: true)));

        _market.World.ForgetMails();
        var replay = new ReplayMail { Partition = (uint)mail[0].Partition, Position = (ulong)mail[0].Position };
        Assert.NotNull((await _market.World.SendAsync("seller", new Content { ReplayMail = replay })).Accepted);
        await _market.World.TurnAsync();
        // Back in its place, and delivered once more.
        Assert.Equal(Positions(mail), Positions(await ReadAsync(dead: false)));
        Assert.Empty(await ReadAsync(dead: true));
        Assert.Equal(mail[0].Position, Assert.Single(_market.World.Mails).Position);
        Assert.Equal(ErrorCode.MailUnknown, (await _market.TryAsync(_market.World.Seal("seller", new Content { ReplayMail = replay }))).Code);

        // Nobody replays another's.
        Assert.Equal(ErrorCode.MailUnknown, (await _market.TryAsync(_market.World.Seal("arbiter", new Content { ReplayMail = replay }))).Code);
        await _market.DoAsync(second, Role.Seller, StepKind.Decline);
        await _market.AssertReplaysAsync();
    }

    [Fact]
    public async Task A_dead_letter_that_was_dealt_with_after_all_is_gone()
    {
        await _market.IntendAsync();
        var mail = Assert.Single(await ReadAsync(dead: false));
        await _market.World.Host.BuryAsync(Seller, mail.Partition, mail.Position, TestContext.Current.CancellationToken);
        await _market.World.Host.AcknowledgeAsync(Seller, mail.Partition, mail.Position, TestContext.Current.CancellationToken);
        await _market.World.TurnAsync();
        Assert.Empty(await ReadAsync(dead: true));
        await _market.AssertReplaysAsync();
    }

    // Positions have 63 bits and a number on the wire has 64: this was once an exception, and the partition's end.
    [Fact]
    public async Task A_position_that_cannot_be_is_unknown_and_nobody_else_is_troubled()
    {
        await _market.IntendAsync();
        var mail = Assert.Single(await ReadAsync(dead: false));
        var replay = new ReplayMail { Partition = (uint)mail.Partition, Position = ulong.MaxValue };
        Assert.Equal(ErrorCode.MailUnknown, (await _market.TryAsync(_market.World.Seal("seller", new Content { ReplayMail = replay }))).Code);
        Assert.Empty(_market.World.Host.Troubles);
        var deal = await _market.IntendAsync();
        var ask = new Ask { Transaction = new AskTransaction { TransactionId = deal.Id, AfterPosition = ulong.MaxValue } };
        Assert.Empty((await _market.World.AskAsync("buyer", ask, deal.Home)).Answer!.Transaction.Records);
    }

    Task<IReadOnlyList<MailItem>> ReadAsync(bool dead) => _market.World.Host.ReadMailAsync(Seller, dead, 16, TestContext.Current.CancellationToken);

    static IEnumerable<long> Positions(IEnumerable<MailItem> mail) => mail.Select(item => item.Position);
}
