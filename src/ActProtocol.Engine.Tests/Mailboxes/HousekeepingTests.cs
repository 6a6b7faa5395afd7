using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Stored;
using ActProtocol.Engine.Transactions;
using ActProtocol.V1;
using Record = ActProtocol.V1.Record;

namespace ActProtocol.Engine.Mailboxes;

/// <summary>What agents took is written down with what is appended anyway: at once while there is little to do, gathered for a while when there is much.</summary>
public sealed class HousekeepingTests : IAsyncLifetime
{
    // A round with so much work puts housekeeping off, for less than so long and for fewer than so many entries in a partition.
    const int BusyRound = 32;
    const int RidingMax = 256;

    // Before the private part of an entry.
    const int SaltLength = 16;

    Market _market = null!;

    World World => _market.World;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _market = await Market.OpenAsync(options => options with { Partitions = 1 });

    public async ValueTask DisposeAsync() => await _market.DisposeAsync();

    [Fact]
    public async Task A_quiet_round_writes_it_down_at_once()
    {
        var mail = await MailAsync(2);
        var (records, positions) = await KeptAsync();
        foreach (var item in mail)
        {
            await TakeAsync([item]);
            Assert.Equal((++records, ++positions), await KeptAsync());
        }
    }

    [Theory]
    // The round that is busy by one, and the entries that are one too many.
    [InlineData(BusyRound - 2, 0, true)]
    [InlineData(BusyRound - 1, 0, false)]
    [InlineData(RidingMax - 1, 0, false)]
    [InlineData(RidingMax, 0, true)]
    // The time since the last.
    [InlineData(BusyRound, 99, false)]
    [InlineData(BusyRound, 100, true)]
    public async Task A_busy_round_puts_it_off_for_a_while_and_for_so_many(int entries, int sinceMs, bool keeps)
    {
        var mail = await MailAsync(entries + 1);
        await TakeAsync([mail[0]]);
        var before = await KeptAsync();
        World.Time.Advance(TimeSpan.FromMilliseconds(sinceMs));

        await TakeTogetherAsync(mail.Skip(1));

        Assert.Equal((before.Records + (keeps ? 1 : 0), before.Positions + (keeps ? entries : 0)), await KeptAsync());
    }

    [Fact]
    public async Task What_was_put_off_is_not_delivered_and_goes_into_one_record_with_the_next_quiet_round()
    {
        var mail = await MailAsync(BusyRound + 1);
        await TakeAsync([mail[0]]);
        var before = await KeptAsync();
        await TakeTogetherAsync(mail.Skip(1));

        Assert.Empty((await World.Host.ReadMailAsync([new MailRead(World.Id("seller"), new HashSet<(int, long)>(), 100)], 100, Token)).Items);
        // That question was the quiet round.
        Assert.Equal((before.Records + 1, before.Positions + BusyRound), await KeptAsync());
        Assert.Empty(await World.Host.ReadMailAsync(World.Id("seller"), dead: false, 100, Token));
    }

    [Fact]
    public async Task The_last_round_leaves_nothing_behind()
    {
        var mail = await MailAsync(BusyRound + 1);
        await TakeAsync([mail[0]]);
        var before = await KeptAsync();
        using (var hanging = _market.Log.HangNext())
        {
            var under = World.EnterOwnerAsync("newcomer");
            await hanging.Reached;
            foreach (var item in mail.Skip(1)) await AcknowledgeAsync(item);
            var ending = World.Host.DisposeAsync();
            hanging.Release();
            await under;
            await ending;
        }

        Assert.Equal((before.Records + 1, before.Positions + BusyRound), await KeptAsync());
        await World.StartAsync();
        Assert.Empty(await World.Host.ReadMailAsync(World.Id("seller"), dead: false, 100, Token));
    }

    // So many letters to the seller, of several buyers, since one has only a share of a mailbox.
    async Task<IReadOnlyList<MailItem>> MailAsync(int count)
    {
        const int Each = 200;
        for (var sent = 0; sent < count; sent++)
        {
            var buyer = $"buyer-{sent / Each}";
            if (sent % Each == 0)
            {
                await World.EnterAsync(buyer);
                _market.Mandate = await _market.LodgeAsync(agent: buyer);
            }
            await _market.IntendAsync(["seller"], buyer: buyer);
        }
        await World.TransfersAsync();
        return await World.Host.ReadMailAsync(World.Id("seller"), dead: false, count, Token);
    }

    // One after the other: a round, and the end of it.
    async Task TakeAsync(IReadOnlyList<MailItem> mail)
    {
        foreach (var item in mail) await AcknowledgeAsync(item);
        await World.TurnAsync();
    }

    // All in one round, which begins when the append that hangs is over; a question at its end is one work more, and tells when it is over.
    async Task TakeTogetherAsync(IEnumerable<MailItem> mail)
    {
        using var hanging = _market.Log.HangNext();
        var under = World.EnterOwnerAsync("newcomer");
        await hanging.Reached;
        foreach (var item in mail) await AcknowledgeAsync(item);
        var over = World.TurnAsync();
        hanging.Release();
        await under;
        await over;
    }

    Task AcknowledgeAsync(MailItem item) => World.Host.AcknowledgeAsync(item.Agent, item.Partition, item.Position, Token).AsTask();

    // Records of housekeeping, and positions of mail in them.
    async Task<(int Records, int Positions)> KeptAsync()
    {
        var kept = (Records: 0, Positions: 0);
        await foreach (var entry in _market.Log.ReadAsync(0, 1, Token))
        {
            if (Record.Parser.ParseFrom(entry.Record.Span).Step?.Name != "housekeeping") continue;
            kept = (kept.Records + 1, kept.Positions + Context.Parser.ParseFrom(entry.Private.Span[SaltLength..]).Housekeeping.Mail.Sum(box => box.Positions.Count));
        }
        return kept;
    }
}
