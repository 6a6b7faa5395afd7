using ActProtocol.Broker.Directory;
using ActProtocol.Broker.Errors;
using ActProtocol.Broker.Json;
using ActProtocol.Broker.Keys;
using ActProtocol.Broker.Streams;
using ActProtocol.Engine.Hosting;
using ActProtocol.Envelopes;
using ActProtocol.Sqlite;
using Google.Protobuf.Reflection;

namespace ActProtocol.Broker.Hosting;

/// <summary>One broker that runs: its store, its engine, its ways in. Stopping it answers what has come, and makes it durable.</summary>
public sealed class BrokerHost : IAsyncDisposable
{
    // A client that finds the end of a stream and of its connection at once may take notice of the connection alone.
    static readonly TimeSpan LastWordsHeardWithin = TimeSpan.FromMilliseconds(250);

    readonly BrokerOptions _options;
    readonly TimeProvider _time;
    readonly SqliteLog _log;
    readonly ILoggerFactory _loggers;
    readonly ILogger _logger;
    readonly EngineHost _engine;
    readonly WebApplication _app;
    bool _stopped;

    BrokerHost(BrokerOptions options, TimeProvider time, SqliteLog log, ILoggerFactory loggers, EngineHost engine, WebApplication app, string id)
    {
        (_options, _time, _log, _loggers, _engine, _app, Id) = (options, time, log, loggers, engine, app, id);
        _logger = loggers.CreateLogger(BrokerLog.Category);
    }

    public string Id { get; }

    /// <summary>Whether its data folder was made for play money.</summary>
    public bool Play => _log.Header.Play;

    /// <summary>Address of gRPC.</summary>
    public string Grpc => _app.Urls.First();

    /// <summary>Address of JSON over HTTP.</summary>
    public string Json => _app.Urls.Last();

    internal EngineHost Engine => _engine;

    internal IServiceProvider Services => _app.Services;

    /// <summary>Opens the store, replays, and listens.</summary>
    /// <param name="logging">Where else to log, for tests.</param>
    /// <param name="services">What else to serve with, for tests.</param>
    /// <exception cref="BrokerOptionsException">The options cannot be.</exception>
    public static async Task<BrokerHost> StartAsync(
        BrokerOptions options, TimeProvider time, CancellationToken cancellationToken, Action<ILoggingBuilder>? logging = null, Action<IServiceCollection>? services = null)
    {
        BrokerConfiguration.Validate(options);
        var id = ActId.Of(options.Authority, "broker");
        var log = OpenStore(options, id);
        EngineHost? engine = null;
        ILoggerFactory? loggers = null;
        try
        {
            var header = log.Header;
            if (header.Broker != id) throw new InvalidOperationException($"The folder '{options.Data}' belongs to {header.Broker}, not to {id}: start it with that authority.");

            var builder = WebApplication.CreateSlimBuilder();
            Logs.Configure(builder.Logging, options);
            logging?.Invoke(builder.Logging);
            loggers = LoggerFactory.Create(own =>
            {
                Logs.Configure(own, options);
                logging?.Invoke(own);
            });
            // Made before the first record is, and missed ever after.
            var isNew = (await log.TailAsync(0, cancellationToken)).Next == 1;
            var keys = BrokerKeys.LoadOrCreate(Path.Combine(options.Data, "keys"), options.Authority, time, mayCreate: isNew);
            var mail = new MailRouter();
            engine = await EngineHost.StartAsync(EngineOptionsOf(options, id, header, keys), log, log, mail, time, loggers.CreateLogger("ActProtocol.Engine"), cancellationToken);
            engine.EntryChanged = mail.Changed;

            builder.Services.AddSingleton(options).AddSingleton(engine).AddSingleton(engine.Gate).AddSingleton(mail).AddSingleton(keys).AddSingleton(time);
            builder.Services.AddSingleton(new BrokerIdentity(id, header.Play, options.Arbiter));
            services?.Invoke(builder.Services);
            var app = Build(builder, options, id);
            await app.StartAsync(cancellationToken);
            var host = new BrokerHost(options, time, log, loggers, engine, app, id);
            host._logger.Started(id, host.Grpc, host.Json);
            return host;
        }
        catch
        {
            if (engine is not null) await engine.DisposeAsync();
            loggers?.Dispose();
            await log.DisposeAsync();
            throw;
        }
    }

    /// <summary>Until a signal says stop, or the token does, or the engine ends by itself.</summary>
    /// <exception cref="InvalidOperationException">The engine ended by itself.</exception>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var bySignal = _app.Lifetime.ApplicationStopping.Register(told.SetResult);
        using var byToken = cancellationToken.Register(() => told.TrySetResult());
        if (await Task.WhenAny(told.Task, _engine.Ended) != _engine.Ended) return;
        _logger.EngineEnded(_engine.Ended.Exception);
        throw new InvalidOperationException("The engine has ended by itself; the log says why.", _engine.Ended.Exception);
    }

    /// <summary>Takes nothing new, answers what has come, makes it durable, and ends: within <see cref="BrokerOptions.DrainWithin"/>, and as long as a snapshot takes.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopped) return;
        _stopped = true;
        var began = _time.GetTimestamp();
        var streams = _app.Services.GetRequiredService<OpenStreams>();
        var open = streams.Count;
        _logger.StopBegun(open);
        _app.Services.GetRequiredService<Stopping>().Begin();
        using var bound = new CancellationTokenSource(_options.DrainWithin);
        try
        {
            await streams.DrainAsync().WaitAsync(bound.Token);
            if (open > 0) await Task.Delay(LastWordsHeardWithin, bound.Token);
            await _app.StopAsync(bound.Token);
        }
        catch (OperationCanceledException)
        {
            _logger.StopCutShort(_options.DrainWithin);
        }
        await _app.DisposeAsync();
        await _engine.DisposeAsync();
        await _log.DisposeAsync();
        _logger.Stopped(_time.GetElapsedTime(began));
        _loggers.Dispose();
    }

    static EngineOptions EngineOptionsOf(BrokerOptions options, string id, StoreHeader header, BrokerKeys keys) => new()
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

    static WebApplication Build(WebApplicationBuilder builder, BrokerOptions options, string id)
    {
        builder.WebHost.ConfigureKestrel(kestrel => Listeners.Configure(kestrel, options, kestrel.ApplicationServices.GetRequiredService<ConnectionDoor>()));
        builder.Services.AddSingleton<CheckBudget>().AddSingleton<RegistrationBudget>().AddSingleton<ConnectionDoor>().AddSingleton<OpenStreams>().AddSingleton<ChallengeDesk>().AddSingleton<Stopping>().AddSingleton<StepTelemetry>();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = EnvelopeLimits.FrameBytesMax;
            grpc.Interceptors.Add<RefusalInterceptor>();
        }).AddJsonTranscoding(json =>
        {
            json.JsonSettings.WriteInt64sAsStrings = true;
            json.TypeRegistry = TypeRegistry.FromFiles(Google.Rpc.ErrorDetailsReflection.Descriptor);
        });
        builder.Services.AddGrpcReflection();
        builder.Services.AddHealth();
        builder.Services.AddTelemetry(id);

        var app = builder.Build();
        app.Use(async (context, next) =>
        {
            var guest = ConnectionDoor.GuestOf(context);
            guest.Begin();
            try
            {
                await next(context);
            }
            finally
            {
                guest.End();
            }
        });
        app.UseMiddleware<GrpcDoor>();
        app.UseMiddleware<JsonDoor>();
        app.Use(OversizedCalls.TellAsync);
        app.MapGrpcService<BrokerEndpoint>();
        app.MapGrpcService<DirectoryEndpoint>();
        app.MapGrpcReflectionService();
        app.MapHealth();
        app.MapWellKnown();
        app.MapOpenApi();
        if (options.OpenMetrics || BrokerOptionsRules.IsLoopback(options)) app.MapPrometheusScrapingEndpoint(Telemetry.MetricsPath);
        return app;
    }

    static SqliteLog OpenStore(BrokerOptions options, string id)
    {
        // One log more than there are partitions: the directory's.
        var header = new StoreHeader(id, options.Partitions + 1, options.Play, "1.0");
        var log = SqliteLog.OpenOrCreate(options.Data, header, new StoreOptions { AllowAnyFileSystem = options.AnyFileSystem, Tell = Console.Error.WriteLine });
        if (!options.Play || log.Header.Play) return log;
        throw new InvalidOperationException($"The folder '{options.Data}' was made for real money; --play is for a new folder.");
    }
}

/// <summary>What everybody may know of this broker.</summary>
public sealed record BrokerIdentity(string Id, bool Play, string Arbiter);
