using ActProtocol.Engine.Directory;
using ActProtocol.Engine.Ledger;
using ActProtocol.Engine.Partitions;
using ActProtocol.Engine.Stored;
using ActProtocol.Ledger;
using ActProtocol.V1;

namespace ActProtocol.Engine.Journal;

/// <summary>Proves from the journal alone that every record follows from those before it, and that the books are right.</summary>
/// <remarks>
/// Nothing is written and no partition is claimed; the log must have no other owner meanwhile. Each record is decided again and must come
/// out byte for byte. After it the partition's books must sum to zero in every currency. In the end each hold must belong to a
/// live transaction or payout, and what two partitions' clearing accounts hold together must be what is on its way between them.
/// A sum costs as much as there are accounts; so with very many of them it is taken after every few records instead of every one.
/// </remarks>
public static class JournalAudit
{
    /// <summary>Accounts whose sum is taken after every single record.</summary>
    const int AccountsPerRecord = 256;

    static readonly TransactionState[] Holding =
    [
        TransactionState.AwaitingApproval, TransactionState.Locked, TransactionState.Confirmed, TransactionState.Committed,
        TransactionState.Fulfilled, TransactionState.Disputed,
    ];

    /// <param name="partitions">Without the directory's, which comes last.</param>
    public static async Task<AuditReport> RunAsync(
        IPartitionLog log, ISnapshotStore? snapshots, string broker, string authority, int partitions, CancellationToken cancellationToken)
    {
        var report = new AuditReport();
        List<Partition> replayed = [];
        for (var index = 0; index <= partitions; index++)
        {
            Machine machine = index < partitions ? new Partition(index, broker) : new DirectoryMachine(index, broker, authority);
            await ReplayAsync(log, snapshots, machine, report, cancellationToken);
            if (machine is Partition partition) replayed.Add(partition);
        }

        Check(replayed, report);
        return report;
    }

    /// <summary>What all partitions together must keep.</summary>
    internal static void Check(List<Partition> partitions, AuditReport report)
    {
        foreach (var partition in partitions)
        {
            CheckSum(partition, report);
            CheckHolds(partition, report);
        }
        CheckClearing(partitions, report);
        foreach (var currency in partitions.SelectMany(partition => partition.Books.Currencies).Distinct().Order(StringComparer.Ordinal)) report.Add(TotalOf(partitions, currency));
    }

    static async Task ReplayAsync(IPartitionLog log, ISnapshotStore? snapshots, Machine machine, AuditReport report, CancellationToken cancellationToken)
    {
        var snapshot = snapshots is null ? null : await snapshots.LatestAsync(machine.Index, cancellationToken);
        var unsummed = 0;
        try
        {
            await foreach (var entry in log.ReadAsync(machine.Index, 1, cancellationToken))
            {
                machine.Replay(entry);
                report.Records++;
                if (machine is Partition partition && ++unsummed > partition.Books.Count / AccountsPerRecord)
                {
                    CheckSum(partition, report);
                    unsummed = 0;
                }

                if (snapshot?.Position == machine.Position) CheckSnapshot(machine, snapshot, report);
            }
        }
        catch (JournalCorruptException fault)
        {
            report.Find(fault.Message);
        }
        catch (Exception fault) when (fault is InvalidOperationException or Google.Protobuf.InvalidProtocolBufferException or KeyNotFoundException)
        {
            report.Find($"Partition {machine.Index}, position {machine.Position + 1}: it cannot be decided again: {fault.Message}");
        }
    }

    static void CheckSum(Partition partition, AuditReport report)
    {
        foreach (var currency in partition.Books.Currencies)
        {
            if (partition.Books.SumOf(currency) is var sum && sum != 0)
            {
                report.Find($"Partition {partition.Index}, position {partition.Position}: its books are off by {new Money(sum, currency)}.");
            }
        }
    }

    static void CheckSnapshot(Machine machine, Snapshot snapshot, AuditReport report)
    {
        var writer = new SnapshotWriter();
        machine.WriteSnapshot(writer);
        if (!writer.Written.Span.SequenceEqual(snapshot.State.Span)) report.Find($"Partition {machine.Index}: its snapshot at position {snapshot.Position} is not what the journal gives.");
    }

    // What an account holds is what its live transactions and its payouts hold, and nothing else.
    static void CheckHolds(Partition partition, AuditReport report)
    {
        Dictionary<(string Account, string Currency), Int128> owed = [];
        foreach (var transaction in partition.Transactions.Values.Where(transaction => Holding.Contains(transaction.State)))
        {
            Add((transaction.Intent.Account, transaction.Currency), transaction.Amount);
        }
        foreach (var payout in partition.Payouts.Values) Add((payout.Account, payout.Currency), payout.Nanos);
        foreach (var account in partition.Books.Accounts)
        {
            report.Accounts++;
            foreach (var (currency, balance) in account.Balances)
            {
                owed.Remove((account.Id, currency), out var nanos);
                if (balance.Held != nanos)
                {
                    report.Find($"Partition {partition.Index}: {account.Id} holds {new Money(balance.Held, currency)}, and its live transactions hold {new Money(nanos, currency)}.");
                }
            }
        }
        foreach (var ((account, currency), nanos) in owed.Where(item => item.Value != 0))
        {
            report.Find($"Partition {partition.Index}: transactions of {account} hold {new Money(nanos, currency)} that the account has not.");
        }

        void Add((string, string) key, Int128 nanos) => owed[key] = owed.GetValueOrDefault(key) + nanos;
    }

    static void CheckClearing(List<Partition> partitions, AuditReport report)
    {
        Dictionary<(int, int, string), Int128> sums = [];
        foreach (var partition in partitions)
        {
            foreach (var ((other, currency), nanos) in partition.Books.Clearing) Add(partition.Index, other, currency, nanos);
            foreach (var (transfer, currency, nanos) in OnTheirWay(partitions, partition)) Add((int)transfer.Source, (int)transfer.Destination, currency, -nanos);
        }
        foreach (var ((low, high, currency), nanos) in sums.Where(item => item.Value != 0))
        {
            report.Find($"Partitions {low} and {high}: their clearing accounts are off by {new Money(nanos, currency)} from what is on its way between them.");
        }

        void Add(int one, int other, string currency, Int128 nanos)
        {
            var key = (Math.Min(one, other), Math.Max(one, other), currency);
            sums[key] = sums.GetValueOrDefault(key) + nanos;
        }
    }

    static IEnumerable<(Transfer Transfer, string Currency, Int128 Nanos)> OnTheirWay(List<Partition> partitions, Partition source)
    {
        foreach (var transfer in source.Outboxes.Waiting.Where(transfer => transfer.Number > partitions[(int)transfer.Destination].Outboxes.TakenFrom(source.Index)))
        {
            if (transfer.WhatCase is Transfer.WhatOneofCase.Credit) yield return (transfer, transfer.Credit.Currency, Amounts.FromWire(transfer.Credit.Nanos));
            if (transfer.WhatCase is Transfer.WhatOneofCase.Collected && transfer.Collected.Paid)
            {
                yield return (transfer, transfer.Collected.Currency, Amounts.FromWire(transfer.Collected.Nanos));
            }
        }
    }

    static AuditTotal TotalOf(List<Partition> partitions, string currency)
    {
        var total = new AuditTotal(currency);
        foreach (var partition in partitions)
        {
            total.Funded -= partition.Books.FundingOf(currency);
            foreach (var account in partition.Books.Accounts)
            {
                total.Available += account[currency].Available;
                total.Held += account[currency].Held;
            }
            foreach (var (_, name, nanos) in OnTheirWay(partitions, partition)) total.OnItsWay += name == currency ? nanos : 0;
        }
        return total;
    }
}
