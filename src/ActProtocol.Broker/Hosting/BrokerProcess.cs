using System.Net;
using System.Text.Json;
using ActProtocol.Broker.Directory;
using ActProtocol.Broker.Errors;
using ActProtocol.Broker.Keys;
using ActProtocol.Broker.Streams;
using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Journal;
using ActProtocol.Envelopes;
using ActProtocol.Sqlite;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ActProtocol.Broker.Hosting;

/// <summary>One broker: its store, its engine, its ways in. Ends when told to, after what has come is durable and answered.</summary>
public static class BrokerProcess
{
    const int StreamWindowBytes = 1 << 20;

    public static async Task RunAsync(BrokerOptions options, CancellationToken cancellationToken)
    {
        var id = ActId.Of(options.Authority, "broker");
        await using var log = OpenStore(options, id);
        var header = log.Header;
        if (header.Broker != id) throw new InvalidOperationException($"The folder '{options.Data}' belongs to {header.Broker}, not to {id}: start it with that authority.");

        var keys = BrokerKeys.LoadOrCreate(Path.Combine(options.Data, "keys"), options.Authority);
        var builder = WebApplication.CreateSlimBuilder();
        Configure(builder, options);

        var mail = new MailRouter();
        var engineOptions = new EngineOptions
        {
            Broker = id,
            Authority = options.Authority,
            Partitions = header.Partitions - 1,
            Play = header.Play,
            DefaultArbiter = options.Arbiter,
            ReceiptKey = keys.Receipt,
            Operators = keys.Operators,
            AcceptClockAtStart = options.AcceptClock,
        };
        using var loggers = LoggerFactory.Create(logging => logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        await using var engine = await EngineHost.StartAsync(engineOptions, log, log, mail, TimeProvider.System, loggers.CreateLogger("Engine"), cancellationToken);

        builder.Services.AddSingleton(options).AddSingleton(engine).AddSingleton(engine.Gate).AddSingleton(mail).AddSingleton(keys);
        builder.Services.AddSingleton(new BrokerIdentity(id, header.Play, engineOptions.DefaultArbiter)).AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<CheckBudget>();
        builder.Services.AddHealthChecks().AddCheck<EngineHealth>("engine");
        builder.Services.AddGrpcHealthChecks().AddCheck<EngineHealth>("");
        var app = builder.Build();
        app.MapGrpcService<BrokerEndpoint>();
        app.MapGrpcService<DirectoryEndpoint>();
        app.MapGrpcHealthChecksService();
        app.MapGrpcReflectionService();
        app.MapHealthChecks("/health");
        app.MapWellKnown();
        await app.StartAsync(cancellationToken);
        await SayReadyAsync(app, id);
        await app.WaitForShutdownAsync(cancellationToken);
    }

    static SqliteLog OpenStore(BrokerOptions options, string id)
    {
        // One log more than there are partitions: the directory's.
        var header = new StoreHeader(id, options.Partitions + 1, options.Play, "1.0");
        var log = SqliteLog.OpenOrCreate(options.Data, header, new StoreOptions { Tell = Console.Error.WriteLine });
        if (!options.Play || log.Header.Play) return log;
        throw new InvalidOperationException($"The folder '{options.Data}' was made for real money; --play is for a new folder.");
    }

    static void Configure(WebApplicationBuilder builder, BrokerOptions options)
    {
        builder.Logging.ClearProviders().AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning)
            // A start that fails is told in one sentence by whoever started it.
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxConcurrentConnections = options.ConnectionsMax;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.Http2.InitialStreamWindowSize = StreamWindowBytes;
            kestrel.Limits.Http2.InitialConnectionWindowSize = 4 * StreamWindowBytes;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1_000;
            kestrel.Listen(IPAddress.Loopback, options.Port, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, options.JsonPort, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = EnvelopeLimits.FrameBytesMax).AddJsonTranscoding(json =>
        {
            json.JsonSettings.WriteInt64sAsStrings = true;
            json.TypeRegistry = TypeRegistry.FromFiles(Google.Rpc.ErrorDetailsReflection.Descriptor);
        });
        builder.Services.AddGrpcReflection();
    }

    static async Task SayReadyAsync(WebApplication app, string id)
    {
        var addresses = app.Urls.ToList();
        var ready = JsonSerializer.Serialize(new { ready = true, grpc = addresses[0], json = addresses[1], broker = id });
        await Console.Out.WriteLineAsync(ready);
        await Console.Out.FlushAsync();
    }
}

/// <summary>What everybody may know of this broker.</summary>
public sealed record BrokerIdentity(string Id, bool Play, string Arbiter);
