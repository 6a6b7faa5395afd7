using ActProtocol.Engine.Journal;
using ActProtocol.Envelopes;
using ActProtocol.Ledger;
using ActProtocol.Sqlite;
using ActProtocol.V1;
using Grpc.Net.Client;
using Record = ActProtocol.V1.Record;

namespace ActProtocol.Tools;

/// <summary>Counts the money twice: by the parties' own records against their accounts, and by an audit of the journal.</summary>
static class Bookkeeper
{
    const int LooksMax = 500;

    /// <summary>Decides every record of a dead broker's journal again, on a copy: what it left must stay as it is for its next start.</summary>
    public static async Task<AuditReport> AuditAsync(string data)
    {
        var copy = System.IO.Directory.CreateTempSubdirectory("act-audit-").FullName;
        foreach (var file in System.IO.Directory.EnumerateFiles(data).Where(file => !file.EndsWith("-shm", StringComparison.Ordinal))) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        await using (var log = SqliteLog.Open(copy))
        {
            var report = await JournalAudit.RunAsync(log, log, log.Header.Broker, "local", log.Header.Partitions - 1, default);
            System.IO.Directory.Delete(copy, recursive: true);
            return report;
        }
    }

    /// <summary>What every account must have by the records that its parties can read, against what the broker says that it has.</summary>
    public static async Task CheckAccountsAsync(TestedBroker broker, Trade trade)
    {
        using var channel = GrpcChannel.ForAddress(broker.Grpc, new GrpcChannelOptions { MaxReceiveMessageSize = 16 << 20 });
        var service = new BrokerService.BrokerServiceClient(channel);
        Dictionary<string, Holding> expected = trade.Traders.ToDictionary(trader => trader.OwnerId, _ => new Holding());
        foreach (var trader in trade.Traders.Take(Trade.Buyers)) expected[trader.OwnerId].Available = trade.Funded / Trade.Buyers;

        foreach (var (id, buyer, seller) in trade.Witness.Transactions.ToList())
        {
            var records = await trade.Witness.RecordsOfAsync(service, id);
            // A refund under way ends by itself, by transfers between the partitions; each question moves them on.
            for (var look = 0; look < LooksMax && records is [.., { Decision.Accepted.State: TransactionState.Refunding }]; look++) records = await trade.Witness.RecordsOfAsync(service, id);
            foreach (var record in records) Apply(record, expected[buyer.OwnerId], expected[seller.OwnerId]);
        }

        foreach (var trader in trade.Traders)
        {
            var (wanted, found) = (expected[trader.OwnerId], new Holding());
            for (var look = 0; look < LooksMax; look++)
            {
                found = await AccountAsync(service, trader);
                if ((found.Available, found.Held) == (wanted.Available, wanted.Held)) break;
            }
            if ((found.Available, found.Held) != (wanted.Available, wanted.Held)) trade.Witness.Fault($"{trader.OwnerId} has {found}, and by its records {wanted}.");
        }
    }

    static async Task<Holding> AccountAsync(BrokerService.BrokerServiceClient service, Trader trader)
    {
        var answer = await service.AskAsync(new AskRequest { Envelope = trader.AskAsOwner(new Ask { Account = new AskAccount { Account = trader.OwnerId } }) });
        return new Holding
        {
            Available = answer.Account.Balances.Aggregate(Int128.Zero, (sum, balance) => sum + Money.FromWire(balance.Available).Nanos),
            Held = answer.Account.Balances.Aggregate(Int128.Zero, (sum, balance) => sum + Money.FromWire(balance.Held).Nanos),
        };
    }

    static void Apply(Record record, Holding buyer, Holding seller)
    {
        if (record.Decision.Accepted?.Payment is not { } payment) return;
        var (nanos, back) = (Money.FromWire(payment.Amount).Nanos, payment.Refunded is null ? 0 : Money.FromWire(payment.Refunded).Nanos);
        switch (payment.Kind)
        {
            case PaymentKind.Held:
                buyer.Move(-nanos, nanos);
                break;
            case PaymentKind.Released:
                buyer.Move(nanos, -nanos);
                break;
            case PaymentKind.Settled:
                buyer.Move(0, -nanos);
                seller.Move(nanos, 0);
                break;
            case PaymentKind.Split:
                buyer.Move(back, -nanos - back);
                seller.Move(nanos, 0);
                break;
            // After settlement the seller pays back; before, what was held is free again.
            case PaymentKind.Refunded when record.Step?.Kind is StepKind.RefundPaid:
                buyer.Move(nanos, 0);
                seller.Move(-nanos, 0);
                break;
            case PaymentKind.Refunded:
                buyer.Move(nanos, -nanos);
                break;
            case PaymentKind.Committed or PaymentKind.Unspecified:
                break;
        }
    }

    sealed class Holding
    {
        public Int128 Available { get; set; }

        public Int128 Held { get; set; }

        public void Move(Int128 available, Int128 held) => (Available, Held) = (Available + available, Held + held);

        public override string ToString() => $"{new Money(Available, "CNY")} available and {new Money(Held, "CNY")} held";
    }
}
