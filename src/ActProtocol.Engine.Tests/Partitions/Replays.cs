using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Journal;

namespace ActProtocol.Engine.Partitions;

/// <summary>Reads a journal again, as a broker does after a crash, and looks at every state on the way.</summary>
static class Replays
{
    /// <param name="look">Called after every record of every partition.</param>
    public static async Task AssertAsync(MemoryLog log, Action<Partition, JournalEntry>? look = null)
    {
        for (var index = 0; index < World.Partitions; index++)
        {
            var (first, second) = (new Partition(index, World.Broker), new Partition(index, World.Broker));
            await foreach (var entry in log.ReadAsync(index, 1, TestContext.Current.CancellationToken))
            {
                first.Replay(entry);
                second.Replay(entry);
                AssertSound(first);
                look?.Invoke(first, entry);
                // The second goes through a snapshot now and then, and must end the same.
                if (entry.Position % 7 == 0) second = Restored(second);
            }
            second = Restored(second);
            Assert.Equal(StateOf(first), StateOf(second));
        }
    }

    public static byte[] StateOf(Partition partition)
    {
        var writer = new SnapshotWriter();
        partition.WriteSnapshot(writer);
        return writer.Written.ToArray();
    }

    public static Partition Restored(Partition partition)
    {
        var restored = new Partition(partition.Index, World.Broker);
        restored.ReadSnapshot(new SnapshotReader(StateOf(partition)));
        restored.FindOwed();
        return restored;
    }

    /// <summary>What holds of any partition after any record: books that balance, nobody below zero, holds of live transactions and payouts only.</summary>
    public static void AssertSound(Partition partition)
    {
        foreach (var currency in partition.Books.Currencies) Assert.Equal(Int128.Zero, partition.Books.SumOf(currency));
        foreach (var account in partition.Books.Accounts)
        {
            foreach (var (currency, balance) in account.Balances)
            {
                Assert.True(balance.Available >= 0 && balance.Held >= 0, $"{account.Id} is below zero.");
                var bound = partition.Transactions.Values.Where(item => item.Intent.Account == account.Id && item.Currency == currency && Binds(item)).Aggregate(Int128.Zero, (sum, item) => sum + item.Amount)
                    + partition.Payouts.Values.Where(item => item.Account == account.Id && item.Currency == currency).Aggregate(Int128.Zero, (sum, item) => sum + item.Nanos);
                Assert.Equal(bound, balance.Held);
            }
        }
    }

    static bool Binds(Transactions.TransactionEntry transaction) => transaction.State is V1.TransactionState.AwaitingApproval or V1.TransactionState.Locked
        or V1.TransactionState.Confirmed or V1.TransactionState.Committed or V1.TransactionState.Fulfilled or V1.TransactionState.Disputed;
}
