using System.Collections.Concurrent;
using ActProtocol.Client;
using ActProtocol.Envelopes;
using ActProtocol.V1;
using Grpc.Net.Client;

namespace ActProtocol.Bench;

/// <summary>Buyers and sellers on two streams of one broker, who react to their mail as agents do: five envelopes make a purchase.</summary>
sealed class Market : IAsyncDisposable
{
    const int Buyers = 64;
    const int Sellers = 16;
    const int SamplesMax = 2_000;

    readonly Dictionary<string, Party> _parties;
    readonly List<Party> _buyers;
    readonly List<Party> _sellers;
    readonly ConcurrentDictionary<Id16, (Digest Quote, TaskCompletionSource Done)> _open = new();
    readonly List<double> _times = [];
    readonly GrpcChannel _channel;
    AgentStream _buying = null!;
    AgentStream _selling = null!;
    int _next;
    int _answered;

    Market(BrokerUnderTest broker)
    {
        var authority = new string(ActId.AuthorityOf(broker.Info.Id));
        _buyers = [.. Enumerable.Range(0, Buyers).Select(i => new Party(authority, $"buyer-{i}", broker.Info.Id))];
        _sellers = [.. Enumerable.Range(0, Sellers).Select(i => new Party(authority, $"seller-{i}", broker.Info.Id))];
        _parties = _buyers.Concat(_sellers).ToDictionary(party => party.Id);
        _channel = GrpcChannel.ForAddress(broker.Grpc, new GrpcChannelOptions { MaxReceiveMessageSize = 16 << 20 });
    }

    /// <summary>Some of the envelopes that were sent.</summary>
    public List<Envelope> Samples { get; } = [];

    /// <summary>Envelopes with a durable answer so far.</summary>
    public int Answered => _answered;

    public VerifyingKey KeyOf(Envelope envelope) => _parties[Content.Parser.ParseFrom(envelope.Content).Header.Sender].Key.PublicKey;

    public static async Task<Market> OpenAsync(BrokerUnderTest broker, CancellationToken cancellationToken)
    {
        var market = new Market(broker);
        using var client = new ActClient(broker.Grpc, broker.Info);
        async Task<Decision> SendAsync(Envelope envelope) => (await client.SendAsync(envelope, cancellationToken)).OrThrow();
        await Task.WhenAll(market._parties.Values.Select(party => party.EnterAsync(SendAsync)));
        await Task.WhenAll(market._buyers.Select(party => party.EquipAsync(SendAsync)));
        market._buying = await AgentStream.OpenAsync(market._channel, challenge => market._buyers.Select(buyer => buyer.Prove(challenge)), market.BuyerGot, cancellationToken);
        market._selling = await AgentStream.OpenAsync(market._channel, challenge => market._sellers.Select(seller => seller.Prove(challenge)), market.SellerGot, cancellationToken);
        return market;
    }

    /// <summary>Begins a purchase; the task ends when its commit is durable.</summary>
    /// <param name="intended">Timestamp at which it was to begin: waiting for its turn counts.</param>
    public Task BuyAsync(long intended)
    {
        var turn = Interlocked.Increment(ref _next);
        var (buyer, seller) = (_buyers[turn % Buyers], _sellers[turn / Buyers % Sellers]);
        var intent = buyer.Intent(seller);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _open[DerivedIds.Transaction(SignedBytes.DigestOf(intent.Content.Span), seller.Id)] = (default, done);
        Send(_buying, intent, intended, done);
        return done.Task;
    }

    /// <summary>Purchases for a time, so many at once.</summary>
    public async Task<int> CloseLoopAsync(int atOnce, TimeSpan duration)
    {
        var (began, bought) = (TimeProvider.System.GetTimestamp(), 0);
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(async _ =>
        {
            while (TimeProvider.System.GetElapsedTime(began) < duration)
            {
                await BuyAsync(TimeProvider.System.GetTimestamp());
                Interlocked.Increment(ref bought);
            }
        }));
        return bought;
    }

    /// <summary>Purchases that arrive evenly, whether earlier ones are done or not; the times of their envelopes in milliseconds, in order.</summary>
    public async Task<List<double>> OpenLoopAsync(double perSecond, TimeSpan duration)
    {
        lock (_times) _times.Clear();
        var (began, frequency) = (TimeProvider.System.GetTimestamp(), TimeProvider.System.TimestampFrequency);
        List<Task> purchases = [];
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (purchases.Count < perSecond * duration.TotalSeconds)
        {
            await tick.WaitForNextTickAsync();
            var due = (int)(TimeProvider.System.GetElapsedTime(began).TotalSeconds * perSecond);
            while (purchases.Count < due) purchases.Add(BuyAsync(began + (long)(purchases.Count / perSecond * frequency)));
        }
        await Task.WhenAll(purchases);
        lock (_times) return [.. _times.Order()];
    }

    public async ValueTask DisposeAsync()
    {
        await _buying.DisposeAsync();
        await _selling.DisposeAsync();
        _channel.Dispose();
    }

    void SellerGot(AgentStream stream, Delivery delivery)
    {
        stream.Acknowledge(delivery);
        if (Read(delivery) is not var (record, content, digest)) return;
        var seller = _parties[delivery.Agent];
        var buyer = content.Header.Sender;
        if (content.Intent is not null) Send(stream, seller.Quote(DerivedIds.Transaction(digest, seller.Id), digest, buyer, content.Header.Home));
        else if (content.Lock is not null) Send(stream, seller.Confirm(Id16.FromWire(content.Header.TransactionId), digest, buyer, content.Header.Home));
    }

    void BuyerGot(AgentStream stream, Delivery delivery)
    {
        stream.Acknowledge(delivery);
        if (Read(delivery) is not var (_, content, digest)) return;
        var (buyer, seller, transaction) = (_parties[delivery.Agent], content.Header.Sender, Id16.FromWire(content.Header.TransactionId));
        if (!_open.TryGetValue(transaction, out var purchase)) return;
        if (content.Quote is not null)
        {
            _open[transaction] = (digest, purchase.Done);
            Send(stream, buyer.Lock(transaction, digest, seller), done: purchase.Done);
        }
        else if (content.Confirm is not null)
        {
            _open.TryRemove(transaction, out _);
            Send(stream, buyer.Commit(transaction, purchase.Quote, digest, seller), TimeProvider.System.GetTimestamp(), purchase.Done, last: true);
        }
    }

    static (Record Record, Content Content, Digest Digest)? Read(Delivery delivery)
    {
        var record = Record.Parser.ParseFrom(delivery.Receipt.Record);
        if (record.Envelope is not { } envelope) return null;
        return (record, Content.Parser.ParseFrom(envelope.Content), SignedBytes.DigestOf(envelope.Content.Span));
    }

    void Send(AgentStream stream, Envelope envelope, long? intended = null, TaskCompletionSource? done = null, bool last = false)
    {
        var start = intended ?? TimeProvider.System.GetTimestamp();
        stream.Send(envelope, answer =>
        {
            var took = TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
            if (answer.Decision?.Accepted is null)
            {
                done?.TrySetException(new InvalidOperationException($"The broker refused a step of the load: {answer}"));
                return;
            }
            Interlocked.Increment(ref _answered);
            lock (_times)
            {
                _times.Add(took);
                if (Samples.Count < SamplesMax) Samples.Add(envelope);
            }
            if (last) done!.TrySetResult();
        });
    }
}
