using ActProtocol.Engine.Partitions;
using ActProtocol.Engine.Transactions;
using ActProtocol.V1;

namespace ActProtocol.Engine.Hosting;

/// <summary>One partition that cannot be read blinds nobody whose things lie in others.</summary>
public sealed class FencedQuestionTests
{
    const int TurnsMax = 1_000;

    [Fact]
    public async Task Only_questions_that_read_the_fenced_partition_are_refused()
    {
        await using var market = await Market.OpenAsync();
        var world = market.World;
        var home = PartitionOf("buyer-owner");
        var other = Enumerable.Range(0, 100).Select(number => $"other-{number}").First(name => PartitionOf($"{name}-owner") != home);
        await world.EnterAsync(other);
        await market.FundAsync($"{other}-owner", 5);
        await market.FundAsync("buyer-owner", 5);
        var deal = await market.BringAsync(TransactionState.Locked);
        var ofOther = world.Seal($"{other}-owner", Payout());

        market.Log.UnknownNext(written: false);
        Assert.Equal(ErrorCode.Internal, (await market.TryAsync(world.Seal("buyer-owner", Payout()))).Code);
        Assert.Single(world.Host.Troubles);

        Assert.Equal(5, (await world.AccountAsync($"{other}-owner")).Balances[0].Available.Units);
        var letters = await MailOfAsync(world, $"{other}-owner");
        Assert.NotEmpty(letters.Items);
        Assert.All(letters.Items, item => Assert.NotEqual(home, item.Partition));
        Assert.False(letters.AllRead);
        Assert.NotNull((await market.TryAsync(ofOther)).Decision!.Accepted);
        var outcome = new AskOutcome { MessageId = Envelopes.OpenedEnvelope.FromJournal(ofOther).Header.MessageId };
        Assert.True((await world.AskAsync($"{other}-owner", new Ask { Outcome = outcome })).Answer!.Outcome.Known);

        await RefusedAsync(() => world.AccountAsync("buyer-owner"));
        await RefusedAsync(() => world.AskAsync("seller", new Ask { Transaction = new AskTransaction { TransactionId = deal.Id } }, deal.Home));
        await RefusedAsync(() => world.AskAsync($"{other}-owner", new Ask { Mail = new AskMail() }));
        await RefusedAsync(() => world.Host.StandingAsync(World.Id("seller")));

        // It is read again from the log, and shows what stands there.
        world.Time.Advance(TimeSpan.FromSeconds(1));
        for (var turn = 0; !(letters = await MailOfAsync(world, "buyer-owner")).AllRead; turn++) Assert.True(turn < TurnsMax, "still fenced");
        Assert.Contains(letters.Items, item => item.Partition == home);
        Assert.Equal(1005, (await world.AccountAsync("buyer-owner")).Balances.Sum(balance => balance.Available.Units + balance.Held.Units));
        Assert.Empty(world.Host.Troubles);
    }

    static int PartitionOf(string owner) => Partition.PartitionOf((int)World.HomeOf(owner), World.Partitions);

    static Content Payout() => new() { RequestPayout = new RequestPayout { Amount = Steps.Cny(1), Destination = "x" } };

    static Task<(IReadOnlyList<MailItem> Items, bool AllRead)> MailOfAsync(World world, string agent) =>
        world.Host.ReadMailAsync([new MailRead(World.Id(agent), new HashSet<(int, long)>(), 100)], 100, TestContext.Current.CancellationToken);

    static async Task RefusedAsync(Func<Task> asking) =>
        Assert.Equal(ErrorCode.PartitionFenced, (await Assert.ThrowsAsync<EngineRefusedException>(asking)).Refusal.Code);
}
