using System.Collections.Concurrent;
using System.Threading.Channels;
using ActProtocol.Envelopes;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace ActProtocol.Bench;

/// <summary>One <c>Connect</c> stream that speaks for many agents, as lean as a client can be: it does not check receipts. It ends when the broker does.</summary>
sealed class AgentStream : IAsyncDisposable
{
    const int FrameMax = 64;

    readonly AsyncDuplexStreamingCall<ConnectRequest, ConnectResponse> _call;
    readonly Channel<(Envelope? Envelope, Acknowledge? Acknowledge)> _out = Channel.CreateUnbounded<(Envelope?, Acknowledge?)>(new() { SingleReader = true });
    readonly ConcurrentDictionary<ByteString, Action<Answer>> _waiting = new();
    readonly Action<AgentStream, Delivery> _delivered;
    readonly TaskCompletionSource _proven = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _unproven;

    AgentStream(GrpcChannel channel, Action<AgentStream, Delivery> delivered)
    {
        _delivered = delivered;
        _call = new BrokerService.BrokerServiceClient(channel).Connect();
    }

    /// <summary>Ends when the stream does, with the fault if there was one.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <param name="prove">The proofs of all agents that it speaks for.</param>
    public static async Task<AgentStream> OpenAsync(
        GrpcChannel channel, Func<Challenge, IEnumerable<ChallengeProof>> prove, Action<AgentStream, Delivery> delivered, CancellationToken cancellationToken)
    {
        var stream = new AgentStream(channel, delivered);
        if (!await stream._call.ResponseStream.MoveNext(cancellationToken)) throw new IOException("The broker closed the stream.");
        var proofs = new ConnectRequest { Proofs = { prove(stream._call.ResponseStream.Current.Challenge) } };
        stream._unproven = proofs.Proofs.Count;
        if (stream._unproven > 0) await stream._call.RequestStream.WriteAsync(proofs, cancellationToken);
        else stream._proven.SetResult();
        stream.Ended = Task.WhenAll(stream.ReadAsync(), stream.WriteAsync());
        await stream._proven.Task.WaitAsync(cancellationToken);
        return stream;
    }

    /// <summary>Sends, and calls back with the answer, which is durable when it comes. False when the stream has ended.</summary>
    public bool Send(Envelope envelope, Action<Answer> answered)
    {
        _waiting[SignedBytes.DigestOf(envelope.Content.Span).ToWire()] = answered;
        return _out.Writer.TryWrite((envelope, null));
    }

    /// <summary>The answer, or null when the stream ended before there was one: then nobody knows.</summary>
    public async Task<Answer?> SendAsync(Envelope envelope)
    {
        var answered = new TaskCompletionSource<Answer>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!Send(envelope, answered.SetResult)) return null;
        await Task.WhenAny(answered.Task, Ended);
        return answered.Task.IsCompleted ? await answered.Task : null;
    }

    public void Acknowledge(Delivery delivery) => _out.Writer.TryWrite((null, new Acknowledge { Agent = delivery.Agent, Cursor = delivery.Cursor }));

    public async ValueTask DisposeAsync()
    {
        _out.Writer.TryComplete();
        await Ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _call.Dispose();
    }

    async Task WriteAsync()
    {
        while (await _out.Reader.WaitToReadAsync())
        {
            var frame = new ConnectRequest();
            while (frame.Envelopes.Count < FrameMax && _out.Reader.TryRead(out var next))
            {
                if (next.Envelope is { } envelope) frame.Envelopes.Add(envelope);
                else frame.Acknowledges.Add(next.Acknowledge);
            }
            await _call.RequestStream.WriteAsync(frame);
        }
        await _call.RequestStream.CompleteAsync();
    }

    async Task ReadAsync()
    {
        try
        {
            while (await _call.ResponseStream.MoveNext(CancellationToken.None))
            {
                var frame = _call.ResponseStream.Current;
                if (frame.Proven.Count > 0 && (_unproven -= frame.Proven.Count) == 0) _proven.TrySetResult();
                foreach (var answer in frame.Answers)
                {
                    if (_waiting.TryRemove(answer.Digest, out var answered)) answered(answer);
                }
                foreach (var delivery in frame.Deliveries) _delivered(this, delivery);
            }
        }
        finally
        {
            // The writer ends too.
            _out.Writer.TryComplete();
            _proven.TrySetException(new IOException("The broker closed the stream."));
        }
    }
}
