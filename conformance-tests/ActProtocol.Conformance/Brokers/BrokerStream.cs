using ActProtocol.Conformance.Runs;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using static ActProtocol.Conformance.Brokers.Expectations;

namespace ActProtocol.Conformance.Brokers;

/// <summary>
/// One <c>Connect</c> stream, as an agent's side has it: checks the challenge, proves parties, sends envelopes and matches their answers by digest, keeps what is delivered
/// in the order in which it came. Nothing is acknowledged unless the case says so. What does not come in time is a finding.
/// </summary>
sealed class BrokerStream : IAsyncDisposable
{
    // Requests as bytes, so that a case can send what is none.
    static readonly Method<byte[], ConnectResponse> Connect = new(
        MethodType.DuplexStreaming, BrokerService.Descriptor.FullName, "Connect", Marshallers.Create(bytes => bytes, bytes => bytes), Marshallers.Create(message => message.ToByteArray(), ConnectResponse.Parser.ParseFrom));

    readonly BrokerScenario _scenario;
    readonly AsyncDuplexStreamingCall<byte[], ConnectResponse> _call;
    readonly CancellationTokenSource _cut;
    readonly SemaphoreSlim _writing = new(1);
    readonly StreamInbox _inbox;
    readonly Task _reading;

    BrokerStream(BrokerScenario scenario, GrpcChannel channel)
    {
        _scenario = scenario;
        _cut = CancellationTokenSource.CreateLinkedTokenSource(scenario.CancellationToken);
        _call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(Connect, null, new CallOptions(cancellationToken: _cut.Token));
        _inbox = new StreamInbox(scenario);
        _reading = _inbox.ReadAsync(_call.ResponseStream);
    }

    /// <summary>What the broker asked to be signed, as it was checked.</summary>
    public Challenge Challenge { get; private set; } = new();

    /// <summary>All that was delivered so far, in the order in which it came.</summary>
    public IReadOnlyList<Delivery> Deliveries => _inbox.All(inbox => inbox.Deliveries);

    /// <summary>All answers so far, in the order in which they came.</summary>
    public IReadOnlyList<Answer> Answers => _inbox.All(inbox => inbox.Answers);

    /// <summary>Opens a stream and proves <paramref name="parties"/> on it.</summary>
    /// <param name="scenario">Whose it is.</param>
    /// <param name="channel">A connection of its own; null: the one that all share.</param>
    /// <param name="parties">Who is to be proven.</param>
    /// <exception cref="CheckFailedException">The challenge is not as NET-01 says, or a party was not proven.</exception>
    public static async Task<BrokerStream> OpenAsync(BrokerScenario scenario, GrpcChannel? channel, params Party[] parties)
    {
        foreach (var party in parties) scenario.OnStream(party);
        return await StartAsync(scenario, channel, parties);
    }

    /// <summary>One of the script's own, for as long as one envelope takes.</summary>
    internal static Task<BrokerStream> OpenBrieflyAsync(BrokerScenario scenario, Party? party) => StartAsync(scenario, null, party is null ? [] : [party]);

    static async Task<BrokerStream> StartAsync(BrokerScenario scenario, GrpcChannel? channel, Party[] parties)
    {
        var stream = new BrokerStream(scenario, channel ?? scenario.Target.Channel);
        try
        {
            await stream.SendFrameAsync(new ConnectRequest());
            stream.Challenge = await stream._inbox.ExpectAsync("the first frame of a stream", "a challenge (NET-01)", inbox => inbox.Challenge);
            stream.CheckChallenge();
            foreach (var party in parties) await stream.ProveAsync(party);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a proof, and waits until the broker says that the party is proven.</summary>
    public async Task ProveAsync(Party party, KeyPair? key = null)
    {
        var (proven, refused) = (_inbox.All(inbox => inbox.Proven).Count(id => id == party.Id), _inbox.All(inbox => inbox.Closed).Count(IsOfAProof));
        await SendFrameAsync(new ConnectRequest { Proofs = { Proof(party, key) } });
        var answer = await _inbox.ExpectAsync($"the proof of {party.Name}", "proven", inbox => inbox.Proven.Count(id => id == party.Id) > proven ? party : (object?)inbox.Closed.Where(IsOfAProof).Skip(refused).FirstOrDefault());
        if (answer is AgentClosed closed) throw Failed($"the proof of {party.Name}", "proven", new Outcome.Refused(closed.Reason ?? new Google.Rpc.Status()));
    }

    /// <summary>A proof as NET-03 has it.</summary>
    /// <param name="party">Who is proven.</param>
    /// <param name="key">By which key; its own.</param>
    /// <param name="change">What a case has wrong in it, before it is signed.</param>
    public ChallengeProof Proof(Party party, KeyPair? key = null, Action<ProofBody>? change = null)
    {
        var body = new ProofBody { Broker = Challenge.Broker, Nonce = Challenge.Nonce, Agent = party.Id };
        change?.Invoke(body);
        return Proof(key ?? party.Key, body.ToByteArray());
    }

    public static ChallengeProof Proof(KeyPair key, byte[] body) => new()
    {
        Body = ByteString.CopyFrom(body),
        Key = ByteString.CopyFrom(key.Thumbprint),
        Signature = ByteString.CopyFrom(key.Sign(Tags.Proof, body)),
    };

    /// <summary>Sends it, and says what was answered to its digest.</summary>
    public async Task<Outcome> SendAsync(Envelope envelope) => (await SendAllAsync([envelope]))[0];

    /// <summary>It must be accepted.</summary>
    public async Task<Outcome.Taken> AcceptedAsync(string what, Envelope envelope) =>
        await SendAsync(envelope) is var outcome && outcome is Outcome.Taken taken ? taken : throw Failed(what, "accepted", outcome);

    /// <summary>Sends them in one frame, and says what was answered to each.</summary>
    public async Task<IReadOnlyList<Outcome>> SendAllAsync(IReadOnlyList<Envelope> envelopes)
    {
        await SendFrameAsync(new ConnectRequest { Envelopes = { envelopes } });
        var outcomes = new List<Outcome>();
        foreach (var envelope in envelopes) outcomes.Add(_scenario.Note(envelope, await AnswerToAsync(envelope)));
        return outcomes;
    }

    /// <summary>What is answered to the envelope's digest, once it is.</summary>
    public async Task<Outcome> AnswerToAsync(Envelope envelope)
    {
        var digest = ByteString.CopyFrom(Tags.Digest(envelope.Content.Span));
        var (answer, why) = await _inbox.WaitAsync(inbox => inbox.Answers.LastOrDefault(answer => answer.Digest == digest), _scenario.Target.Waits.AnswerMax);
        return answer is null ? new Outcome.Broken(why) : Outcome.Of(answer);
    }

    /// <summary>How many answers there are, once there are at least so many.</summary>
    public async Task<int> AnswersAsync(int count)
    {
        await _inbox.ExpectAsync($"{count} answers", $"{count} answers", inbox => inbox.Answers.Count >= count ? inbox : null);
        return Answers.Count;
    }

    /// <summary>From the next frame on, no more is read until <see cref="GoOnReading"/>: the broker's frames pile up on the way.</summary>
    public void StopReading() => _inbox.Stop();

    public void GoOnReading() => _inbox.GoOn();

    public Task SendFrameAsync(ConnectRequest frame) => SendRawAsync(frame.ToByteArray(), Summary(frame));

    /// <summary>Any bytes as a frame.</summary>
    public async Task SendRawAsync(byte[] frame, string what)
    {
        await _writing.WaitAsync(_scenario.CancellationToken);
        try
        {
            _scenario.Transcript.Add(sent: true, $"Connect: {what}", ConnectRequest.Descriptor.FullName, frame);
            await _call.RequestStream.WriteAsync(frame);
        }
        catch (Exception fault) when (fault is RpcException or InvalidOperationException or OperationCanceledException && !_scenario.CancellationToken.IsCancellationRequested)
        {
            // The stream has ended: whoever waits for something of it hears how.
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The first delivery that is <paramref name="wanted"/>, once it is there.</summary>
    public Task<Delivery> DeliveredAsync(string what, Func<Delivery, bool> wanted) =>
        _inbox.ExpectAsync(what, "delivered", inbox => inbox.Deliveries.FirstOrDefault(wanted), _scenario.Target.Waits.DeliverMax);

    /// <summary>The delivery to a party of the record that holds this very content.</summary>
    public Task<Delivery> DeliveredAsync(Party to, Envelope envelope) => DeliveredAsync(
        $"{Bodies.NameOf(envelope.Content)} to {to.Name}", delivery => delivery.Agent == to.Id && Receipts.RecordOf(delivery.Receipt)?.Envelope?.Content == envelope.Content);

    public Task AcknowledgeAsync(Delivery delivery, bool failed = false) =>
        SendFrameAsync(new ConnectRequest { Acknowledges = { new Acknowledge { Agent = delivery.Agent, Cursor = delivery.Cursor, Failed = failed } } });

    /// <summary>How an agent was closed on this stream, once it is; a proof that is not taken has no agent.</summary>
    public Task<AgentClosed> ClosedAsync(string agent, TimeSpan? within = null) =>
        _inbox.ExpectAsync(agent.Length == 0 ? "a proof" : agent, "closed", inbox => inbox.Closed.FirstOrDefault(closed => closed.Agent == agent), within);

    /// <summary>The code with which the broker ends the stream, once it does.</summary>
    public Task<Outcome> EndedAsync(TimeSpan? within = null) => _inbox.EndedAsync(within ?? _scenario.Target.Waits.AnswerMax);

    /// <summary>No more frames come from this side; what was taken is still answered.</summary>
    public Task CompleteAsync() => _call.RequestStream.CompleteAsync();

    /// <summary>Cuts it without a word.</summary>
    public async ValueTask DisposeAsync()
    {
        await _cut.CancelAsync();
        _inbox.GoOn();
        _call.Dispose();
        await _reading;
        _cut.Dispose();
        _writing.Dispose();
    }

    void CheckChallenge()
    {
        const string What = "the challenge";
        Equal($"{What}'s broker", _scenario.Target.Id, Challenge.Broker);
        Equal($"bytes of {What}'s nonce", 32, Challenge.Nonce.Length);
        True($"{What}'s expiry", Challenge.ExpiresAtMs > _scenario.NowMs, "an instant to come", Challenge.ExpiresAtMs);
        if (!_scenario.Target.Discovery.ChallengeKeys.TryGetValue(Convert.ToHexStringLower(Challenge.Key.Span), out var key)) throw Failed($"{What}'s key", "a published challenge key", Challenge.Key);
        var signed = new Challenge { Broker = Challenge.Broker, Nonce = Challenge.Nonce, ExpiresAtMs = Challenge.ExpiresAtMs }.ToByteArray();
        True($"{What}'s signature", KeyPair.Holds(key, Tags.Challenge, signed, Challenge.Signature.ToByteArray()), "one that holds over its fields 1 to 3", Challenge.Signature);
    }

    static bool IsOfAProof(AgentClosed closed) => closed.Agent.Length == 0;

    static string Summary(ConnectRequest frame) =>
        $"{frame.Proofs.Count} proofs, {frame.Envelopes.Count} envelopes{(frame.Envelopes.Count is 1 ? $" ({Bodies.NameOf(frame.Envelopes[0].Content)})" : "")}, {frame.Acknowledges.Count} acknowledgements, {frame.Leaves.Count} leave";
}
