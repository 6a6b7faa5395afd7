using ActProtocol.Engine.Journal;
using ActProtocol.Engine.Partitions;
using ActProtocol.Engine.Transactions;
using ActProtocol.V1;

namespace ActProtocol.Engine.Hosting;

/// <summary>A record that changed on the disk under a running broker: it is shown to nobody, and stops nothing else.</summary>
public sealed class DamagedRecordTests
{
    [Fact]
    public async Task It_is_neither_delivered_nor_answered_and_the_broker_goes_on()
    {
        await using var market = await Market.OpenAsync();
        var deal = await market.BringAsync(TransactionState.AwaitingApproval);
        var locked = deal.Last!;
        var home = Partition.PartitionOf((int)deal.Home, World.Partitions);
        var at = await PositionOfAsync(market, deal);
        market.Log.FlipBit(home, at, bit: 300);

        // Approved, the lock goes to the seller as the journal has it: not at all.
        Assert.Equal(TransactionState.Locked, (await market.DoAsync(deal, Role.Principal, StepKind.Approve)).State);
        await market.World.TurnAsync();
        Assert.DoesNotContain(market.World.Mails, mail => mail.Agent == World.Id("seller") && mail.Position == at);
        Assert.Equal(ErrorCode.Internal, (await market.TryAsync(locked)).Code);
        var (answer, refused) = await market.World.AskAsync("seller", new Ask { Transaction = new AskTransaction { TransactionId = deal.Id } }, deal.Home);
        Assert.Null(answer);
        Assert.Equal(ErrorCode.Internal, refused!.Code);

        // A stream that reads the mailbox on, or again, is had by what can be read.
        var (letters, _) = await market.World.Host.ReadMailAsync([new MailRead(World.Id("seller"), new HashSet<(int, long)>(), 100)], 100, TestContext.Current.CancellationToken);
        var others = letters.Select(letter => (letter.Agent, letter.Partition, letter.Position)).ToList();
        Assert.NotEmpty(others);
        Assert.DoesNotContain((World.Id("seller"), home, at), others);
        var again = await market.World.Host.ReadAgainAsync([(World.Id("seller"), home, at), .. others], TestContext.Current.CancellationToken);
        Assert.Equal(others, again.Select(letter => (letter.Agent, letter.Partition, letter.Position)));

        await market.BoughtAsync();
        Assert.Empty(market.World.Host.Troubles);

        // The next start replays it, and says where the journal is wrong.
        await market.World.Host.DisposeAsync();
        var fault = await Assert.ThrowsAsync<JournalCorruptException>(market.World.StartAsync);
        Assert.Equal((home, at), (fault.Partition, fault.Position));
        market.Log.FlipBit(home, at, bit: 300);
        await market.World.StartAsync();
    }

    static async Task<long> PositionOfAsync(Market market, Deal deal)
    {
        var answer = await market.World.AskAsync("buyer", new Ask { Transaction = new AskTransaction { TransactionId = deal.Id } }, deal.Home);
        return (long)V1.Record.Parser.ParseFrom(answer.Answer!.Transaction.Records[^1].Record).Position;
    }
}
