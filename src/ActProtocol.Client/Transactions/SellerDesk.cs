using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Client;

/// <summary>Turns a seller's mail into its decisions, and those into steps.</summary>
sealed class SellerDesk(ActClient client, ActIdentity agent, SellerHandler handler) : IMailHandler
{
    // Recorded refusals for want of room before the step is given up.
    const uint AttemptsMax = 6;

    public async Task HandleAsync(Mail mail, CancellationToken cancellationToken)
    {
        var sale = new Sale(mail.TransactionFor(agent.Id), mail);
        switch (mail.Body)
        {
            case Intent intent:
                await AnswerAsync(await QuoteAsync(intent, sale, cancellationToken), mail, cancellationToken);
                break;
            case Counter counter:
                await AnswerAsync(await QuoteAsync(counter.Intent, sale, cancellationToken), mail, cancellationToken);
                break;
            case V1.Lock when mail.Accepted.State is Locked:
                await AnswerAsync(await HoldAsync(sale, cancellationToken), mail, cancellationToken);
                break;
            // The principal allowed a lock that had waited: the answer is to the lock.
            case Approve when await LockOfAsync(mail, cancellationToken) is { } locked:
                await AnswerAsync(await HoldAsync(sale, cancellationToken), locked, cancellationToken);
                break;
            case Commit:
                if (await handler.DeliverAsync(sale, cancellationToken) is { } evidence)
                {
                    await AnswerAsync(new Content { Fulfil = new Fulfil { Evidence = { evidence } } }, mail, cancellationToken);
                }
                break;
            default:
                if (mail.Accepted.State is Released or Expired or Cancelled or Denied) await handler.FreeAsync(sale, cancellationToken);
                break;
        }
        await handler.SeenAsync(mail, cancellationToken);
    }

    async Task<Content> QuoteAsync(Intent intent, Sale sale, CancellationToken cancellationToken)
    {
        if (await handler.QuoteAsync(intent, sale, cancellationToken) is not { } quote) return new Content { Decline = new Decline { Reason = "nothing to offer" } };
        quote.Intent = sale.Mail.Digest.ToWire();
        return new Content { Quote = quote };
    }

    async Task<Content> HoldAsync(Sale sale, CancellationToken cancellationToken) => await handler.HoldAsync(sale, cancellationToken)
        ? new Content { Confirm = new Confirm() }
        : new Content { Decline = new Decline { Reason = "sold out" } };

    async Task<Mail?> LockOfAsync(Mail approval, CancellationToken cancellationToken)
    {
        var header = approval.Content!.Header;
        var records = await client.TransactionAsync(Id16.FromWire(header.TransactionId), 0, agent, header.Home, cancellationToken);
        return records.LastOrDefault(record => record is { Step: StepKind.Lock, Refused: null });
    }

    // A seller that was restarted may decide otherwise than before, and a decline would end even what was locked since. Whatever was said
    // first stands.
    async Task<bool> IsAnsweredAsync(Mail cause, CancellationToken cancellationToken)
    {
        var transaction = cause.TransactionFor(agent.Id);
        var records = await client.TransactionAsync(transaction, cause.Record.Position, agent, cause.Content!.Header.Home, cancellationToken);
        return records.Any(record => record is { Refused: null } && record.Content?.Header.Sender == agent.Id);
    }

    // Says a step in answer to a record. The same step of the same sale has the same id, however often its cause is delivered.
    async Task AnswerAsync(Content step, Mail cause, CancellationToken cancellationToken)
    {
        var kind = StepKinds.Of(step.BodyCase);
        if (kind is StepKind.Decline && cause.Step is not StepKind.Lock && await IsAnsweredAsync(cause, cancellationToken)) return;
        for (var attempt = 0u; ; attempt++)
        {
            step.Header = client.NewHeader(agent, cause.Content!.Header.Home);
            step.Header.MessageId = DerivedIds.Message(agent.Id, kind, cause.Digest, attempt).ToWire();
            step.Header.TransactionId = cause.TransactionFor(agent.Id).ToWire();
            step.Header.Recipients.Add(cause.Content.Header.Sender);
            step.Header.Follows = cause.Digest.ToWire();
            switch (await client.SendAsync(step, agent, cancellationToken))
            {
                case SendResult.Taken:
                // Said before, and decided then: by this process before it was ended, in other words perhaps.
                case SendResult.Refused { Refusal.Code: ErrorCode.MessageIdReused }:
                    return;
                case SendResult.Refused { Refusal.Code: ErrorCode.MailboxFull } when attempt < AttemptsMax:
                    await Task.Delay(client.BackOff.After((int)attempt + 1), client.Time, cancellationToken);
                    continue;
                // Nothing was decided: the record was not dealt with, and comes again.
                case SendResult.Refused refused when BrokerFaults.MayRepeat(refused.Refusal):
                    throw new ActRefusedException(refused.Refusal);
                case SendResult.Refused refused:
                    client.Logger.StepRefused(agent.Id, kind, refused.Refusal.Code, refused.Refusal.Detail);
                    return;
                default:
                    throw new TimeoutException("The outcome is not known yet.");
            }
        }
    }
}
