using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.Ledger;
using ActProtocol.V1;

namespace ActProtocol.Engine.Partitions;

/// <summary>What parties may read of what is theirs. Asked in the order of the steps, answered when those are durable.</summary>
sealed partial class Partition
{
    /// <summary>The position of the record that decided an envelope of the sender; 0 when there is none.</summary>
    public long FindOutcome(string sender, Id16 transaction, Id16 message)
    {
        if (transaction.IsNone) return _messages.Find(sender, message)?.Position ?? 0;
        return Transactions.TryGetValue(transaction, out var entry) ? entry.Find(sender, message)?.Position ?? 0 : 0;
    }

    /// <summary>Positions of a transaction's records for one of its parties; null for strangers.</summary>
    public (IReadOnlyList<long> Positions, TransactionState State)? FindRecords(string sender, Id16 transaction)
    {
        if (!Transactions.TryGetValue(transaction, out var entry) || RoleOf(entry, sender, StepKind.Unspecified) is null && sender != entry.Seller.Principal) return null;
        return ([.. entry.Records], entry.State);
    }

    public Account? FindAccount(string id)
    {
        if (Books.Find(id) is not { } entry) return null;

        var account = new Account { Id = id };
        foreach (var (currency, balance) in entry.Balances.OrderBy(item => item.Key, StringComparer.Ordinal))
        {
            account.Balances.Add(new V1.Balance
            {
                Available = new Money(balance.Available, currency).ToWire(),
                Held = new Money(balance.Held, currency).ToWire(),
            });
        }
        return account;
    }

    public MandateAnswer? FindMandate(string sender, Digest digest)
    {
        if (!Mandates.TryGetValue(digest, out var entry) || (sender != entry.Principal && sender != entry.Terms.Agent)) return null;

        var answer = new MandateAnswer
        {
            Mandate = digest.ToWire(),
            Agent = entry.Terms.Agent,
            Revoked = entry.Revoked,
            ValidFromMs = entry.Terms.ValidFromMs,
            ValidUntilMs = entry.Terms.ValidUntilMs,
        };
        foreach (var limit in entry.Terms.Limits) answer.Spent.Add(new Money(entry.SpentIn(limit.Currency), limit.Currency).ToWire());
        return answer;
    }

    public PayoutsAnswer FindPayouts()
    {
        var answer = new PayoutsAnswer();
        foreach (var (digest, payout) in Payouts.OrderBy(item => item.Key).Take(256))
        {
            answer.Payouts.Add(new OpenPayout
            {
                Payout = digest.ToWire(),
                Account = payout.Account,
                Amount = new Money(payout.Nanos, payout.Currency).ToWire(),
                Destination = payout.Destination,
            });
        }
        return answer;
    }

    /// <summary>What a seller did here; the directory sums it over all partitions.</summary>
    public Standing FindStanding(string seller) => _standing.TryGetValue(seller, out var standing)
        ? new() { Settled = (ulong)standing.Settled, Disputed = (ulong)standing.Disputed, Lost = (ulong)standing.Lost, DistinctPayers = (ulong)standing.DistinctPayers }
        : new();
}
