using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Journal;
using ActProtocol.Envelopes;
using ActProtocol.Sqlite;
using ActProtocol.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActProtocol.Bench;

/// <summary>An engine with the embedded journal in this process, where heap and CPU time can be seen apart from the network's.</summary>
sealed class InProcess : IMailSink, IAsyncDisposable
{
    const string Authority = "bench";

    SqliteLog _log = null!;
    List<Party> _buyers = [];
    List<Party> _sellers = [];
    int _next;

    public static string Broker { get; } = ActId.Of(Authority, "broker");

    public EngineHost Host { get; private set; } = null!;

    public static async Task<InProcess> CreateAsync(string folder, CancellationToken cancellationToken)
    {
        const int Partitions = 16;
        var engine = new InProcess { _log = SqliteLog.Create(folder, new StoreHeader(Broker, Partitions + 1, true, "1.0")) };
        var options = new EngineOptions { Broker = Broker, Authority = Authority, Partitions = Partitions, Play = true, ReceiptKey = SigningKey.Create() };
        engine.Host = await EngineHost.StartAsync(options, engine._log, engine._log, engine, TimeProvider.System, NullLogger.Instance, cancellationToken);
        return engine;
    }

    public bool Wants(string agent) => true;

    // Taken at once, so that mailboxes stay as short as those of agents that read.
    public void Mail(MailItem item) => _ = Host.AcknowledgeAsync(item.Agent, item.Partition, item.Position, CancellationToken.None).AsTask();

    public async Task OpenMarketAsync(int buyers, int sellers)
    {
        _buyers = [.. Enumerable.Range(0, buyers).Select(i => new Party(Authority, $"buyer-{i}", Broker))];
        _sellers = [.. Enumerable.Range(0, sellers).Select(i => new Party(Authority, $"seller-{i}", Broker))];
        await Task.WhenAll(_buyers.Concat(_sellers).Select(party => party.EnterAsync(SendAsync)));
        await Task.WhenAll(_buyers.Select(party => party.EquipAsync(SendAsync)));
    }

    /// <summary>Agents of one principal who are registered and then do nothing.</summary>
    public async Task EnterAsync(string prefix, int agents)
    {
        var owner = new Party(Authority, prefix, Broker);
        await owner.EnterAsync(SendAsync);
        await ManyAsync(agents, number => SendAsync(owner.SubAgent(ActId.Of(Authority, $"{prefix}-{number}"))));
    }

    /// <summary>So many purchases, some at once.</summary>
    public Task BuyAsync(int purchases) => ManyAsync(purchases, _ => BuyAsync());

    public async Task<Decision> SendAsync(Envelope envelope)
    {
        var (opened, malformed) = Host.Gate.Read(envelope);
        if (opened is null) throw new InvalidOperationException($"Refused: {malformed}");
        var (verified, no) = Host.Gate.Verify(opened);
        if (verified is null) throw new InvalidOperationException($"Refused: {no}");
        var (decision, refused) = await Host.SendAsync(verified);
        return decision is { Accepted: not null } ? decision : throw new InvalidOperationException($"Refused: {refused} {decision}");
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await _log.DisposeAsync();
    }

    static Task ManyAsync(int count, Func<int, Task> each)
    {
        const int AtOnce = 64;
        var left = count;
        return Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) is >= 0 and var number) await each(number);
        })));
    }

    async Task BuyAsync()
    {
        var turn = Interlocked.Increment(ref _next);
        var (buyer, seller) = (_buyers[turn % _buyers.Count], _sellers[turn / _buyers.Count % _sellers.Count]);
        var intent = await SentAsync(buyer.Intent(seller));
        var transaction = DerivedIds.Transaction(intent, seller.Id);
        var quote = await SentAsync(seller.Quote(transaction, intent, buyer.Id, buyer.Home));
        var locked = await SentAsync(buyer.Lock(transaction, quote, seller.Id));
        var confirmed = await SentAsync(seller.Confirm(transaction, locked, buyer.Id, buyer.Home));
        await SentAsync(buyer.Commit(transaction, quote, confirmed, seller.Id));
    }

    async Task<Digest> SentAsync(Envelope envelope)
    {
        await SendAsync(envelope);
        return SignedBytes.DigestOf(envelope.Content.Span);
    }
}
