using System.Collections.Concurrent;
using System.Threading.Channels;
using ActProtocol.Envelopes;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace ActProtocol.Bench;

/// <summary>One <c>Connect</c> stream that speaks for many agents, as lean as a client can be: it does not check receipts, which is not what is measured.</summary>
sealed class AgentStream : IAsyncDisposable
{
    const int FrameMax = 64;

    readonly AsyncDuplexStreamingCall<ConnectRequest, ConnectResponse> _call;
    readonly Channel<(Envelope? Envelope, Acknowledge? Acknowledge)> _out = Channel.CreateUnbounded<(Envelope?, Acknowledge?)>(new() { SingleReader = true });
    readonly ConcurrentDictionary<ByteString, Action<Answer>> _waiting = new();
    readonly Action<AgentStream, Delivery> _delivered;
    readonly TaskCompletionSource _proven = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly int _agents;
    Task _running = Task.CompletedTask;
    int _provenSoFar;

    AgentStream(GrpcChannel channel, int agents, Action<AgentStream, Delivery> delivered)
    {
        (_agents, _delivered) = (agents, delivered);
        _call = new BrokerService.BrokerServiceClient(channel).Connect();
    }

    public static async Task<AgentStream> OpenAsync(GrpcChannel channel, IReadOnlyList<Party> agents, Action<AgentStream, Delivery> delivered, CancellationToken cancellationToken)
    {
        var stream = new AgentStream(channel, agents.Count, delivered);
        if (!await stream._call.ResponseStream.MoveNext(cancellationToken)) throw new IOException("The broker closed the stream.");
        var challenge = stream._call.ResponseStream.Current.Challenge;
        await stream._call.RequestStream.WriteAsync(new ConnectRequest { Proofs = { agents.Select(agent => agent.Prove(challenge)) } }, cancellationToken);
        stream._running = Task.WhenAll(stream.ReadAsync(), stream.WriteAsync());
        await stream._proven.Task.WaitAsync(cancellationToken);
        return stream;
    }

    /// <summary>Sends, and calls back with the answer, which is durable when it comes.</summary>
    public void Send(Envelope envelope, Action<Answer> answered)
    {
        _waiting[SignedBytes.DigestOf(envelope.Content.Span).ToWire()] = answered;
        _out.Writer.TryWrite((envelope, null));
    }

    public void Acknowledge(Delivery delivery) => _out.Writer.TryWrite((null, new Acknowledge { Agent = delivery.Agent, Cursor = delivery.Cursor }));

    public async ValueTask DisposeAsync()
    {
        _out.Writer.TryComplete();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
        while (await _call.ResponseStream.MoveNext(CancellationToken.None))
        {
            var frame = _call.ResponseStream.Current;
            if (frame.Proven.Count > 0 && (_provenSoFar += frame.Proven.Count) == _agents) _proven.TrySetResult();
            foreach (var answer in frame.Answers)
            {
                if (_waiting.TryRemove(answer.Digest, out var answered)) answered(answer);
            }
            foreach (var delivery in frame.Deliveries) _delivered(this, delivery);
        }
    }
}
