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

/// <summary>Waiting for what the broker does by itself.</summary>
static class OwnSteps
{
    /// <summary>The record of a step of the broker's own in that sale, once it is delivered to the buyer.</summary>
    public static async Task<Record> OwnStepAsync(this BrokerScenario scenario, Sale sale, StepKind kind)
    {
        await using var stream = await BrokerStream.OpenAsync(scenario, null, sale.Buyer);
        var delivery = await stream.DeliveredAsync($"the broker's {kind}", delivery => StepOf(delivery) is { } step && step.Kind == kind && step.TransactionId.Span.SequenceEqual(sale.TransactionId));
        return Records.Verified(scenario, delivery.Receipt);
    }

    /// <summary>The state of the transaction, as the buyer hears it now.</summary>
    public static async Task<TransactionState> StateOfAsync(this BrokerScenario scenario, Sale sale) =>
        (await Records.OfAsync(scenario, sale.TransactionId, sale.Buyer.Home, [sale.Buyer.Id, sale.Seller.Id]))?.State ?? throw Expectations.Failed("AskTransaction", "the transaction", "transaction_unknown");

    /// <summary>
    /// It must be refused with <paramref name="code"/>. For steps that come when a deadline has passed: what the broker records before it decides changes accounts, so that
    /// only the model compares them.
    /// </summary>
    public static async Task<Outcome.Refused> TooLateAsync(this BrokerScenario scenario, string code, string what, Envelope envelope)
    {
        scenario.Controls.Expect(envelope);
        return Expectations.AsRefused(code, what, await scenario.SendAsync(envelope));
    }

    /// <summary>
    /// Waits until the broker's stamps have come to <paramref name="stampMs"/>: funds the account by one nano at a time, and goes by what the broker says
    /// the time is, not by the suite's clock.
    /// </summary>
    public static async Task StampedAfterAsync(this BrokerScenario scenario, long stampMs, Party owner)
    {
        for (var waited = TimeSpan.Zero; waited < scenario.Target.Waits.DeliverMax;)
        {
            var taken = await scenario.BuildAsync(scenario.Seal(owner, scenario.NewFund(owner, Xts.Of(0, 1))));
            if (taken.Decision.StampMs >= stampMs) return;
            var pause = TimeSpan.FromMilliseconds(Math.Clamp(stampMs - taken.Decision.StampMs, 1, 500));
            await Task.Delay(pause, scenario.Time, scenario.CancellationToken);
            waited += pause;
        }
        throw new Runs.InconclusiveException("The broker's stamps did not come to the instant that the case waits for.");
    }

    static BrokerStep? StepOf(Delivery delivery) => Receipts.RecordOf(delivery.Receipt)?.Step;
}
