using System.Security.Cryptography;
using ActProtocol.Broker.Hosting;
using ActProtocol.Broker.Keys;
using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Partitions;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ActProtocol.Broker.Streams;

/// <summary>One <c>Connect</c> stream: the agents it has proved, their envelopes in, answers and mail out.</summary>
/// <remarks>Frames go out with whatever gathered while the last one was written. A stream that does not read is bounded: mail waits in
/// its mailbox, and envelopes are not read on while <see cref="InFlightMax"/> of them wait for an answer.</remarks>
sealed class StreamSession(EngineHost engine, MailRouter router, BrokerIdentity identity, BrokerKeys keys, BrokerOptions options, TimeProvider time)
    : IAnswerSink, IAsyncDisposable
{
    const int InFlightMax = 1_024;
    const int AgentsMax = 10_000;
    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    readonly Dictionary<string, AgentMail> _agents = [];
    readonly SemaphoreSlim _room = new(InFlightMax);
    readonly SemaphoreSlim _signal = new(0);
    readonly System.Threading.Lock _lock = new();
    readonly CancellationTokenSource _ended = new();
    ConnectResponse _next = new();
    Challenge _challenge = new();

    public async Task RunAsync(IAsyncStreamReader<ConnectRequest> requests, IServerStreamWriter<ConnectResponse> responses, CancellationToken cancellationToken)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended.Token);
        Say(next => next.Challenge = _challenge = NewChallenge());
        var writing = WriteAllAsync(responses, linked.Token);
        var looking = LookAsync(linked.Token);
        try
        {
            while (await requests.MoveNext(linked.Token)) await TakeAsync(requests.Current, linked.Token);
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException or InvalidOperationException)
        {
            // The other side went away, or this one closed the stream; what was decided is in the mailboxes and can be asked for.
            cancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            await _ended.CancelAsync();
            await Task.WhenAll(writing, looking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Mail for an agent of this stream.</summary>
    public void Offer(MailItem item)
    {
        lock (_lock)
        {
            if (_agents.TryGetValue(item.Agent, out var agent) && agent.TryTake(item, time.GetTimestamp()) is { } delivery) _next.Deliveries.Add(delivery);
            else return;
        }
        _signal.Release();
    }

    public void Decided(VerifiedEnvelope envelope, Decision decision) => Answer(envelope.Opened, new Answer { Decision = decision });

    public void NotDecided(VerifiedEnvelope envelope, Refusal refusal) => Answer(envelope.Opened, new Answer { NotDecided = refusal.ToWire() });

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        lock (_lock)
        {
            foreach (var agent in _agents.Keys) router.Leave(agent, this);
            _agents.Clear();
        }
        _room.Dispose();
        _ended.Dispose();
    }

    async Task TakeAsync(ConnectRequest frame, CancellationToken cancellationToken)
    {
        foreach (var proof in frame.Proofs) await ProveAsync(proof, cancellationToken);
        foreach (var agent in frame.Leaves) Close(agent, null);
        foreach (var acknowledge in frame.Acknowledges) await AcknowledgeAsync(acknowledge, cancellationToken);
        if (frame.Envelopes.Count > EnvelopeLimits.FrameEnvelopesMax)
        {
            throw new Refusal(ErrorCode.TooLarge, "envelopes in a frame").ToWire().ToRpcException();
        }
        foreach (var envelope in Verified(frame.Envelopes))
        {
            await _room.WaitAsync(cancellationToken);
            switch (envelope)
            {
                case (_, { } verified, _):
                    await engine.SubmitAsync(verified, this, cancellationToken);
                    break;
                case (var wire, _, var refusal):
                    Answer(wire, new Answer { NotDecided = refusal!.ToWire() });
                    break;
            }
        }
    }

    // On all cores when there is enough to do, in the order they came.
    IEnumerable<(Envelope Wire, VerifiedEnvelope? Verified, Refusal? Refused)> Verified(IReadOnlyList<Envelope> envelopes)
    {
        const int FewEnvelopes = 8;
        return envelopes.Count <= FewEnvelopes ? envelopes.Select(Verify).ToList() : envelopes.AsParallel().AsOrdered().Select(Verify).ToList();
    }

    (Envelope, VerifiedEnvelope?, Refusal?) Verify(Envelope wire)
    {
        var (opened, refused) = engine.Gate.Read(wire);
        if (opened is null) return (wire, null, refused);
        // A stream speaks for the agents it has proved, and nobody spends checks on others here.
        bool proven;
        lock (_lock) proven = _agents.ContainsKey(opened.Header.Sender);
        if (!proven) return (wire, null, new Refusal(ErrorCode.NotProven));
        if (opened.Content.BodyCase is Content.BodyOneofCase.Ask) return (wire, null, new Refusal(ErrorCode.BodyUnsupported, "questions go to Ask"));
        var (verified, no) = engine.Gate.Verify(opened);
        return (wire, verified, no);
    }

    async Task ProveAsync(ChallengeProof proof, CancellationToken cancellationToken)
    {
        if (ProvenAgent(proof) is not { } agent)
        {
            Say(next => next.Closed.Add(new AgentClosed { Reason = new Refusal(ErrorCode.SignatureInvalid).ToWire() }));
            return;
        }
        lock (_lock)
        {
            if (_agents.Count >= AgentsMax) throw new Refusal(ErrorCode.TooManyOpen, "agents on a stream").ToWire().ToRpcException();
            if (!_agents.TryAdd(agent, new AgentMail(agent))) return;
        }
        router.Enter(agent, this)?.Close(agent, new Refusal(ErrorCode.NotProven, "taken over by another stream"));
        Say(next => next.Proven.Add(agent));
        await RefillAsync(agent, cancellationToken);
    }

    string? ProvenAgent(ChallengeProof proof)
    {
        if (time.GetUtcNow().ToUnixTimeMilliseconds() >= _challenge.ExpiresAtMs || proof.Key.Length != Digest.Length) return null;
        if (!WireScan.IsWellFormed(proof.Body.Span, ProofBody.Descriptor)) return null;
        var body = ProofBody.Parser.ParseFrom(proof.Body);
        if (body.Broker != identity.Id || body.Nonce != _challenge.Nonce) return null;
        return engine.Gate.FindKey(body.Agent, Digest.FromWire(proof.Key)) is { } key
            && key.Verify(SignedBytes.Of(SignedBytes.ProofTag, proof.Body.Span), proof.Signature.Span) ? body.Agent : null;
    }

    async Task AcknowledgeAsync(Acknowledge acknowledge, CancellationToken cancellationToken)
    {
        if (!MailCursor.TryRead(acknowledge.Cursor, out var partition, out var position)) return;

        bool refill;
        lock (_lock)
        {
            if (!_agents.TryGetValue(acknowledge.Agent, out var agent)) return;
            if (acknowledge.Failed)
            {
                agent.Postpone(partition, position, time.GetTimestamp());
                return;
            }
            refill = agent.Finish(partition, position);
        }
        await engine.AcknowledgeAsync(acknowledge.Agent, partition, position, cancellationToken);
        if (refill) await RefillAsync(acknowledge.Agent, cancellationToken);
    }

    async Task RefillAsync(string agent, CancellationToken cancellationToken)
    {
        foreach (var item in await engine.ReadMailAsync(agent, dead: false, AgentMail.WindowMax, cancellationToken)) Offer(item);
    }

    void Close(string agent, Refusal? why)
    {
        lock (_lock)
        {
            if (!_agents.Remove(agent)) return;
            router.Leave(agent, this);
            _next.Closed.Add(new AgentClosed { Agent = agent, Reason = why?.ToWire() });
        }
        _signal.Release();
    }

    void Answer(OpenedEnvelope envelope, Answer answer)
    {
        answer.Digest = envelope.Digest.ToWire();
        answer.MessageId = envelope.Header.MessageId;
        _room.Release();
        Say(next => next.Answers.Add(answer));
    }

    void Answer(Envelope wire, Answer answer)
    {
        answer.Digest = SignedBytes.DigestOf(wire.Content.Span).ToWire();
        _room.Release();
        Say(next => next.Answers.Add(answer));
    }

    void Say(Action<ConnectResponse> add)
    {
        lock (_lock) add(_next);
        _signal.Release();
    }

    async Task WriteAllAsync(IServerStreamWriter<ConnectResponse> responses, CancellationToken cancellationToken)
    {
        while (true)
        {
            await _signal.WaitAsync(cancellationToken);
            ConnectResponse frame;
            lock (_lock) (frame, _next) = (_next, new ConnectResponse());
            if (frame.CalculateSize() > 0) await responses.WriteAsync(frame, cancellationToken);
        }
    }

    // Redelivers what was not acknowledged in time, buries what was offered often enough, ends a stream that proves nobody.
    async Task LookAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            List<(string Agent, int Partition, long Position)> dead = [];
            bool nobody;
            lock (_lock)
            {
                nobody = _agents.Count == 0;
                foreach (var agent in _agents.Values)
                {
                    foreach (var delivery in agent.Due(time, dead)) _next.Deliveries.Add(delivery);
                }
            }
            _signal.Release();
            foreach (var (agent, partition, position) in dead) await engine.BuryAsync(agent, partition, position, cancellationToken);
            if (nobody && time.GetElapsedTime(began) > options.ProveWithin) await _ended.CancelAsync();
        }
    }

    Challenge NewChallenge()
    {
        var challenge = new Challenge
        {
            Broker = identity.Id,
            Nonce = UnsafeByteOperations.UnsafeWrap(RandomNumberGenerator.GetBytes(Digest.Length)),
            ExpiresAtMs = time.GetUtcNow().Add(TimeSpan.FromDays(1)).ToUnixTimeMilliseconds(),
        };
        var signature = keys.Challenge.Sign(SignedBytes.Of(SignedBytes.ChallengeTag, challenge.ToByteArray()));
        challenge.Key = keys.Challenge.PublicKey.Thumbprint.ToWire();
        challenge.Signature = UnsafeByteOperations.UnsafeWrap(signature);
        return challenge;
    }
}
