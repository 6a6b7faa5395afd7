using ActProtocol.V1;
using Grpc.Net.Client;

namespace ActProtocol.Conformance.Brokers;

/// <summary>How long the suite waits; each is multiplied by <see cref="Slow"/>.</summary>
sealed record Waits(TimeSpan Answer, TimeSpan Deliver, double Slow = 1)
{
    public static Waits Usual { get; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10));

    public TimeSpan AnswerMax => Answer * Slow;

    public TimeSpan DeliverMax => Deliver * Slow;
}

/// <summary>The broker under test, as an address and what it said of itself.</summary>
sealed class BrokerTarget : IDisposable
{
    readonly SocketsHttpHandler _handler;
    readonly Reached _reached;
    readonly SemaphoreSlim _making = new(1);
    Party? _anybody;

    BrokerTarget(Reached reached, Discovery discovery, HttpClient http, SocketsHttpHandler handler, Waits waits)
    {
        (_reached, Discovery, Http, _handler, Waits) = (reached, discovery, http, handler, waits);
        Channel = OpenChannel();
        Broker = new BrokerService.BrokerServiceClient(Channel);
        Directory = new DirectoryService.DirectoryServiceClient(Channel);
    }

    public Uri Grpc => _reached.Grpc;

    public Uri Json => _reached.Json;

    /// <summary>What may be done to it from outside; null: nothing.</summary>
    public IBrokerHooks? Hooks => _reached.Hooks;

    /// <summary>An operator that may fund accounts; null: there is none.</summary>
    public Party? Operator => _reached.Operator;

    public Discovery Discovery { get; }

    public HttpClient Http { get; }

    public Waits Waits { get; }

    /// <summary>The connection that all share.</summary>
    public GrpcChannel Channel { get; }

    public BrokerService.BrokerServiceClient Broker { get; }

    public DirectoryService.DirectoryServiceClient Directory { get; }

    public string Id => Discovery.Broker;

    /// <exception cref="Runs.SubjectGoneException">No ACT broker is there.</exception>
    public static Task<BrokerTarget> ConnectAsync(Uri grpc, Uri json, Waits waits, CancellationToken cancellationToken) => ConnectAsync(new Reached(grpc, json), waits, cancellationToken);

    /// <exception cref="Runs.SubjectGoneException">No ACT broker is there.</exception>
    public static async Task<BrokerTarget> ConnectAsync(Reached reached, Waits waits, CancellationToken cancellationToken)
    {
        var handler = reached.NewHandler();
        var http = new HttpClient(handler) { Timeout = waits.AnswerMax, MaxResponseContentBufferSize = 4 << 20 };
        try
        {
            var target = new BrokerTarget(reached, await Discovery.FetchAsync(http, reached.Json, cancellationToken), http, handler, waits);
            await GrpcPort.MustAnswerAsync(target, cancellationToken);
            return target;
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }

    /// <summary>A connection of its own, for cases that break theirs.</summary>
    public GrpcChannel OpenChannel() => GrpcChannel.ForAddress(Grpc, new GrpcChannelOptions { HttpHandler = _reached.NewHandler(), DisposeHttpClient = true, MaxReceiveMessageSize = 4 << 20 });

    /// <summary>The party that scenarios share; made by the first that asks, anew when that failed.</summary>
    public async Task<Party> AnybodyAsync(Func<Task<Party>> make)
    {
        await _making.WaitAsync();
        try
        {
            return _anybody ??= await make();
        }
        finally
        {
            _making.Release();
        }
    }

    public void Dispose()
    {
        _making.Dispose();
        Channel.Dispose();
        Http.Dispose();
        _handler.Dispose();
    }
}
