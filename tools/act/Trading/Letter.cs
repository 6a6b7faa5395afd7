using ActProtocol.Client;
using ActProtocol.Journal;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Tools;

/// <summary>Something in a mailbox: a record with the broker's proof, and what acknowledges it.</summary>
sealed record Letter(TransactionRecord Record, ByteString Cursor)
{
    const uint PageMax = 256;

    /// <summary>"3.17": partition and position, by which a person names it.</summary>
    public string Id => $"{Record.Record.Partition}.{Record.Record.Position}";

    /// <summary>What waits, or dead letters; at most 256, oldest first within each partition. What does not verify is a fault of the broker's.</summary>
    public static async Task<IReadOnlyList<Letter>> ReadAsync(Session session, ActIdentity agent, bool dead, CancellationToken cancellationToken)
    {
        var verifier = new ReceiptVerifier(session.Broker.Info.Id, [.. session.Broker.Info.ReceiptKeys]);
        var answer = await session.Client.AskAsync(new Ask { Mail = new AskMail { DeadLetters = dead, PageSize = PageMax } }, agent, cancellationToken);
        List<Letter> letters = [];
        foreach (var delivery in answer.Mail.Deliveries)
        {
            var (record, fault) = verifier.Verify(delivery.Receipt);
            letters.Add(new Letter(new TransactionRecord(delivery.Receipt, record ?? throw new FailedException($"The broker's proof of a record does not hold: {fault}")), delivery.Cursor));
        }
        return letters;
    }
}
