using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Client;

/// <summary>Answers intents with quotes, and locks with goods.</summary>
/// <param name="quoteFor">The offer for an intent; null declines. Lines, terms and attributes: the rest is filled in.</param>
/// <param name="holdGoods">Whether the goods of a locked transaction are held now; false declines. May be asked more than once for one transaction.</param>
public sealed class Seller(ActClient client, ActIdentity agent, Func<Intent, Quote?> quoteFor, Func<Id16, bool> holdGoods)
{
    readonly MailConnection _mail = new(client, agent);

    /// <summary>What happens, for logs and screens.</summary>
    public Action<Mail>? Seen { get; init; }

    /// <summary>Completes when intents can arrive.</summary>
    public Task Ready => _mail.Proven;

    /// <summary>Sells until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var mail in _mail.ReadAsync(cancellationToken))
        {
            Seen?.Invoke(mail);
            if (await DealAsync(mail, cancellationToken)) await _mail.AcknowledgeAsync(mail, cancellationToken);
        }
    }

    // True when it was dealt with; an unknown outcome is dealt with again when it is delivered again.
    async Task<bool> DealAsync(Mail mail, CancellationToken cancellationToken)
    {
        if (mail.Content is not { } content) return true;
        var step = mail.Step switch
        {
            StepKind.Intent => Answer(content.Intent, mail.Digest),
            StepKind.Counter => Answer(content.Counter.Intent, mail.Digest),
            StepKind.Lock when mail.Accepted.State is TransactionState.Locked => Hold(mail),
            StepKind.Approve => null,
            _ => null,
        };
        if (step is null) return true;

        step.Header = client.NewHeader(agent, content.Header.Home);
        // The same step of the same purchase has the same id, however often its cause is delivered.
        step.Header.MessageId = DerivedIds.Message(agent.Id, StepKinds.Of(step.BodyCase), mail.Digest, 0).ToWire();
        step.Header.TransactionId = mail.TransactionFor(agent.Id).ToWire();
        step.Header.Recipients.Add(content.Header.Sender);
        step.Header.Follows = mail.Digest.ToWire();
        return await client.SendAsync(step, agent, cancellationToken) is not SendResult.Unknown;
    }

    Content Answer(Intent intent, Digest digest)
    {
        if (quoteFor(intent) is not { } quote) return new Content { Decline = new Decline { Reason = "nothing to offer" } };
        quote.Intent = digest.ToWire();
        return new Content { Quote = quote };
    }

    Content Hold(Mail mail) => holdGoods(mail.TransactionFor(agent.Id))
        ? new Content { Confirm = new Confirm() }
        : new Content { Decline = new Decline { Reason = "sold out" } };
}
