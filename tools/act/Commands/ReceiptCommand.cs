using System.CommandLine;
using ActProtocol.Client;
using ActProtocol.Journal;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Tools;

/// <summary><c>act receipt verify</c>: offline, with the broker's public key and nothing else.</summary>
static class ReceiptCommand
{
    static readonly Argument<string> Receipt1 = new("receipt") { Description = "A receipt file, as 'act buy' writes it" };
    static readonly Option<string> Keys = new("--broker-keys") { Description = "The broker's id and keys, saved before: 'act broker --save FILE'", Required = true, HelpName = "file" };

    public static ActCommand Create() => new("receipt", "Receipts: verify.") { VerifyCommand() };

    static ActCommand VerifyCommand()
    {
        var command = new ActCommand("verify", "Check a receipt with the broker's public key alone, offline.", """
            act broker --save broker.json                       (once, when the broker is trusted)
            act receipt verify receipt.bin --broker-keys broker.json
            """)
        {
            Receipt1, Keys,
        };
        command.Does(call =>
        {
            var broker = BrokerDocument.Read(call.Value(Keys));
            var (record, fault) = Check(broker.Info, JsonFile.BytesOf(call.Value(Receipt1)));
            var payment = record?.Decision.Accepted?.Payment;
            var paid = payment is null ? null : Words.Of(payment.Amount);
            call.Screen.Tell(
                "receipt",
                record is null
                    ? $"Not verified: {fault}"
                    : $"Verified: {record.Broker} recorded at {Words.Time(record.StampMs)} (partition {record.Partition}, position {record.Position}): "
                        + (payment is null ? "no payment" : $"{payment.Kind} {paid}, {payment.Buyer} to {payment.Seller}") + (record.Play ? " (play money)" : ""),
                new
                {
                    receipt_verified = record is not null,
                    fault,
                    paid,
                    kind = payment is null ? null : Words.Of(payment.Kind),
                    buyer = payment?.Buyer,
                    seller = payment?.Seller,
                    partition = record?.Partition,
                    position = record?.Position,
                    stamp_ms = record?.StampMs,
                    record?.Play,
                },
                record is null ? "red" : "green");
            return record is null ? ExitCodes.Failed : ExitCodes.Fine;
        });
        return command;
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
