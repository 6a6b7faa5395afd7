using ActProtocol.V1;

namespace ActProtocol.Conformance.Brokers;

/// <summary>What waits for a party, as it may look at it: a record is there from the append on that made it durable (MBX-01).</summary>
static class Mail
{
    /// <summary>At most 256, the oldest of each partition first.</summary>
    public static async Task<IReadOnlyList<Delivery>> MailAsync(this BrokerScenario scenario, Party party, bool deadLetters = false)
    {
        var (answer, refused) = await scenario.AskAsync(party, new Ask { Mail = new AskMail { PageSize = 256, DeadLetters = deadLetters } });
        return answer?.Mail is { } mail ? mail.Deliveries : throw Expectations.Failed($"AskMail of {party.Name}", "an answer", refused?.ToString() ?? "another answer");
    }

    /// <summary>How often the record of this envelope waits for that party.</summary>
    public static async Task<int> MailOfAsync(this BrokerScenario scenario, Party party, Envelope envelope) =>
        (await scenario.MailAsync(party)).Count(delivery => Receipts.RecordOf(delivery.Receipt)?.Envelope?.Content == envelope.Content);

    /// <summary>How often the record of a step of the broker's own waits for that party.</summary>
    public static async Task<int> MailOfAsync(this BrokerScenario scenario, Party party, Sale sale, StepKind kind) =>
        (await scenario.MailAsync(party)).Count(delivery => Receipts.RecordOf(delivery.Receipt)?.Step is { } step && step.Kind == kind && step.TransactionId.Span.SequenceEqual(sale.TransactionId));
}
