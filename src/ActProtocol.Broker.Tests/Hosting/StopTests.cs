using System.Collections.Concurrent;
using System.Diagnostics;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace ActProtocol.Broker.Hosting;

public class StopTests
{
    const int Senders = 4;
    const int AcknowledgedMin = 500;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_broker_that_is_told_to_stop_under_load_answers_what_it_took_and_loses_nothing()
    {
        var folder = TestBroker.NewFolder();
        var parties = new Parties("act://local/broker");
        var acknowledged = new ConcurrentDictionary<Envelope, Decision>();
        var loaded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ends = new ConcurrentBag<Refusal?>();
        await using (var broker = await BrokerProgram.StartAsync(folder))
        {
            for (var i = 0; i < Senders; i++) await parties.RegisterAsync(broker.Grpc, $"owner-{i}");
            var load = Enumerable.Range(0, Senders).Select(i => i % 2 == 0 ? StreamAsync(broker.Grpc, $"owner-{i}") : UnaryAsync(broker.Grpc, $"owner-{i}")).ToList();
            await loaded.Task.WaitAsync(Patience, TestBroker.Stop);
            var began = Stopwatch.GetTimestamp();

            Assert.Equal(0, await broker.TerminateAsync());

            Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(15));
            await Task.WhenAll(load);
        }
        // Each was told why, by a code that says: the same bytes, later.
        Assert.All(ends, end => Assert.Equal(ErrorCode.Stopping, end?.Code ?? ErrorCode.Stopping));
        Assert.Contains(ends, end => end?.Code is ErrorCode.Stopping);

        await using var again = await BrokerProgram.StartAsync(folder);
        using var channel = GrpcChannel.ForAddress(again.Grpc);
        var service = new BrokerService.BrokerServiceClient(channel);
        foreach (var (envelope, decision) in acknowledged)
        {
            Assert.Equal(decision, (await service.SendAsync(new SendRequest { Envelope = envelope }, cancellationToken: TestBroker.Stop)).Decision);
        }

        void Acknowledged(Envelope envelope, Decision decision)
        {
            acknowledged[envelope] = decision;
            if (acknowledged.Count >= AcknowledgedMin) loaded.TrySetResult();
        }

        async Task UnaryAsync(string address, string owner)
        {
            using var own = GrpcChannel.ForAddress(address);
            var client = new BrokerService.BrokerServiceClient(own);
            while (true)
            {
                var envelope = parties.Fund(owner);
                try
                {
                    Acknowledged(envelope, (await client.SendAsync(new SendRequest { Envelope = envelope }, cancellationToken: TestBroker.Stop)).Decision);
                }
                catch (RpcException fault)
                {
                    ends.Add(Refusal.FromWire(fault.GetRpcStatus()));
                    return;
                }
            }
        }

        async Task StreamAsync(string address, string owner)
        {
            using var own = GrpcChannel.ForAddress(address);
            using var call = new BrokerService.BrokerServiceClient(own).Connect(cancellationToken: TestBroker.Stop);
            var sent = new ConcurrentDictionary<ByteString, Envelope>();
            try
            {
                Assert.True(await call.ResponseStream.MoveNext(TestBroker.Stop));
                var proof = parties.Prove(owner, call.ResponseStream.Current.Challenge);
                await call.RequestStream.WriteAsync(new ConnectRequest { Proofs = { proof } }, TestBroker.Stop);
                var writing = WriteAsync();
                while (await call.ResponseStream.MoveNext(TestBroker.Stop))
                {
                    foreach (var answer in call.ResponseStream.Current.Answers)
                    {
                        // What came before the proof was dealt with was not taken.
                        if (answer.Decision is not null) Acknowledged(sent[answer.Digest], answer.Decision);
                    }
                }
                await writing;
            }
            catch (RpcException fault)
            {
                ends.Add(Refusal.FromWire(fault.GetRpcStatus()));
            }

            async Task WriteAsync()
            {
                try
                {
                    while (true)
                    {
                        Envelope[] some = [.. Enumerable.Range(0, 8).Select(_ => parties.Fund(owner))];
                        foreach (var envelope in some) sent[SignedBytes.DigestOf(envelope.Content.Span).ToWire()] = envelope;
                        await call.RequestStream.WriteAsync(new ConnectRequest { Envelopes = { some } }, TestBroker.Stop);
                    }
                }
                catch (Exception fault) when (fault is RpcException or InvalidOperationException)
                {
                    return; // The stream ended; the reader knows why.
                }
            }
        }
    }

    [Fact]
    public async Task A_stop_ends_idle_streams_with_a_code_and_refuses_new_calls()
    {
        var broker = await TestBroker.StartAsync();
        await broker.EnterAsync("a");
        await using var proven = await TestStream.OpenAsync(broker, "a");
        await using var unproven = await TestStream.OpenAsync(broker);
        var ends = new[] { proven.EndAsync(), unproven.EndAsync() };

        await broker.DisposeAsync();

        Assert.All(await Task.WhenAll(ends), end => Assert.Equal((ErrorCode.Stopping, true), (end.Code, end.RetryAfter is not null)));
    }

    [Fact]
    public async Task A_stop_is_not_held_up_by_a_stream_that_does_not_read()
    {
        var broker = await TestBroker.StartAsync(options => options with { DrainWithin = TimeSpan.FromSeconds(3) });
        await broker.EnterAsync("a");
        await using var stream = await TestStream.OpenAsync(broker, "a-owner");
        for (var frame = 0; frame < 30; frame++) await stream.SendAsync([.. Enumerable.Range(0, 32).Select(i => broker.Fund("a-owner", $"{frame}-{i}"))]);
        var began = Stopwatch.GetTimestamp();

        await broker.DisposeAsync();

        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }
}
