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
        return [.. transaction.Records.Select(receipt => Records.Verified(scenario, receipt))];
    }

    public static Task<IReadOnlyList<Record>> RecordsAsync(this BrokerScenario scenario, Sale sale) => scenario.RecordsAsync(sale.Buyer, sale.TransactionId, sale.Buyer.Home);

    /// <summary>The records that wait for a party, at most 256, each proven.</summary>
    public static async Task<IReadOnlyList<Record>> MailRecordsAsync(this BrokerScenario scenario, Party who) =>
        [.. (await scenario.MailAsync(who)).Select(delivery => Records.Verified(scenario, delivery.Receipt ?? new Receipt()))];
}
