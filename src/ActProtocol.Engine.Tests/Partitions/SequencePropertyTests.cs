using System.Runtime.CompilerServices;
using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Journal;
using ActProtocol.Engine.Transactions;
using ActProtocol.Ledger;
using ActProtocol.V1;
using FsCheck;
using FsCheck.Xunit;
using Record = ActProtocol.V1.Record;

namespace ActProtocol.Engine.Partitions;

/// <summary>Any sequence of envelopes: valid, invalid, repeated, reordered, from strangers, with time passing and mandates ending, over several accounts and partitions.</summary>
public sealed class SequencePropertyTests
{
    [LongProperty]
    public async Task Whatever_comes_is_decided_as_the_model_says_and_the_books_hold(DoNotSize<int>[] numbers)
    {
        await RunAsync([.. numbers.Select(number => number.Item)]);
    }

    // A property that never got anywhere would hold too.
    [Fact]
    public async Task Such_sequences_reach_every_state()
    {
        var (dice, reached) = (new Random(20300101), new HashSet<TransactionState>());
        for (var run = 0; run < 10; run++) reached.UnionWith(await RunAsync([.. Enumerable.Range(0, 150).Select(_ => dice.Next())]));
        Assert.Equal(Enum.GetValues<TransactionState>().Where(state => state is not TransactionState.Unspecified), reached.Order());
    }

    static async Task<HashSet<TransactionState>> RunAsync(int[] numbers)
    {
        await using var market = await Market.OpenAsync();
        var sequence = new Sequence(market);
        await sequence.StartAsync();
        for (var i = 0; i < numbers.Length; i++)
        {
            await sequence.DoAsync(numbers[i]);
            if (i % 8 == 0) await sequence.AssertMoneyAsync();
        }
        await sequence.AssertMoneyAsync();
        await sequence.AssertStatesAsync();

        Dictionary<string, TransactionState> states = [];
        await Replays.AssertAsync(market.Log, (partition, entry) => AssertBounds(partition, entry, states));
        await AssertAtRestAsync(market, sequence.Model);
        return sequence.Reached;
    }

    static void AssertBounds(Partition partition, JournalEntry entry, Dictionary<string, TransactionState> states)
    {
        foreach (var intent in partition.Intents.Values)
        {
            Assert.InRange(intent.Locks, 0, intent.LocksMax);
            Assert.InRange(intent.Used, Int128.Zero, Money.FromWire(intent.First.Budget).Nanos);
        }
        foreach (var mandate in partition.Mandates.Values)
        {
            var spent = mandate.SpentIn("CNY");
            Assert.InRange(spent, Int128.Zero, mandate.LimitIn("CNY")?.InTotal is { } total ? Money.FromWire(total).Nanos : Int128.MaxValue);
            Assert.All(mandate.Holding, id => Assert.True(partition.Transactions[id].State is TransactionState.AwaitingApproval or TransactionState.Locked or TransactionState.Confirmed));
        }
        foreach (var box in partition.Mail.Boxes)
        {
            Assert.True(box.Waiting.Count + box.Dead.Count <= EngineLimits.MailboxMax + box.Reserved);
            var live = partition.Transactions.Values.Count(item => item.RoomReserved && (item.Buyer.Agent == box.Agent || item.Seller.Agent == box.Agent));
            Assert.Equal(live * EngineLimits.RoomOfLock, box.Reserved);
        }
        AssertCommitsAreOfLocks(entry, states);
    }

    // Read from the records alone: a commit was accepted only where a confirmed lock was the last word.
    static void AssertCommitsAreOfLocks(JournalEntry entry, Dictionary<string, TransactionState> states)
    {
        var record = Record.Parser.ParseFrom(entry.Record.Span);
        if (record.Decision.Accepted is not { State: not TransactionState.Unspecified } accepted) return;
        var content = record.Envelope is null ? null : Content.Parser.ParseFrom(record.Envelope.Content);
        var id = (content?.Header.TransactionId ?? record.Step.TransactionId).ToBase64();
        if (content?.Commit is not null) Assert.Equal(TransactionState.Confirmed, states[id]);
        states[id] = accepted.State;
    }

    static async Task AssertAtRestAsync(Market market, Model model)
    {
        var (clearing, funded, all) = (Int128.Zero, Int128.Zero, Int128.Zero);
        for (var index = 0; index < World.Partitions; index++)
        {
            var partition = new Partition(index, World.Broker);
            await foreach (var entry in market.Log.ReadAsync(index, 1, TestContext.Current.CancellationToken)) partition.Replay(entry);
            foreach (var (_, nanos) in partition.Books.Clearing) clearing += nanos;
            funded -= partition.Books.FundingOf("CNY");
            foreach (var account in partition.Books.Accounts) all += account["CNY"].Available + account["CNY"].Held;
        }
        Assert.Equal(Int128.Zero, clearing);
        Assert.Equal(funded, all);
        Assert.Equal((Int128)(model.Funded * Money.NanosPerUnit), funded);
    }
}

/// <summary>Few and short in CI; ACT_PROPERTY_RUNS says how many otherwise.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class LongPropertyAttribute : PropertyAttribute
{
    public LongPropertyAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1) =>
        (MaxTest, StartSize, EndSize) = (int.TryParse(Environment.GetEnvironmentVariable("ACT_PROPERTY_RUNS"), out var runs) ? runs : 30, 60, 200);
}
