using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace ActProtocol.Broker;

/// <summary>The client's side of one <c>Connect</c> stream, which does only what it is told.</summary>
sealed class TestStream : IAsyncDisposable
{
    readonly GrpcChannel? _own;
    readonly TestBroker _broker;

    TestStream(TestBroker broker, GrpcChannel channel, GrpcChannel? own)
    {
        (_broker, _own) = (broker, own);
        Call = new BrokerService.BrokerServiceClient(channel).Connect(cancellationToken: TestBroker.Stop);
    }

    public AsyncDuplexStreamingCall<ConnectRequest, ConnectResponse> Call { get; }

    public Challenge Challenge { get; private set; } = null!;

    /// <summary>Opens on a connection of its own, and reads the challenge.</summary>
    public static async Task<TestStream> OpenAsync(TestBroker broker, GrpcChannel? shared = null)
    {
        var own = shared is null ? broker.NewChannel() : null;
        var stream = new TestStream(broker, shared ?? own!, own);
        stream.Challenge = (await stream.ReadAsync()).Challenge;
        return stream;
    }

    public static async Task<TestStream> OpenAsync(TestBroker broker, params string[] agents)
    {
        var stream = await OpenAsync(broker);
        await stream.SendAsync(new ConnectRequest { Proofs = { agents.Select(agent => stream.Prove(agent)) } });
        for (var left = agents.Length; left > 0;) left -= (await stream.ReadAsync()).Proven.Count;
        return stream;
    }

    public ChallengeProof Prove(string name, SigningKey? with = null, Challenge? challenge = null) =>
        StreamProof.Sign(challenge ?? Challenge, TestBroker.IdOf(name), with ?? _broker.KeyOf(name));

    public Task SendAsync(ConnectRequest frame) => Call.RequestStream.WriteAsync(frame, TestBroker.Stop);

    public Task SendAsync(params Envelope[] envelopes) => SendAsync(new ConnectRequest { Envelopes = { envelopes } });

    public async Task<ConnectResponse> ReadAsync() =>
        await Call.ResponseStream.MoveNext(TestBroker.Stop) ? Call.ResponseStream.Current : throw new EndOfStreamException("The broker ended the stream without a code.");

    /// <summary>Reads frames until one satisfies.</summary>
    public async Task<ConnectResponse> ReadUntilAsync(Func<ConnectResponse, bool> fits)
    {
        while (true)
        {
            var frame = await ReadAsync();
            if (fits(frame)) return frame;
        }
    }

    /// <summary>Deliveries until there are so many.</summary>
    public async Task<List<Delivery>> ReadDeliveriesAsync(int count, bool acknowledge)
    {
        List<Delivery> all = [];
        while (all.Count < count)
        {
            var frame = await ReadAsync();
            all.AddRange(frame.Deliveries);
            if (acknowledge && frame.Deliveries.Count > 0) await AcknowledgeAsync(frame.Deliveries);
        }
        return all;
    }

    public Task AcknowledgeAsync(IEnumerable<Delivery> deliveries) => SendAsync(new ConnectRequest
    {
        Acknowledges = { deliveries.Select(delivery => new Acknowledge { Agent = delivery.Agent, Cursor = delivery.Cursor }) },
    });

    /// <summary>Reads to the end; the refusal that the broker ended it with.</summary>
    public async Task<Refusal> EndAsync()
    {
        var fault = await Assert.ThrowsAsync<RpcException>(() => ReadUntilAsync(_ => false));
        return Refusal.FromWire(fault.GetRpcStatus()) ?? throw new InvalidOperationException($"No refusal: {fault.Status}", fault);
    }

    public ValueTask DisposeAsync()
    {
        Call.Dispose();
        _own?.Dispose();
        return ValueTask.CompletedTask;
    }
}
