using ActProtocol.Envelopes;

namespace ActProtocol.Client;

/// <summary>Hands an agent's mail to its handler: in order within each transaction, at least once, and once where success was recorded.</summary>
public sealed class MailLoop(ActClient client, ActIdentity agent, IMailHandler handler, Inbox? inbox = null)
{
    // As the broker counts: then it is a dead letter.
    const uint AttemptsMax = 10;

    readonly Inbox _inbox = inbox ?? Inbox.InMemory();

    // Where a transaction waits for a record that failed; at most as many as the broker has under way to one agent.
    readonly Dictionary<Id16, ulong> _waiting = [];
    MailConnection? _mail;

    /// <summary>Called for a delivery that does not verify, with what is wrong.</summary>
    public Action<V1.Delivery, string>? Unverified { get; init; }

    /// <summary>Completes when the mailbox is open for the first time. Before the run has begun it does not.</summary>
    public Task Ready => _ready.Task;

    readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Runs until stopped. The record under way is finished first.</summary>
    /// <param name="stopping">No further record is begun.</param>
    /// <param name="abort">Given to the handler: the record under way shall be left, too.</param>
    /// <exception cref="MailboxClosedException">The mailbox was taken over, or the proof was not taken.</exception>
    public async Task RunAsync(CancellationToken stopping, CancellationToken abort = default)
    {
        _mail = new MailConnection(client, agent) { Unverified = Unverified, Connected = () => _ready.TrySetResult() };
        try
        {
            await foreach (var mail in _mail.ReadAsync(stopping)) await DealAsync(mail, abort);
        }
        catch (Exception fault) when (fault is MailboxClosedException or WrongBrokerException)
        {
            _ready.TrySetException(fault);
            throw;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
    }

    async Task DealAsync(Mail mail, CancellationToken abort)
    {
        var transaction = mail.TransactionFor(agent.Id);
        if (!_inbox.Contains(mail))
        {
            if (_waiting.TryGetValue(transaction, out var first) && mail.Record.Position > first || !await TryAsync(mail, abort))
            {
                // The last attempt: what follows need not wait for what will not come again by itself.
                if (mail.Attempt >= AttemptsMax) _waiting.Remove(transaction);
                else if (!transaction.IsNone) _waiting.TryAdd(transaction, mail.Record.Position);
                await _mail!.PostponeAsync(mail, abort);
                return;
            }
            _inbox.Add(mail);
        }
        if (_waiting.TryGetValue(transaction, out var waited) && waited == mail.Record.Position) _waiting.Remove(transaction);
        await _mail!.AcknowledgeAsync(mail, abort);
    }

    async Task<bool> TryAsync(Mail mail, CancellationToken abort)
    {
        using var activity = ClientTelemetry.Source.StartActivity("act.handle");
        var began = client.Time.GetTimestamp();
        var well = false;
        try
        {
            await handler.HandleAsync(mail, abort);
            client.Logger.Handled(agent.Id, mail.Step, mail.Record.Partition, mail.Record.Position);
            return well = true;
        }
        catch (Exception fault) when (!abort.IsCancellationRequested)
        {
            client.Logger.HandlerFailed(fault, agent.Id, mail.Step, mail.Record.Partition, mail.Record.Position);
            return false;
        }
        finally
        {
            ClientTelemetry.Handled(client.Time.GetElapsedTime(began), well);
        }
    }
}
