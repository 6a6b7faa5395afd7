using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ActProtocol.Client;

/// <summary>The mailbox of one agent, as a stream that reconnects by itself.</summary>
/// <remarks>At least once: what is not acknowledged comes again. What does not verify is neither shown nor acknowledged. Nothing is read
/// ahead of whoever reads: a slow reader makes the broker wait, and what it holds in memory is bounded by one frame.</remarks>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore gives out no wait handle, so there is nothing to free.")]
public sealed class MailConnection(ActClient client, ActIdentity agent, TimeProvider? time = null)
{
    static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(1);

    readonly TimeProvider _time = time ?? client.Time;
    readonly TaskCompletionSource _proven = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly SemaphoreSlim _writing = new(1);
    AsyncDuplexStreamingCall<ConnectRequest, ConnectResponse>? _call;

    /// <summary>Completes when the broker first took the proof: what is sent to the agent from then on arrives. Fails when it never will.</summary>
    public Task Proven => _proven.Task;

    /// <summary>Called each time the mailbox is open on a new stream.</summary>
    public Action? Connected { get; init; }

    /// <summary>Called for a delivery that does not verify, with what is wrong.</summary>
    public Action<Delivery, string>? Unverified { get; init; }

    /// <summary>What arrives, verified, until cancelled. One reader.</summary>
    /// <exception cref="MailboxClosedException">The mailbox was taken over, or the proof was not taken.</exception>
    /// <exception cref="WrongBrokerException">Another broker answers at this address.</exception>
    public async IAsyncEnumerable<Mail> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var failures = 0; ; failures++)
        {
            await Task.Delay(client.BackOff.After(failures), _time, cancellationToken);
            using var call = _call = client.Connect();
            var (open, why) = (false, "the broker ended it");
            while (true)
            {
                (var frame, why) = await NextAsync(call, cancellationToken);
                if (frame is null) break;
                if (frame.Challenge is { } challenge && !await ProveAsync(call, challenge, cancellationToken)) break;
                if (frame.Proven.Contains(agent.Id))
                {
                    (open, failures) = (true, 0);
                    client.Logger.Connected(agent.Id);
                    _proven.TrySetResult();
                    Connected?.Invoke();
                }
                var unreachable = false;
                foreach (var delivery in frame.Deliveries)
                {
                    var (mail, unknown) = await VerifyAsync(delivery, cancellationToken);
                    if (mail is not null)
                    {
                        yield return mail;
                        if (cancellationToken.IsCancellationRequested) await EndAsync(call);
                        cancellationToken.ThrowIfCancellationRequested();
                    }
                    // Without the directory nothing can be verified: all of it comes again.
                    if (unreachable = unknown) break;
                }
                if (unreachable) break;
                foreach (var closed in frame.Closed)
                {
                    if (closed.Agent == agent.Id || closed.Agent.Length == 0) throw Failed(new MailboxClosedException(agent.Id, open, Refusal.FromWire(closed.Reason)));
                }
            }
            ClientTelemetry.Reconnected();
            client.Logger.Broken(agent.Id, why, client.BackOff.After(failures + 1));
        }
    }

    /// <summary>The agent has dealt with it. On a stream that broke it does nothing: the record comes again, and is acknowledged then.</summary>
    public Task AcknowledgeAsync(Mail mail, CancellationToken cancellationToken) =>
        WriteAsync(_call, new ConnectRequest { Acknowledges = { new Acknowledge { Agent = agent.Id, Cursor = mail.Cursor } } }, cancellationToken);

    /// <summary>The agent could not deal with it: the broker delivers it again later, and after 10 attempts keeps it as a dead letter.</summary>
    public Task PostponeAsync(Mail mail, CancellationToken cancellationToken) =>
        WriteAsync(_call, new ConnectRequest { Acknowledges = { new Acknowledge { Agent = agent.Id, Cursor = mail.Cursor, Failed = true } } }, cancellationToken);

    // So that the last acknowledgement arrives: a stream that is cut takes with it what was written last.
    async Task EndAsync(AsyncDuplexStreamingCall<ConnectRequest, ConnectResponse> call)
    {
        using var late = new CancellationTokenSource(EndWithin, _time);
        try
        {
            await call.RequestStream.CompleteAsync();
            while (await call.ResponseStream.MoveNext(late.Token)) continue;
        }
        catch (Exception ended) when (IsBroken(ended) || ended is OperationCanceledException)
        {
            return; // It ended otherwise: what was not acknowledged comes again.
        }
    }

    static async Task<(ConnectResponse? Frame, string Why)> NextAsync(AsyncDuplexStreamingCall<ConnectRequest, ConnectResponse> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call.ResponseStream.MoveNext(cancellationToken) ? (call.ResponseStream.Current, "") : (null, "the broker ended it");
        }
        catch (Exception fault) when (IsBroken(fault))
        {
            // A frame that does not parse ends the stream too; everything that was not acknowledged comes again.
            cancellationToken.ThrowIfCancellationRequested();
            return (null, fault is RpcException answer && BrokerFaults.RefusalIn(answer) is { } refusal ? refusal.Code.ToString() : fault.Message);
        }
    }

    async Task<bool> ProveAsync(AsyncDuplexStreamingCall<ConnectRequest, ConnectResponse> call, Challenge challenge, CancellationToken cancellationToken)
    {
        // Signed for another broker, the proof could be carried there by this one.
        if (challenge.Broker != client.Broker.Id) throw Failed(new WrongBrokerException($"This is '{challenge.Broker}', not '{client.Broker.Id}'."));
        var unsigned = new Challenge { Broker = challenge.Broker, Nonce = challenge.Nonce, ExpiresAtMs = challenge.ExpiresAtMs };
        var signed = SignedBytes.Of(SignedBytes.ChallengeTag, unsigned.ToByteArray());
        if (!client.Broker.ChallengeKeys.Any(key => key.Verify(signed, challenge.Signature.Span)))
        {
            throw Failed(new WrongBrokerException($"The challenge is not signed by a key that {client.Broker.Id} is known by: if its keys were changed, fetch /.well-known/act.json anew."));
        }
        var proof = await StreamProof.SignAsync(challenge, agent.Id, agent.Signer, cancellationToken);
        return await WriteAsync(call, new ConnectRequest { Proofs = { proof } }, cancellationToken);
    }

    // Unknown: the key could not be looked up.
    async Task<(Mail? Mail, bool Unknown)> VerifyAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            var (mail, fault) = delivery.Agent == agent.Id
                ? await client.Verifier.VerifyAsync(delivery.Receipt, delivery.Cursor, cancellationToken)
                : (null, $"It is for '{delivery.Agent}'.");
            ClientTelemetry.Arrived(verified: mail is not null);
            if (mail is not null) return (mail with { Attempt = delivery.Attempt }, false);
            client.Logger.Unverified(agent.Id, fault!);
            Unverified?.Invoke(delivery, fault!);
            return (null, false);
        }
        catch (BrokerUnreachableException)
        {
            return (null, true);
        }
    }

    async Task<bool> WriteAsync(AsyncDuplexStreamingCall<ConnectRequest, ConnectResponse>? call, ConnectRequest frame, CancellationToken cancellationToken)
    {
        if (call is null) return false;
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await call.RequestStream.WriteAsync(frame, cancellationToken);
            return true;
        }
        catch (Exception fault) when (IsBroken(fault))
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false; // The stream broke: whoever reads it notices, and opens another.
        }
        finally
        {
            _writing.Release();
        }
    }

    // A write tells the connection's own exceptions, as they come.
    static bool IsBroken(Exception fault) => fault is RpcException or IOException or HttpRequestException or InvalidOperationException;

    Exception Failed(Exception fault)
    {
        client.Logger.MailboxClosed(fault, agent.Id);
        if (_proven.TrySetException(fault)) _ = _proven.Task.Exception; // Seen: whoever waits for the proof may have gone.
        return fault;
    }
}
