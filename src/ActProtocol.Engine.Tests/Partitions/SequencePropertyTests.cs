using System.Runtime.CompilerServices;
using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Journal;
using ActProtocol.Engine.Transactions;
using ActProtocol.Envelopes;
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

        var told = new Told();
        await Replays.AssertAsync(market.Log, (partition, entry) =>
        {
            told.Read(entry);
            AssertBounds(partition, told);
        });
        await AssertAtRestAsync(market, sequence.Model);
        return sequence.Reached;
    }

    static void AssertBounds(Partition partition, Told told)
    {
        foreach (var intent in partition.Intents.Values)
        {
            var used = told.Bound.Values.Where(item => item.Intent == intent.Digest).Select(item => item.Nanos).ToList();
            Assert.Equal((used.Count, used.Aggregate(Int128.Zero, (sum, nanos) => sum + nanos)), (intent.Locks, intent.Used));
            Assert.InRange(intent.Locks, 0, intent.LocksMax);
            // Of an intent that nobody can act on any more, only what answers a repetition is kept.
            Assert.Equal(intent.Open == 0, intent.First.Budget is null);
            if (intent.Open > 0) Assert.InRange(intent.Used, Int128.Zero, Money.FromWire(intent.First.Budget!).Nanos);
        }
        foreach (var mandate in partition.Mandates.Values)
        {
            var spent = mandate.SpentIn("CNY");
            Assert.Equal(told.Bound.Values.Where(item => item.Mandate == mandate.Digest).Aggregate(Int128.Zero, (sum, item) => sum + item.Nanos), spent);
            Assert.InRange(spent, Int128.Zero, mandate.LimitIn("CNY")?.InTotal is { } total ? Money.FromWire(total).Nanos : Int128.MaxValue);
            Assert.All(mandate.Holding, id => Assert.True(partition.Transactions[id].State is TransactionState.AwaitingApproval or TransactionState.Locked or TransactionState.Confirmed));
        }
        foreach (var box in partition.Mail.Boxes)
        {
            Assert.True(box.Waiting.Count + box.Dead.Count <= EngineLimits.MailboxMax + box.Reserved);
            var live = partition.Transactions.Values.Count(item => item.RoomReserved && (item.Buyer.Agent == box.Agent || item.Seller.Agent == box.Agent));
            Assert.Equal(live * EngineLimits.RoomOfLock, box.Reserved);
        }
    }

    /// <summary>What the records alone say: where each transaction stands, and what is bound or was committed under which intent and mandate.</summary>
    sealed class Told
    {
        readonly Dictionary<string, TransactionState> _states = [];

        public Dictionary<string, (Digest Intent, Digest Mandate, Int128 Nanos)> Bound { get; } = [];

        public void Read(JournalEntry entry)
        {
            var record = Record.Parser.ParseFrom(entry.Record.Span);
            if (record.Decision.Accepted is not { State: not TransactionState.Unspecified } accepted) return;

            var content = record.Envelope is null ? null : Content.Parser.ParseFrom(record.Envelope.Content);
            var id = (content?.Header.TransactionId ?? record.Step.TransactionId).ToBase64();
            // A commit was accepted only where a confirmed lock was the last word.
            if (content?.Commit is not null) Assert.Equal(TransactionState.Confirmed, _states[id]);
            if (content?.Lock is not null)
            {
                Bound.Add(id, (Digest.FromWire(accepted.Payment.Intent), Digest.FromWire(content.Header.Mandate), Money.FromWire(accepted.Payment.Amount).Nanos));
            }
            if (accepted.Payment?.Kind is PaymentKind.Released) Assert.True(Bound.Remove(id));
            _states[id] = accepted.State;
        }
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
        (MaxTest, StartSize, EndSize) = (int.TryParse(Environment.GetEnvironmentVariable("ACT_PROPERTY_RUNS"), out var runs) ? runs : 20, 60, 200);
}
