using System.Runtime.CompilerServices;
using ActProtocol.Envelopes;
using ActProtocol.Journal;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ActProtocol.Client;

/// <summary>The mailbox of one agent, as a stream that reconnects by itself.</summary>
/// <remarks>At least once: what is not acknowledged comes again. What does not verify is neither shown nor acknowledged.</remarks>
public sealed class MailConnection(ActClient client, ActIdentity agent, TimeProvider? time = null)
{
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    readonly ReceiptVerifier _verifier = new(client.Broker.Id, [.. client.Broker.ReceiptKeys]);
    readonly Dictionary<(string, Digest), VerifyingKey> _keys = [];
    readonly TimeProvider _time = time ?? TimeProvider.System;
    AsyncDuplexStreamingCall<ConnectRequest, ConnectResponse>? _call;

    /// <summary>Completes when the broker first took the proof: what is sent to the agent from then on arrives.</summary>
    public Task Proven => _proven.Task;

    readonly TaskCompletionSource _proven = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What arrives, verified, until cancelled. One reader.</summary>
    public async IAsyncEnumerable<Mail> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var failures = 0; ; failures++)
        {
            if (failures > 0) await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(100 << Math.Min(failures, 8), (int)LongestWait.TotalMilliseconds)), _time, cancellationToken);
            using var call = _call = client.Connect(cancellationToken);
            while (await NextAsync(call, cancellationToken) is { } frame)
            {
                if (frame.Challenge is { } challenge) await ProveAsync(call, challenge);
                if (frame.Proven.Count > 0) _proven.TrySetResult();
                foreach (var delivery in frame.Deliveries)
                {
                    if (await VerifyAsync(delivery, cancellationToken) is { } mail) yield return mail;
                }
                failures = 0;
            }
        }
    }

    /// <summary>The agent has dealt with it.</summary>
    public async Task AcknowledgeAsync(Mail mail, CancellationToken cancellationToken)
    {
        try
        {
            var frame = new ConnectRequest { Acknowledges = { new Acknowledge { Agent = agent.Id, Cursor = mail.Cursor } } };
            await _call!.RequestStream.WriteAsync(frame, cancellationToken);
        }
        catch (Exception fault) when (fault is RpcException or InvalidOperationException or ObjectDisposedException)
        {
            // The stream broke: it will be delivered again, and acknowledged then.
            return;
        }
    }

    static async Task<ConnectResponse?> NextAsync(AsyncDuplexStreamingCall<ConnectRequest, ConnectResponse> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call.ResponseStream.MoveNext(cancellationToken) ? call.ResponseStream.Current : null;
        }
        catch (RpcException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    async Task ProveAsync(AsyncDuplexStreamingCall<ConnectRequest, ConnectResponse> call, Challenge challenge)
    {
        // Signed for another broker, the proof could be carried there by this one.
        if (challenge.Broker != client.Broker.Id) throw new InvalidOperationException($"This is {challenge.Broker}, not {client.Broker.Id}.");
        var unsigned = new Challenge { Broker = challenge.Broker, Nonce = challenge.Nonce, ExpiresAtMs = challenge.ExpiresAtMs };
        var signed = SignedBytes.Of(SignedBytes.ChallengeTag, unsigned.ToByteArray());
        if (!client.Broker.ChallengeKeys.Any(key => key.Verify(signed, challenge.Signature.Span))) throw new InvalidOperationException("The challenge is not the broker's.");

        var body = new ProofBody { Broker = challenge.Broker, Nonce = challenge.Nonce, Agent = agent.Id }.ToByteString();
        var proof = new ChallengeProof
        {
            Body = body,
            Key = agent.Signer.PublicKey.Thumbprint.ToWire(),
            Signature = ByteString.CopyFrom(agent.Signer.Sign(SignedBytes.Of(SignedBytes.ProofTag, body.Span))),
        };
        await call.RequestStream.WriteAsync(new ConnectRequest { Proofs = { proof } });
    }

    async Task<Mail?> VerifyAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var (record, _) = _verifier.Verify(delivery.Receipt);
        if (record is null) return null;
        if (record.CauseCase is Record.CauseOneofCase.Step) return new Mail(delivery.Receipt, record, null, default, delivery.Cursor);
        if (!WireScan.IsWellFormed(record.Envelope.Content.Span, Content.Descriptor)) return null;

        var opened = OpenedEnvelope.FromJournal(record.Envelope);
        foreach (var signature in record.Envelope.Signatures) await LearnKeyAsync(opened.Header.Sender, signature, cancellationToken);
        return SignatureRules.AllHold(opened, thumbprint => _keys.GetValueOrDefault((opened.Header.Sender, thumbprint)))
            ? new Mail(delivery.Receipt, record, opened.Content, opened.Digest, delivery.Cursor)
            : null;
    }

    async Task LearnKeyAsync(string sender, Signature signature, CancellationToken cancellationToken)
    {
        if (signature.Key.Length != Digest.Length || _keys.ContainsKey((sender, Digest.FromWire(signature.Key)))) return;
        foreach (var key in (await client.GetEntryAsync(sender, cancellationToken))?.Keys ?? [])
        {
            if (VerifyingKey.TryImport(key.SigningKey.Span) is { } known) _keys[(sender, known.Thumbprint)] = known;
        }
    }
}
