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

    BrokerTarget(Uri grpc, Uri json, Discovery discovery, HttpClient http, SocketsHttpHandler handler, Waits waits)
    {
        (Grpc, Json, Discovery, Http, _handler, Waits) = (grpc, json, discovery, http, handler, waits);
        Channel = OpenChannel();
        Broker = new BrokerService.BrokerServiceClient(Channel);
        Directory = new DirectoryService.DirectoryServiceClient(Channel);
    }

    public Uri Grpc { get; }

    public Uri Json { get; }

    public Discovery Discovery { get; }

    public HttpClient Http { get; }

    public Waits Waits { get; }

    /// <summary>The connection that all share.</summary>
    public GrpcChannel Channel { get; }

    public BrokerService.BrokerServiceClient Broker { get; }

    public DirectoryService.DirectoryServiceClient Directory { get; }

    public string Id => Discovery.Broker;

    /// <exception cref="Runs.SubjectGoneException">No ACT broker is there.</exception>
    public static async Task<BrokerTarget> ConnectAsync(Uri grpc, Uri json, Waits waits, CancellationToken cancellationToken)
    {
        var handler = NewHandler();
        var http = new HttpClient(handler) { Timeout = waits.AnswerMax, MaxResponseContentBufferSize = 4 << 20 };
        var discovery = await Discovery.FetchAsync(http, json, cancellationToken);
        return new BrokerTarget(grpc, json, discovery, http, handler, waits);
    }

    /// <summary>A connection of its own, for cases that break theirs.</summary>
    public GrpcChannel OpenChannel() => GrpcChannel.ForAddress(Grpc, new GrpcChannelOptions { HttpHandler = NewHandler(), DisposeHttpClient = true, MaxReceiveMessageSize = 4 << 20 });

    public void Dispose()
    {
        Channel.Dispose();
        Http.Dispose();
        _handler.Dispose();
    }

    static SocketsHttpHandler NewHandler() => new() { EnableMultipleHttp2Connections = true, ConnectTimeout = TimeSpan.FromSeconds(5), AllowAutoRedirect = false };
}
