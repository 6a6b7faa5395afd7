using ActProtocol.Envelopes;
using ActProtocol.V1;
using FsCheck.Xunit;

namespace ActProtocol.Engine.Transactions;

/// <summary>Against a sorted set, which is slow and plain.</summary>
public class DeadlinesTests
{
    [Property(MaxTest = 300)]
    public void The_first_is_the_one_that_a_sorted_set_has_first((byte Which, byte At)[] moves, byte rounds)
    {
        var intent = new IntentEntry(default, "act://local/buyer", new Intent(), 1);
        var transactions = Enumerable.Range(1, 5).Select(i => new TransactionEntry(new Id16((UInt128)i), intent, default, default)).ToList();
        var (deadlines, model) = (new Deadlines(), new SortedSet<(long, Id16)>());

        // Again and again the same moves, so that places left behind are many, and transactions come back to where they stood.
        for (var round = 0; round <= rounds % 80; round++)
        {
            foreach (var (which, at) in moves)
            {
                var transaction = transactions[which % transactions.Count];
                Move(deadlines, model, transaction, at % 7);
                Assert.Equal(model.Count == 0 ? null : model.Min.Item2, deadlines.First()?.Id);
            }
        }
    }

    static void Move(Deadlines deadlines, SortedSet<(long, Id16)> model, TransactionEntry transaction, long at)
    {
        if (transaction.Deadline == at) return;
        if (transaction.Deadline != 0)
        {
            model.Remove((transaction.Deadline, transaction.Id));
            deadlines.Leave();
        }
        transaction.Deadline = at;
        if (at == 0) return;
        model.Add((at, transaction.Id));
        deadlines.Add(transaction);
    }
}
