using ActProtocol.Engine.Journal;
using ActProtocol.Engine.Ledger;
using ActProtocol.Engine.Mandates;
using ActProtocol.Engine.Transactions;
using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Engine.Partitions;

/// <summary>The state to the byte: what a snapshot holds, and what is derived from it again.</summary>
sealed partial class Partition
{
    protected override void WriteState(SnapshotWriter writer)
    {
        writer.Int(Partitions);
        writer.Text(DefaultArbiter);
        writer.Text(Zones);
        Books.Write(writer);
        Mail.Write(writer);
        writer.Sorted(Mandates, (_, mandate) => mandate.Write(writer));
        writer.Sorted(Intents, (_, intent) => intent.Write(writer));
        writer.Sorted(Transactions, (_, transaction) => transaction.Write(writer));
        writer.Sorted(Payouts, (_, payout) => payout.Write(writer));
        _messages.Write(writer);
        writer.Sorted(_revokedKeys, (key, position) =>
        {
            writer.Digest(key);
            writer.Int(position);
        });
        writer.Sorted(_references.Select(reference => KeyValuePair.Create(reference, 0)), (reference, _) => writer.Digest(reference));
        writer.Sorted(_standing, (seller, standing) =>
        {
            writer.Text(seller);
            writer.Int(standing.Settled);
            writer.Int(standing.Disputed);
            writer.Int(standing.Lost);
            writer.Int(standing.DistinctPayers);
        });
    }

    protected override void ReadState(SnapshotReader reader)
    {
        Partitions = (int)reader.Int();
        DefaultArbiter = reader.Text();
        Zones = reader.Text();
        Books.Read(reader);
        Mail.Read(reader);
        reader.Each(() => Add(Mandates, MandateEntry.Read(reader), mandate => mandate.Digest));
        reader.Each(() => Add(Intents, IntentEntry.Read(reader), intent => intent.Digest));
        reader.Each(() => Add(Transactions, TransactionEntry.Read(reader, digest => Intents[digest]), transaction => transaction.Id));
        reader.Each(() => Add(Payouts, PayoutEntry.Read(reader), payout => payout.Digest));
        _messages.Read(reader);
        reader.Each(() => _revokedKeys.Add(reader.Digest(), reader.Int()));
        reader.Each(() => _references.Add(reader.Digest()));
        reader.Each(() => _standing.Add(reader.Text(), new SellerStanding
        {
            Settled = reader.Int(),
            Disputed = reader.Int(),
            Lost = reader.Int(),
            DistinctPayers = reader.Int(),
        }));
        foreach (var transaction in Transactions.Values.Where(transaction => transaction.Deadline != 0))
        {
            _deadlines.Add(transaction);
            Books.Open(transaction.Intent.Account).Deadlines.Add(transaction);
        }
    }

    /// <summary>After a replay: the steps that records made necessary and that are not recorded.</summary>
    public void FindOwed()
    {
        _owed.Clear();
        foreach (var (id, transaction) in Transactions.OrderBy(item => item.Key))
        {
            if (IsDue(StepKind.Settle, transaction)) _owed.Enqueue((StepKind.Settle, id));
            if (transaction.State is not TransactionState.Refunding || transaction.Answer is RefundAnswer.None) continue;
            _owed.Enqueue((transaction.Answer is RefundAnswer.Paid ? StepKind.RefundPaid : StepKind.RefundInsufficient, id));
        }
        foreach (var (_, mandate) in Mandates.Where(mandate => mandate.Value.Revoked).OrderBy(item => item.Key))
        {
            foreach (var id in mandate.Holding.Order()) _owed.Enqueue((StepKind.Release, id));
        }
    }

    static void Add<TKey, TValue>(Dictionary<TKey, TValue> entries, TValue entry, Func<TValue, TKey> key) where TKey : notnull =>
        entries.Add(key(entry), entry);
}
