using System.Net;
using System.Net.Sockets;
using ActProtocol.Envelopes;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace ActProtocol.Broker.Hostile;

/// <summary>Whoever means harm, against a broker that is a process of its own; all the while an honest agent's envelopes take at most twice their usual time.</summary>
/// <remarks>ACT_HOSTILE=large raises the numbers: 10,000 connections that never authenticate. Then <c>ulimit -n</c> must allow them.</remarks>
[Collection("alone")]
public class HostileTests
{
    static readonly bool Large = Environment.GetEnvironmentVariable("ACT_HOSTILE") == "large";
    static readonly int Connections = Large ? 10_000 : 600;

    readonly Parties _parties = new("act://local/broker");

    [Fact]
    public async Task Connections_that_never_authenticate_are_closed_and_keep_nobody_waiting()
    {
        await using var broker = await BrokerProgram.StartAsync(TestBroker.NewFolder(), "ProveWithin=00:00:04");
        await using var honest = await Honest.ByStreamAsync(broker, _parties, "honest");
        List<Socket> silent = [];
        try
        {
            await honest.KeepsItsTimeAsync(async _ =>
            {
                while (silent.Count < Connections) silent.Add(await OpenAsync(broker, silent.Count));
            });
            while (silent.Count < Connections) silent.Add(await OpenAsync(broker, silent.Count));

            await using var newcomer = await Honest.ByStreamAsync(broker, _parties, "newcomer");
            await newcomer.MedianAsync();
            // Each of them is closed, by the broker.
            foreach (var socket in silent) await ClosedAsync(socket);
        }
        finally
        {
            foreach (var socket in silent) socket.Dispose();
        }
        await honest.MedianAsync();
    }

    [Fact]
    public async Task A_broker_that_is_full_of_strangers_still_lets_honest_newcomers_in()
    {
        await using var broker = await BrokerProgram.StartAsync(TestBroker.NewFolder(), "ProveWithin=00:05:00", "ConnectionsMax=100");
        await using var honest = await Honest.ByStreamAsync(broker, _parties, "honest");
        List<Socket> silent = [];
        try
        {
            for (var i = 0; i < 300; i++) silent.Add(await OpenAsync(broker, i));

            await using var byStream = await Honest.ByStreamAsync(broker, _parties, "by-stream");
            await using var byCalls = await Honest.ByCallsAsync(broker, _parties, "by-calls");
            await byStream.MedianAsync();
            await byCalls.MedianAsync();
            // Who proved itself before was not put out.
            await honest.MedianAsync();
            // So many of the strangers were. Which, the order says in which two ports came to take them.
            var closed = 0;
            await foreach (var _ in Task.WhenEach(silent.Select(ClosedAsync)))
            {
                if (++closed == 200) break;
            }
        }
        finally
        {
            foreach (var socket in silent) socket.Dispose();
        }
    }

    [Fact]
    public async Task Unary_calls_with_bad_signatures_under_a_real_agents_id_keep_neither_it_nor_others_waiting()
    {
        await using var broker = await BrokerProgram.StartAsync(TestBroker.NewFolder());
        await using var victim = await Honest.ByCallsAsync(broker, _parties, "victim");
        await using var other = await Honest.ByStreamAsync(broker, _parties, "other");
        var bad = BadEnvelopes("victim", 64);
        var (refusedForSignature, refusedForQuota) = (0, 0);

        await victim.KeepsItsTimeAsync(FloodAsync);
        await other.KeepsItsTimeAsync(FloodAsync);
        // Somebody who never called before gets in as well.
        using (var stop = CancellationTokenSource.CreateLinkedTokenSource(TestBroker.Stop))
        {
            var flooding = FloodAsync(stop.Token);
            await using var newcomer = await Honest.ByCallsAsync(broker, _parties, "newcomer");
            await newcomer.MedianAsync();
            await stop.CancelAsync();
            await flooding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
        Assert.True(refusedForSignature > 0);

        Task FloodAsync(CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, 2).Select(async connection =>
        {
            using var channel = GrpcChannel.ForAddress(broker.Grpc);
            var client = new BrokerService.BrokerServiceClient(channel);
            await Task.WhenAll(Enumerable.Range(0, 40).Select(async call =>
            {
                for (var i = call; !stop.IsCancellationRequested; i++)
                {
                    try
                    {
                        await client.SendAsync(new SendRequest { Envelope = bad[i % bad.Count] }, cancellationToken: stop);
                    }
                    catch (RpcException fault) when (fault.StatusCode is StatusCode.Unauthenticated)
                    {
                        Interlocked.Increment(ref refusedForSignature);
                    }
                    catch (RpcException fault) when (fault.StatusCode is StatusCode.ResourceExhausted)
                    {
                        Interlocked.Increment(ref refusedForQuota);
                    }
                }
            }));
        }));
    }

    [Fact]
    public async Task Streams_of_garbage_are_ended_and_keep_nobody_waiting()
    {
        await using var broker = await BrokerProgram.StartAsync(TestBroker.NewFolder());
        await using var honest = await Honest.ByStreamAsync(broker, _parties, "honest");
        await _parties.RegisterAsync(broker.Grpc, "hostile");
        var bad = BadEnvelopes("hostile", EnvelopeLimits.FrameEnvelopesMax);
        ConnectRequest[] frames =
        [
            new() { Envelopes = { bad } },
            new() { Envelopes = { Enumerable.Range(0, EnvelopeLimits.FrameEnvelopesMax).Select(i => new Envelope { Content = ByteString.CopyFrom(new byte[i]) }) } },
            new() { Envelopes = { new Envelope { Content = ByteString.CopyFrom(Nested(20_000)) } } },
            new() { Acknowledges = { Enumerable.Range(0, 5_000).Select(i => new Acknowledge { Agent = "act://local/hostile", Cursor = ByteString.CopyFrom(BitConverter.GetBytes((long)i)) }) } },
            new() { Leaves = { Enumerable.Range(0, 5_000).Select(i => $"act://local/nobody-{i}") } },
            new() { Leaves = { new string('x', EnvelopeLimits.FrameBytesMax) } },
        ];
        var ended = 0;

        await honest.KeepsItsTimeAsync(stop => Task.WhenAll(frames.Select((frame, i) => AttackAsync(broker, frame, proved: i % 2 == 0, () => Interlocked.Increment(ref ended), stop))));

        Assert.True(ended > 0);
    }

    [Fact]
    public async Task A_stream_that_claims_ten_thousand_agents_is_ended()
    {
        await using var broker = await BrokerProgram.StartAsync(TestBroker.NewFolder());
        await using var honest = await Honest.ByStreamAsync(broker, _parties, "honest");
        await _parties.RegisterAsync(broker.Grpc, "hostile");
        var ended = 0;

        await honest.KeepsItsTimeAsync(async stop =>
        {
            using var channel = GrpcChannel.ForAddress(broker.Grpc);
            while (!stop.IsCancellationRequested)
            {
                using var call = new BrokerService.BrokerServiceClient(channel).Connect(cancellationToken: stop);
                try
                {
                    await call.ResponseStream.MoveNext(stop);
                    var proof = _parties.Prove("hostile", call.ResponseStream.Current.Challenge);
                    for (var i = 0; i < 10_000; i += 2_000)
                    {
                        var frame = new ConnectRequest();
                        for (var j = 0; j < 2_000; j++)
                        {
                            var claim = new ProofBody { Broker = call.ResponseStream.Current.Challenge?.Broker ?? "", Agent = $"act://local/agent-{i + j}" };
                            frame.Proofs.Add(new ChallengeProof { Body = claim.ToByteString(), Key = proof.Key, Signature = proof.Signature });
                        }
                        await call.RequestStream.WriteAsync(frame, stop);
                    }
                    while (await call.ResponseStream.MoveNext(stop)) { }
                }
                catch (Exception fault) when (fault is RpcException or InvalidOperationException && !stop.IsCancellationRequested)
                {
                    Interlocked.Increment(ref ended);
                }
            }
        });

        Assert.True(ended > 0);
    }

    [Fact]
    public async Task A_stream_that_never_reads_is_held_back_and_keeps_nobody_waiting()
    {
        await using var broker = await BrokerProgram.StartAsync(TestBroker.NewFolder());
        await using var honest = await Honest.ByStreamAsync(broker, _parties, "honest");
        await _parties.RegisterAsync(broker.Grpc, "deaf");
        using var handler = new SocketsHttpHandler { InitialHttp2StreamWindowSize = 65_535 };
        using var channel = GrpcChannel.ForAddress(broker.Grpc, new GrpcChannelOptions { HttpHandler = handler });
        using var call = new BrokerService.BrokerServiceClient(channel).Connect(cancellationToken: TestBroker.Stop);
        await call.ResponseStream.MoveNext(TestBroker.Stop);
        await call.RequestStream.WriteAsync(new ConnectRequest { Proofs = { _parties.Prove("deaf", call.ResponseStream.Current.Challenge) } }, TestBroker.Stop);
        // From here on it only writes, until it is held back.
        var sent = 0;
        async Task WriteAsync()
        {
            while (sent < 100_000)
            {
                await call.RequestStream.WriteAsync(new ConnectRequest { Envelopes = { Enumerable.Range(0, 32).Select(_ => _parties.Fund("deaf")) } }, TestBroker.Stop);
                Interlocked.Add(ref sent, 32);
            }
        }
        var writing = WriteAsync();

        // Held back: while an honest agent gets a hundred answers, it gets nothing through.
        for (var before = -1; before != Volatile.Read(ref sent);)
        {
            before = Volatile.Read(ref sent);
            await honest.MedianAsync();
        }
        Assert.InRange(sent, 1_024, 50_000);
        Assert.False(writing.IsCompleted);
        await honest.MedianAsync();
        // Its mail waits, and none of it is a dead letter; when it reads at last, it gets what it asked for.
        var answers = 0;
        while (answers < sent && await call.ResponseStream.MoveNext(TestBroker.Stop)) answers += call.ResponseStream.Current.Answers.Count;
        Assert.True(answers >= sent - 32);
    }

    // A connection that will prove nothing: silent, a slow header on one port, or HTTP/2 without a call on the other.
    static async Task<Socket> OpenAsync(BrokerProgram broker, int index)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(index % 3 == 1 ? broker.Json : broker.Grpc).Port, TestBroker.Stop);
        if (index % 3 == 1) await socket.SendAsync("GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: "u8.ToArray(), TestBroker.Stop);
        if (index % 3 == 2) await socket.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"u8.ToArray(), TestBroker.Stop);
        return socket;
    }

    static async Task ClosedAsync(Socket socket)
    {
        var bytes = new byte[1_024];
        try
        {
            while (await socket.ReceiveAsync(bytes, TestBroker.Stop) > 0) { }
        }
        catch (SocketException)
        {
            return; // Reset: closed as well.
        }
    }

    List<Envelope> BadEnvelopes(string name, int count)
    {
        // Form and key name are right, the signature is not: whoever gets it must do the work to see that.
        var key = _parties.KeyOf(name).PublicKey.Thumbprint.ToWire();
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var envelope = _parties.Fund(name);
            envelope.Signatures[0].Key = key;
            envelope.Signatures[0].Value = ByteString.CopyFrom([.. envelope.Signatures[0].Value.Span[..32], .. new byte[31], 1]);
            return envelope;
        })];
    }

    static byte[] Nested(int depth)
    {
        // Field 1, length-delimited, over and over: cheap to send.
        byte[] bytes = [];
        for (var i = 0; i < depth && bytes.Length < 60_000; i++)
        {
            var output = new MemoryStream();
            var coded = new CodedOutputStream(output);
            coded.WriteTag(1, WireFormat.WireType.LengthDelimited);
            coded.WriteBytes(ByteString.CopyFrom(bytes));
            coded.Flush();
            bytes = output.ToArray();
            if (i > 200) break;
        }
        return bytes;
    }

    async Task AttackAsync(BrokerProgram broker, ConnectRequest frame, bool proved, Action ended, CancellationToken stop)
    {
        using var channel = GrpcChannel.ForAddress(broker.Grpc);
        while (!stop.IsCancellationRequested)
        {
            using var call = new BrokerService.BrokerServiceClient(channel).Connect(cancellationToken: stop);
            try
            {
                await call.ResponseStream.MoveNext(stop);
                if (proved) await call.RequestStream.WriteAsync(new ConnectRequest { Proofs = { _parties.Prove("hostile", call.ResponseStream.Current.Challenge) } }, stop);
                var reading = ReadAsync(call, stop);
                while (!reading.IsCompleted) await call.RequestStream.WriteAsync(frame, stop);
                await reading;
            }
            catch (Exception fault) when (fault is RpcException or InvalidOperationException && !stop.IsCancellationRequested)
            {
                ended();
            }
        }
    }

    static async Task ReadAsync(AsyncDuplexStreamingCall<ConnectRequest, ConnectResponse> call, CancellationToken stop)
    {
        while (await call.ResponseStream.MoveNext(stop)) { }
    }
}

/// <summary>What measures time runs alone.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public class Alone;
