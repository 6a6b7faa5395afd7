using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Brokers;

/// <summary>Records out of receipts.</summary>
static class Receipts
{
    /// <summary>Null when there is none that parses.</summary>
    public static Record? RecordOf(Receipt? receipt)
    {
        try
        {
            return receipt is null ? null : Record.Parser.ParseFrom(receipt.Record);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>The records of a transaction as its party may read them, each proven.</summary>
    public static async Task<IReadOnlyList<Record>> RecordsAsync(this BrokerScenario scenario, Party who, byte[] transactionId, uint home)
    {
        const string What = "the transaction's records";
        var (answer, refused) = await scenario.AskAsync(who, new Ask { Transaction = new AskTransaction { TransactionId = ByteString.CopyFrom(transactionId) } }, home);
        if (answer?.Transaction is not { } transaction) throw Expectations.Failed(What, "an answer", refused?.ToString() ?? "another answer");
        foreach (var receipt in transaction.Records)
        {
            if (ReceiptProof.FaultOf(receipt, scenario.Target.Id, scenario.Target.Discovery.ReceiptKeys) is { } fault) throw Expectations.Failed(What, "receipts that prove them", fault);
        }
        return [.. transaction.Records.Select(receipt => RecordOf(receipt) ?? throw Expectations.Failed(What, "records that parse", receipt.Record))];
    }

    public static Task<IReadOnlyList<Record>> RecordsAsync(this BrokerScenario scenario, Sale sale) => scenario.RecordsAsync(sale.Buyer, sale.TransactionId, sale.Buyer.Home);

    /// <summary>What waits in a party's mailboxes, at most 256 records, each proven.</summary>
    public static async Task<IReadOnlyList<Record>> MailAsync(this BrokerScenario scenario, Party who)
    {
        const string What = "the mail that waits";
        var (answer, refused) = await scenario.AskAsync(who, new Ask { Mail = new AskMail { PageSize = 256 } });
        if (answer?.Mail is not { } mail) throw Expectations.Failed(What, "an answer", refused?.ToString() ?? "another answer");
        foreach (var delivery in mail.Deliveries)
        {
            if (ReceiptProof.FaultOf(delivery.Receipt ?? new Receipt(), scenario.Target.Id, scenario.Target.Discovery.ReceiptKeys) is { } fault) throw Expectations.Failed(What, "receipts that prove it", fault);
        }
        return [.. mail.Deliveries.Select(delivery => RecordOf(delivery.Receipt) ?? throw Expectations.Failed(What, "records that parse", delivery.Receipt.Record))];
    }
}
