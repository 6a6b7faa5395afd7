using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;

namespace ActProtocol.Client;

/// <summary>Buys: intent, quotes, lock, commit, receipt.</summary>
/// <param name="mandate">Digest of the envelope that lodged the mandate.</param>
public sealed class Buyer(ActClient client, ActIdentity agent, Digest mandate)
{
    readonly MailConnection _mail = new(client, agent);

    /// <summary>What arrives, for logs and screens.</summary>
    public Action<Mail>? Seen { get; init; }

    /// <summary>A lock that the broker refused, and why.</summary>
    public Action<Mail, Refusal>? LockRefused { get; init; }

    /// <summary>A step of this buyer's that was taken.</summary>
    public Action<StepKind, Decision>? Taken { get; init; }

    /// <summary>Buys once.</summary>
    /// <param name="sellers">Whom to ask.</param>
    /// <param name="order">In which order to try the quotes that came.</param>
    /// <param name="wait">How long to wait for quotes at most; it goes on as soon as all have answered.</param>
    /// <returns>The record of the settlement or commit, with its proof; null when no quote could be bought.</returns>
    public async Task<Mail?> BuyAsync(
        Intent intent, IReadOnlyList<string> sellers, Func<IEnumerable<Mail>, IEnumerable<Mail>> order, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var mails = _mail.ReadAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        var first = mails.MoveNextAsync().AsTask();
        await _mail.Proven.WaitAsync(cancellationToken);

        var asked = new Content { Header = NewHeader(), Intent = intent };
        asked.Header.Recipients.Add(sellers);
        var sent = Sealing.Seal(asked, agent.Signer);
        var opened = (await client.SendAsync(sent, cancellationToken)).OrThrow();
        Taken?.Invoke(StepKind.Intent, opened);
        var open = opened.Accepted.Transactions.Select(transaction => Id16.FromWire(transaction.TransactionId)).ToHashSet();

        stop.CancelAfter(wait);
        var (inbox, quotes) = (new Inbox(mails, first, _mail, Seen), new List<Mail>());
        while (quotes.Count < open.Count && await inbox.NextAsync(stop.Token) is { } mail)
        {
            if (!open.Contains(mail.TransactionFor(agent.Id))) continue;
            if (mail.Step is StepKind.Quote) quotes.Add(mail);
            if (mail.Step is StepKind.Decline) open.Remove(mail.TransactionFor(agent.Id));
        }
        foreach (var quote in order(quotes))
        {
            if (await TryAsync(quote, inbox, stop.Token) is { } bought) return bought;
        }
        return null;
    }

    async Task<Mail?> TryAsync(Mail quote, Inbox inbox, CancellationToken cancellationToken)
    {
        var transaction = quote.TransactionFor(agent.Id);
        var locked = await SendAsync(new Content { Lock = new V1.Lock { Quote = quote.Digest.ToWire() } }, quote, quote.Digest, cancellationToken);
        if (locked is SendResult.Refused refused)
        {
            LockRefused?.Invoke(quote, refused.Refusal);
            return null;
        }
        Taken?.Invoke(StepKind.Lock, locked.OrThrow());
        while (await inbox.NextAsync(cancellationToken) is { } mail)
        {
            if (mail.TransactionFor(agent.Id) != transaction) continue;
            if (mail.Step is StepKind.Confirm)
            {
                var committed = await SendAsync(new Content { Commit = new Commit { Quote = quote.Digest.ToWire() } }, mail, quote.Digest, cancellationToken);
                Taken?.Invoke(StepKind.Commit, committed.OrThrow());
            }
            else if (mail.Step is StepKind.Commit && mail.Accepted.Payment is not null && IsEscrow(quote)) return mail;
            else if (mail.Step is StepKind.Settle) return mail;
            else if (mail.Accepted.State is TransactionState.Released or TransactionState.Expired or TransactionState.Denied) return null;
        }
        return null;
    }

    async Task<SendResult> SendAsync(Content step, Mail follows, Digest quote, CancellationToken cancellationToken)
    {
        step.Header = NewHeader();
        step.Header.MessageId = DerivedIds.Message(agent.Id, StepKinds.Of(step.BodyCase), quote, 0).ToWire();
        step.Header.TransactionId = follows.Content!.Header.TransactionId;
        step.Header.Recipients.Add(follows.Content.Header.Sender);
        step.Header.Follows = follows.Digest.ToWire();
        return await client.SendAsync(step, agent, cancellationToken);
    }

    Header NewHeader()
    {
        var header = client.NewHeader(agent);
        header.Mandate = mandate.ToWire();
        return header;
    }

    static bool IsEscrow(Mail quote) => quote.Content!.Quote.Terms.Escrow is not null;

    // Mail one by one, acknowledged as it is taken; null when the time is over.
    sealed class Inbox(IAsyncEnumerator<Mail> mails, Task<bool> first, MailConnection connection, Action<Mail>? seen)
    {
        Task<bool>? _next = first;

        public async Task<Mail?> NextAsync(CancellationToken cancellationToken)
        {
            try
            {
                if (!await (_next ?? mails.MoveNextAsync().AsTask())) return null;
                _next = null;
                var mail = mails.Current;
                seen?.Invoke(mail);
                await connection.AcknowledgeAsync(mail, cancellationToken);
                return mail;
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }
    }
}
