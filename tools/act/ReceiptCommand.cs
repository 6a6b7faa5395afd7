using System.Text.Json;
using ActProtocol.Client;
using ActProtocol.Journal;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Tools;

/// <summary><c>act receipt verify</c>: offline, with the broker's public key and nothing else.</summary>
static class ReceiptCommand
{
    public static int Verify(string path, string keysPath, bool json)
    {
        var broker = BrokerInfo.Parse(Files.Read<JsonElement>(keysPath));
        if (!File.Exists(path)) throw new FormatException($"There is no file '{path}'.");
        var (record, fault) = Check(broker, File.ReadAllBytes(path));
        var payment = record?.Decision.Accepted?.Payment;
        if (json)
        {
            var paid = payment is null ? null : Ledger.Money.FromWire(payment.Amount).ToString();
            Console.Out.WriteLine(JsonSerializer.Serialize(new { receipt_verified = record is not null, fault, paid, kind = payment?.Kind.ToString(), payment?.Seller, record?.Play }));
        }
        else
        {
            Console.Out.WriteLine(record is null
                ? $"Not verified: {fault}"
                : $"Verified: {record.Broker} recorded at {DateTimeOffset.FromUnixTimeMilliseconds(record.StampMs):u} (partition {record.Partition}, position {record.Position}): "
                    + (payment is null ? "no payment" : $"{payment.Kind} {Ledger.Money.FromWire(payment.Amount)}, {payment.Buyer} to {payment.Seller}") + (record.Play ? " (play money)" : ""));
        }
        return record is null ? ExitCodes.Failed : ExitCodes.Fine;
    }

    public static (Record? Record, string? Fault) Check(BrokerInfo broker, byte[] bytes)
    {
        try
        {
            return new ReceiptVerifier(broker.Id, [.. broker.ReceiptKeys]).Verify(Receipt.Parser.ParseFrom(bytes));
        }
        catch (InvalidProtocolBufferException)
        {
            return (null, "The file is no receipt.");
        }
    }
}
