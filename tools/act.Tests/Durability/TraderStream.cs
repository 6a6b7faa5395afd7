using System.Collections.Concurrent;
using System.Threading.Channels;
using ActProtocol.Envelopes;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace ActProtocol.Tools;

/// <summary>One <c>Connect</c> stream of some traders. It ends when the broker does; what was not answered by then is unknown.</summary>
sealed class TraderStream : IAsyncDisposable
{
    const int FrameMax = 64;

    readonly GrpcChannel _channel;
    readonly AsyncDuplexStreamingCall<ConnectRequest, ConnectResponse> _call;
    readonly Channel<ConnectRequest> _out = Channel.CreateUnbounded<ConnectRequest>(new() { SingleReader = true });
    readonly ConcurrentDictionary<ByteString, TaskCompletionSource<Answer>> _waiting = new();
    readonly Action<TraderStream, Delivery> _delivered;
    readonly TaskCompletionSource _proven = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly int _agents;
    Task _running = Task.CompletedTask;
    int _provenSoFar;

    TraderStream(string address, int agents, Action<TraderStream, Delivery> delivered)
    {
        (_agents, _delivered) = (agents, delivered);
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { MaxReceiveMessageSize = 16 << 20 });
        _call = new BrokerService.BrokerServiceClient(_channel).Connect();
    }

    /// <summary>Ends when the stream does.</summary>
    public Task Broken => _running;

    public static async Task<TraderStream> OpenAsync(string address, IReadOnlyList<Trader> traders, Action<TraderStream, Delivery> delivered)
    {
        var stream = new TraderStream(address, traders.Count, delivered);
        if (!await stream._call.ResponseStream.MoveNext(CancellationToken.None)) throw new IOException("The broker closed the stream.");
        var challenge = stream._call.ResponseStream.Current.Challenge;
        stream._running = Task.WhenAll(stream.ReadAsync(), stream.WriteAsync());
        stream._out.Writer.TryWrite(new ConnectRequest { Proofs = { traders.Select(trader => trader.Prove(challenge)) } });
        if (traders.Count > 0) await stream._proven.Task;
        return stream;
    }

    /// <summary>The answer, or null when the stream broke before there was one.</summary>
    public async Task<Answer?> SendAsync(Envelope envelope)
    {
        var answered = new TaskCompletionSource<Answer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[SignedBytes.DigestOf(envelope.Content.Span).ToWire()] = answered;
        if (!_out.Writer.TryWrite(new ConnectRequest { Envelopes = { envelope } })) return null;
        await Task.WhenAny(answered.Task, _running);
        return answered.Task.IsCompletedSuccessfully ? await answered.Task : null;
    }

    public void Acknowledge(Delivery delivery) =>
        _out.Writer.TryWrite(new ConnectRequest { Acknowledges = { new Acknowledge { Agent = delivery.Agent, Cursor = delivery.Cursor } } });

    public async ValueTask DisposeAsync()
    {
        _out.Writer.TryComplete();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _call.Dispose();
        _channel.Dispose();
    }

    async Task WriteAsync()
    {
        try
        {
            while (await _out.Reader.WaitToReadAsync())
            {
                var frame = new ConnectRequest();
                while (frame.Envelopes.Count < FrameMax && _out.Reader.TryRead(out var next)) frame.MergeFrom(next);
                await _call.RequestStream.WriteAsync(frame);
            }
            await _call.RequestStream.CompleteAsync();
        }
        catch (Exception broken) when (broken is RpcException or InvalidOperationException or IOException)
        {
            return; // The reader ends too, and all who wait hear of it.
        }
    }

    async Task ReadAsync()
    {
        try
        {
            while (await _call.ResponseStream.MoveNext(CancellationToken.None))
            {
                var frame = _call.ResponseStream.Current;
                if (frame.Proven.Count > 0 && (_provenSoFar += frame.Proven.Count) == _agents) _proven.TrySetResult();
                foreach (var answer in frame.Answers)
                {
                    if (_waiting.TryRemove(answer.Digest, out var answered)) answered.TrySetResult(answer);
                }
                foreach (var delivery in frame.Deliveries) _delivered(this, delivery);
            }
        }
        catch (RpcException)
        {
            // The broker is gone.
        }
        _out.Writer.TryComplete();
        _proven.TrySetException(new IOException("The broker closed the stream."));
    }
}
