using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using ActProtocol.Broker.Errors;
using ActProtocol.Broker.Hosting;
using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Partitions;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ActProtocol.Broker.Streams;

/// <summary>One <c>Connect</c> stream: the agents it has proved, their envelopes in, answers and mail out.</summary>
/// <remarks>
/// Frames go out with whatever gathered while the last one was written. A stream that does not read is bounded: an envelope holds its place
/// among <see cref="InFlightMax"/> until its answer was written, and mail waits in its mailbox. What the engine's loop calls (answers, mail)
/// never throws and never blocks, whatever has become of the stream.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "Nothing here holds what the collector cannot free; the engine may call after the end.")]
sealed partial class StreamSession(
    EngineHost engine, MailRouter router, OpenStreams streams, ChallengeDesk challenges, StepTelemetry telemetry, ILogger logger, ConnectionDoor.Guest guest,
    BrokerOptions options, TimeProvider time) : IAnswerSink
{
    const int InFlightMax = 1_024;
    const int AgentsMax = 10_000;
    const int UnprovenFaultsMax = 16;
    const string FramingSource = "Grpc.AspNetCore.Server";
    static readonly TimeSpan FinishWithin = TimeSpan.FromSeconds(5);
    static readonly TimeSpan LastFrameWithin = TimeSpan.FromSeconds(1);

    readonly Dictionary<string, AgentMail> _agents = [];
    readonly SemaphoreSlim _room = new(InFlightMax);
    readonly Channel<bool> _toWrite = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    readonly Channel<bool> _toRefill = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    readonly System.Threading.Lock _lock = new();
    readonly CancellationTokenSource _stopReading = new();
    readonly CancellationTokenSource _ended = new();
    readonly TokenBucket _faults = new(options.StreamFaultsMax, options.StreamFaultsPerSecond, time);
    readonly TokenBucket _badSignatures = new(options.StreamBadSignaturesMax, options.StreamBadSignaturesPerSecond, time);
    readonly Outgoing _out = new();
    readonly Challenge _challenge = challenges.New();
    Refusal? _why;
    int _unprovenFaults;
    bool _provedAny;

    /// <summary>Until the other side goes, or this one ends it.</summary>
    /// <exception cref="RpcException">This side ended it; says why.</exception>
    public async Task RunAsync(IAsyncStreamReader<ConnectRequest> requests, IServerStreamWriter<ConnectResponse> responses, CancellationToken cancellationToken)
    {
        if (streams.TryEnter(this) is { } full) throw full.ToException();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended.Token);
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Say(new ConnectResponse { Challenge = _challenge });
        var writing = Guarded(WriteAllAsync(responses, ended.Token, cut.Token));
        Task[] others = [writing, Guarded(RefillAllAsync(ended.Token)), Guarded(LookAsync(ended.Token))];
        try
        {
            await ReadAllAsync(requests, ended.Token);
            await FinishAsync(ended.Token);
        }
        // The second is bytes around the message that are none of gRPC's, or that do not decompress.
        catch (Exception broken) when (broken is InvalidProtocolBufferException or InvalidDataException)
        {
            End(new Refusal(ErrorCode.Malformed, "frame"));
        }
        // The second is a length that does not even fit the framework's numbers; an IOException of anybody else is a connection that broke.
        catch (Exception large) when (large is RpcException { StatusCode: StatusCode.ResourceExhausted } or IOException { Source: FramingSource })
        {
            End(new Refusal(ErrorCode.TooLarge, "frame"));
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException || cancellationToken.IsCancellationRequested)
        {
            // The other side went away, or this one ended it; what was decided is in the mailboxes and can be asked for.
        }
        finally
        {
            await _ended.CancelAsync();
            // A frame that the other side does not take is cut: after that it gets no code.
            cut.CancelAfter(LastFrameWithin);
            await Task.WhenAll(others).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            LeaveAll();
        }
        cancellationToken.ThrowIfCancellationRequested();
        if (_why is not { } why) return;
        if (why.Code is not ErrorCode.Stopping)
        {
            guest.Caller.StreamEnded();
            await guest.Caller.PauseAsync(cancellationToken);
        }
        logger.StreamEnded(guest.Caller.Connection, why.Code, why.Detail);
        throw why.ToException();
    }

    /// <summary>Ends the stream with a code.</summary>
    public void End(Refusal why)
    {
        Interlocked.CompareExchange(ref _why, why, null);
        _ended.Cancel();
    }

    /// <summary>Takes nothing new; answers what was taken; ends with a code.</summary>
    public void Drain(Refusal why)
    {
        Interlocked.CompareExchange(ref _why, why, null);
        _stopReading.Cancel();
    }

    public void Decided(VerifiedEnvelope envelope, Decision decision)
    {
        telemetry.Decided(envelope.Opened, decision);
        Answer(envelope.Opened, new Answer { Decision = decision });
    }

    public void NotDecided(VerifiedEnvelope envelope, Refusal refusal)
    {
        telemetry.NotDecided(refusal);
        Answer(envelope.Opened, new Answer { NotDecided = refusal.ToWire() });
    }

    async Task ReadAllAsync(IAsyncStreamReader<ConnectRequest> requests, CancellationToken cancellationToken)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopReading.Token);
        try
        {
            // The token is not given to the reader, which would reset the call: its end is to be told by a code.
            while (await requests.MoveNext(CancellationToken.None).WaitAsync(reading.Token)) await TakeAsync(requests.Current, reading.Token);
        }
        catch (OperationCanceledException) when (_stopReading.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    // What was taken is answered before the stream ends, if the other side reads.
    async Task FinishAsync(CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(FinishWithin, time);
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        for (var taken = 0; taken < InFlightMax; taken++) await _room.WaitAsync(bound.Token);
    }

    async Task TakeAsync(ConnectRequest frame, CancellationToken cancellationToken)
    {
        if (frame.Envelopes.Count > EnvelopeLimits.FrameEnvelopesMax)
        {
            End(new Refusal(ErrorCode.TooLarge, "envelopes in a frame"));
            return;
        }
        foreach (var proof in frame.Proofs)
        {
            if (!_ended.IsCancellationRequested) await ProveAsync(proof, cancellationToken);
        }
        foreach (var agent in frame.Leaves)
        {
            if (!Close(agent, null)) Fault();
        }
        foreach (var acknowledge in frame.Acknowledges)
        {
            if (!_ended.IsCancellationRequested) await AcknowledgeAsync(acknowledge, cancellationToken);
        }
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var (wire, verified, refusal) in Verified(frame.Envelopes))
        {
            await _room.WaitAsync(cancellationToken);
            if (verified is not null)
            {
                await engine.SubmitAsync(verified, telemetry.Trace(verified, this), cancellationToken);
            }
            else
            {
                telemetry.NotDecided(refusal!);
                Answer(wire, new Answer { NotDecided = refusal!.ToWire() });
                if (refusal.Code is ErrorCode.SignatureInvalid && !_badSignatures.TryTake()) End(new Refusal(ErrorCode.QuotaExceeded, "bad signatures", _badSignatures.Wait));
                Fault();
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

    // What is refused at the gate costs the broker and leaves no record: a stream may do so much of it, and one that has proved nobody hardly any.
    void Fault()
    {
        if (!_provedAny && ++_unprovenFaults > UnprovenFaultsMax) End(new Refusal(ErrorCode.NotProven, "nobody was proven first"));
        if (!_faults.TryTake()) End(new Refusal(ErrorCode.QuotaExceeded, "refused envelopes", _faults.Wait));
    }

    void Answer(OpenedEnvelope envelope, Answer answer)
    {
        answer.MessageId = envelope.Header.MessageId;
        Answer(envelope.Digest, answer);
    }

    void Answer(Envelope wire, Answer answer) => Answer(SignedBytes.DigestOf(wire.Content.Span), answer);

    void Answer(Digest digest, Answer answer)
    {
        answer.Digest = digest.ToWire();
        lock (_lock) _out.Add(answer);
        _toWrite.Writer.TryWrite(true);
    }

    void Say(ConnectResponse notice)
    {
        lock (_lock) Notice(notice);
        _toWrite.Writer.TryWrite(true);
    }

    // Proving and leaving in turns costs little, and each is told: who does not read it is let go.
    void Notice(ConnectResponse notice)
    {
        if (!_out.TryAdd(notice)) End(new Refusal(ErrorCode.TooManyOpen, "notices that are not read"));
    }

    // Between frames it ends with the stream; within one, only when it is cut.
    async Task WriteAllAsync(IServerStreamWriter<ConnectResponse> responses, CancellationToken ended, CancellationToken cut)
    {
        List<Outgoing.Waiting> deliveries = [];
        while (await _toWrite.Reader.WaitToReadAsync(ended))
        {
            _toWrite.Reader.TryRead(out _);
            while (!ended.IsCancellationRequested && TakeFrame(deliveries) is { } frame)
            {
                await responses.WriteAsync(frame, cut);
                if (deliveries.Count > 0) Written(deliveries);
                if (frame.Answers.Count > 0) _room.Release(frame.Answers.Count);
            }
        }
    }

    ConnectResponse? TakeFrame(List<Outgoing.Waiting> deliveries)
    {
        deliveries.Clear();
        lock (_lock) return _out.Take(deliveries);
    }

    void Written(List<Outgoing.Waiting> deliveries)
    {
        var now = time.GetTimestamp();
        lock (_lock)
        {
            foreach (var delivery in deliveries) delivery.Mail.Written(delivery.At, now);
        }
        _toRefill.Writer.TryWrite(true);
    }

    // None of them goes on without the others.
    async Task Guarded(Task task)
    {
        try
        {
            await task;
        }
        finally
        {
            await _ended.CancelAsync();
        }
    }
}
