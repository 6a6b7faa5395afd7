using ActProtocol.Errors;
using ActProtocol.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActProtocol.Client.Transactions;

/// <summary>Stands before a broker, passes on what is said and asked, and answers envelopes itself as a broker does that decides nothing for now.</summary>
/// <remarks>It opens no mailboxes: whoever waits for mail asks for the records.</remarks>
sealed class RefusingBroker : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly GrpcChannel _channel;

    RefusingBroker(WebApplication app, GrpcChannel channel) => (_app, _channel) = (app, channel);

    public string Address => _app.Urls.First();

    /// <summary>Why an envelope is not passed on; null passes it on.</summary>
    public Func<Content, Refusal?> Refuses { get; set; } = _ => null;

    public static async Task<RefusingBroker> StartAsync(string broker)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        RefusingBroker? refusing = null;
        builder.Services.AddSingleton(_ => refusing!);
        var app = builder.Build();
        refusing = new RefusingBroker(app, GrpcChannel.ForAddress(broker));
        app.MapGrpcService<Broker>();
        app.MapGrpcService<Entries>();
        await app.StartAsync();
        return refusing;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _channel.Dispose();
    }

    sealed class Broker(RefusingBroker refusing) : BrokerService.BrokerServiceBase
    {
        readonly BrokerService.BrokerServiceClient _broker = new(refusing._channel);

        public override async Task<SendResponse> Send(SendRequest request, ServerCallContext context) =>
            refusing.Refuses(Content.Parser.ParseFrom(request.Envelope.Content)) is { } refusal
                ? throw refusal.ToWire().ToRpcException()
                : await _broker.SendAsync(request, cancellationToken: context.CancellationToken);

        public override async Task<AskResponse> Ask(AskRequest request, ServerCallContext context) =>
            await _broker.AskAsync(request, cancellationToken: context.CancellationToken);

        public override Task Connect(IAsyncStreamReader<ConnectRequest> requests, IServerStreamWriter<ConnectResponse> responses, ServerCallContext context) =>
            Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
    }

    sealed class Entries(RefusingBroker refusing) : DirectoryService.DirectoryServiceBase
    {
        public override async Task<DirectoryEntry> GetEntry(GetEntryRequest request, ServerCallContext context) =>
            await new DirectoryService.DirectoryServiceClient(refusing._channel).GetEntryAsync(request, cancellationToken: context.CancellationToken);
    }
}
