using System.Diagnostics;
using ActProtocol.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace ActProtocol.Broker.Hostile;

/// <summary>An agent that behaves, and measures how long its envelopes take to be durable: by a stream, or one call at a time on its own connection.</summary>
sealed class Honest : IAsyncDisposable
{
    const int Samples = 100;
    const int AttemptsMax = 3;

    readonly GrpcChannel _channel;
    readonly Parties _parties;
    readonly string _name;
    AsyncDuplexStreamingCall<ConnectRequest, ConnectResponse>? _stream;

    Honest(GrpcChannel channel, Parties parties, string name) => (_channel, _parties, _name) = (channel, parties, name);

    public static async Task<Honest> ByCallsAsync(BrokerProgram broker, Parties parties, string name)
    {
        await parties.RegisterAsync(broker.Grpc, name);
        return new Honest(GrpcChannel.ForAddress(broker.Grpc), parties, name);
    }

    public static async Task<Honest> ByStreamAsync(BrokerProgram broker, Parties parties, string name)
    {
        var honest = await ByCallsAsync(broker, parties, name);
        await honest.ConnectAsync();
        return honest;
    }

    /// <summary>Asserts that envelopes take at most twice their usual time while <paramref name="attack"/> goes on.</summary>
    /// <remarks>Medians of 100 each, measured in one run. What else this machine does shows in a measurement, so it is repeated up to three times; one that
    /// stays within is the answer, since a broker that an attack slows down is slow in all of them.</remarks>
    public async Task KeepsItsTimeAsync(Func<CancellationToken, Task> attack)
    {
        await MedianAsync(); // Warm.
        List<string> measured = [];
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var usual = await MedianAsync();
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestBroker.Stop);
            var attacking = attack(stop.Token);
            await MedianAsync(); // Until the attack is in full swing.
            var attacked = await MedianAsync();
            await stop.CancelAsync();
            await attacking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            measured.Add($"{usual.TotalMilliseconds:F2} ms usually, {attacked.TotalMilliseconds:F2} ms attacked");
            if (attacked <= 2 * usual)
            {
                TestContext.Current.TestOutputHelper?.WriteLine(string.Join("; ", measured));
                return;
            }
        }
        Assert.Fail(string.Join("; ", measured));
    }

    public async Task<TimeSpan> MedianAsync()
    {
        List<TimeSpan> times = [];
        for (var i = 0; i < Samples; i++)
        {
            var envelope = _parties.Fund(_name);
            var began = Stopwatch.GetTimestamp();
            var decision = _stream is null ? await CallAsync(envelope) : await StreamAsync(envelope);
            times.Add(Stopwatch.GetElapsedTime(began));
            Assert.NotNull(decision.Accepted);
        }
        times.Sort();
        return times[Samples / 2];
    }

    public ValueTask DisposeAsync()
    {
        _stream?.Dispose();
        _channel.Dispose();
        return ValueTask.CompletedTask;
    }

    async Task ConnectAsync()
    {
        _stream = new BrokerService.BrokerServiceClient(_channel).Connect(cancellationToken: TestBroker.Stop);
        await NextAsync(_ => true);
        await _stream.RequestStream.WriteAsync(new ConnectRequest { Proofs = { _parties.Prove(_name, _stream.ResponseStream.Current.Challenge) } }, TestBroker.Stop);
        await NextAsync(frame => frame.Proven.Count > 0);
    }

    async Task<Decision> CallAsync(Envelope envelope) =>
        (await new BrokerService.BrokerServiceClient(_channel).SendAsync(new SendRequest { Envelope = envelope }, cancellationToken: TestBroker.Stop)).Decision;

    async Task<Decision> StreamAsync(Envelope envelope)
    {
        await _stream!.RequestStream.WriteAsync(new ConnectRequest { Envelopes = { envelope } }, TestBroker.Stop);
        return (await NextAsync(frame => frame.Answers.Count > 0)).Answers[0].Decision;
    }

    async Task<ConnectResponse> NextAsync(Func<ConnectResponse, bool> fits)
    {
        while (await _stream!.ResponseStream.MoveNext(TestBroker.Stop))
        {
            var frame = _stream.ResponseStream.Current;
            var answered = frame.Answers.Count > 0 || frame.Challenge is not null || frame.Proven.Count > 0;
            // An honest agent deals with its mail.
            if (frame.Deliveries.Count > 0)
            {
                var all = frame.Deliveries.Select(delivery => new Acknowledge { Agent = delivery.Agent, Cursor = delivery.Cursor });
                await _stream.RequestStream.WriteAsync(new ConnectRequest { Acknowledges = { all } }, TestBroker.Stop);
            }
            if (answered && fits(frame)) return frame;
        }
        throw new EndOfStreamException("The broker ended an honest stream.");
    }
}
