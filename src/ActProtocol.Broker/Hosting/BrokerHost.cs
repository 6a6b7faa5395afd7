using System.Net;
using ActProtocol.Broker.Directory;
using ActProtocol.Broker.Keys;
using ActProtocol.Broker.Streams;
using ActProtocol.Engine.Hosting;
using ActProtocol.Envelopes;
using ActProtocol.Sqlite;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ActProtocol.Broker.Hosting;

/// <summary>One broker that runs: its store, its engine, its ways in. Stopping it answers what has come, and makes it durable.</summary>
public sealed class BrokerHost : IAsyncDisposable
{
    const int StreamWindowBytes = 1 << 20;

    readonly SqliteLog _log;
    readonly ILoggerFactory _loggers;
    readonly EngineHost _engine;
    readonly WebApplication _app;

    BrokerHost(SqliteLog log, ILoggerFactory loggers, EngineHost engine, WebApplication app, string id) =>
        (_log, _loggers, _engine, _app, Id) = (log, loggers, engine, app, id);

    public string Id { get; }

    /// <summary>Address of gRPC.</summary>
    public string Grpc => _app.Urls.First();

    /// <summary>Address of JSON over HTTP.</summary>
    public string Json => _app.Urls.Last();

    internal EngineHost Engine => _engine;

    internal IServiceProvider Services => _app.Services;

    /// <summary>Opens the store, replays, and listens.</summary>
    public static async Task<BrokerHost> StartAsync(BrokerOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var id = ActId.Of(options.Authority, "broker");
        var log = OpenStore(options, id);
        var loggers = LoggerFactory.Create(logging => logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        EngineHost? engine = null;
        try
        {
            var header = log.Header;
            if (header.Broker != id) throw new InvalidOperationException($"The folder '{options.Data}' belongs to {header.Broker}, not to {id}: start it with that authority.");

            // Made before the first record is, and missed ever after.
            var isNew = (await log.TailAsync(0, cancellationToken)).Next == 1;
            var keys = BrokerKeys.LoadOrCreate(Path.Combine(options.Data, "keys"), options.Authority, mayCreate: isNew);
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
            var mail = new MailRouter();
            engine = await EngineHost.StartAsync(engineOptions, log, log, mail, time, loggers.CreateLogger("Engine"), cancellationToken);

            engine.EntryChanged = mail.Changed;

            var builder = WebApplication.CreateSlimBuilder();
            Configure(builder, options);
            builder.Services.AddSingleton(options).AddSingleton(engine).AddSingleton(engine.Gate).AddSingleton(mail).AddSingleton(keys);
            builder.Services.AddSingleton(new BrokerIdentity(id, header.Play, engineOptions.DefaultArbiter)).AddSingleton(time);
            builder.Services.AddSingleton<CheckBudget>().AddSingleton<OpenStreams>().AddSingleton<ChallengeDesk>();
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
            return new BrokerHost(log, loggers, engine, app, id);
        }
        catch
        {
            if (engine is not null) await engine.DisposeAsync();
            loggers.Dispose();
            await log.DisposeAsync();
            throw;
        }
    }

    /// <summary>Until a signal says stop, or the token does.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _engine.DisposeAsync();
        _loggers.Dispose();
        await _log.DisposeAsync();
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
}

/// <summary>What everybody may know of this broker.</summary>
public sealed record BrokerIdentity(string Id, bool Play, string Arbiter);
