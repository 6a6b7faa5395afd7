using System.Net;
using System.Text;
using System.Text.Json;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActProtocol.Conformance.Agents;

/// <summary>Two ports on loopback under which a stage is reached: gRPC without TLS, and JSON.</summary>
sealed class StageHost : IAsyncDisposable
{
    static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(1);

    readonly WebApplication _application;

    StageHost(WebApplication application, Uri grpc, Uri json) => (_application, Grpc, Json) = (application, grpc, json);

    public Uri Grpc { get; }

    public Uri Json { get; }

    public static async Task<StageHost> StartAsync(Stage stage)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Logging.ClearProviders();
        builder.Services.AddRouting();
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = 2 << 20);
        builder.Services.AddSingleton(stage);
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(host => host.ShutdownTimeout = EndWithin);
        var application = builder.Build();
        application.UseRouting();
        application.MapGrpcService<StageBrokerService>();
        application.MapGrpcService<StageDirectoryService>();
        StageJson.Map(application, stage);
        await application.StartAsync();
        var addresses = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address)).ToList();
        return new StageHost(application, addresses[0], addresses[1]);
    }

    public async ValueTask DisposeAsync()
    {
        using var late = new CancellationTokenSource(EndWithin);
        try
        {
            await _application.StopAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            // A stream of a subject that is about to be ended.
        }
        await _application.DisposeAsync();
    }
}

/// <summary>The calls as JSON (NET-16), and the document by which a broker is known (DIR-17).</summary>
static class StageJson
{
    static readonly JsonParser Parser = new(JsonParser.Settings.Default);

    public static void Map(WebApplication application, Stage stage)
    {
        application.MapGet("/.well-known/act.json", (HttpContext context) => WriteAsync(context, 200, Document(stage)));
        application.MapGet("/health", (HttpContext context) => WriteAsync(context, 200, "{\"status\":\"serving\"}"));
        application.MapPost("/v1/envelopes", async (HttpContext context) =>
        {
            var reply = await stage.TakeAsync(await EnvelopeAsync(context), isQuestion: false, context.RequestAborted);
            if (reply.Lost) context.Abort();
            else if (reply.Refusal is { } refused) await RefuseAsync(context, refused);
            else await WriteAsync(context, 200, JsonFormatter.Default.Format(new SendResponse { Decision = reply.Decision }));
        });
        application.MapPost("/v1/questions", async (HttpContext context) =>
        {
            var envelope = await EnvelopeAsync(context);
            var refused = (await stage.TakeAsync(envelope, isQuestion: true, context.RequestAborted)).Refusal;
            (AskResponse? answer, refused) = refused is null ? stage.Answer(Content.Parser.ParseFrom(envelope.Content)) : (null, refused);
            if (refused is not null) await RefuseAsync(context, refused);
            else await WriteAsync(context, 200, JsonFormatter.Default.Format(answer));
        });
        application.MapGet("/v1/directory/entry", (HttpContext context) =>
            stage.Find(context.Request.Query["id"].ToString()) is { } entry ? WriteAsync(context, 200, JsonFormatter.Default.Format(entry)) : RefuseAsync(context, StageRefusals.Of("agent_unknown")));
        application.MapGet("/v1/directory/sellers", (HttpContext context) =>
            WriteAsync(context, 200, JsonFormatter.Default.Format(new FindSellersResponse { Sellers = { stage.FindSellers(context.Request.Query["capability"].ToString()) } })));
    }

    /// <summary>The document of DIR-17.</summary>
    public static string Document(Stage stage)
    {
        object Key(KeyPair key, string use, bool retired) => retired
            ? new { kty = "OKP", crv = "Ed25519", alg = "EdDSA", use = "sig", x = Base64Url(key.Public), kid = Base64Url(key.Thumbprint), act_use = use, act_id = Stage.Id, act_from_ms = 1L, act_until_ms = 2L }
            : new { kty = "OKP", crv = "Ed25519", alg = "EdDSA", use = "sig", x = Base64Url(key.Public), kid = Base64Url(key.Thumbprint), act_use = use, act_id = Stage.Id, act_from_ms = 1L };
        return JsonSerializer.Serialize(new
        {
            broker = Stage.Id,
            versions = "1.0-1.0",
            play = true,
            arbiter = "",
            keys = new { keys = new[] { Key(stage.ReceiptKey, "receipt", false), Key(stage.RetiredKey, "challenge", true), Key(stage.ChallengeKey, "challenge", false) } },
        });
    }

    static string Base64Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    static async Task<Envelope> EnvelopeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        try
        {
            return Parser.Parse<SendRequest>(await reader.ReadToEndAsync(context.RequestAborted)).Envelope ?? new Envelope();
        }
        catch (InvalidProtocolBufferException)
        {
            return new Envelope();
        }
    }

    static Task RefuseAsync(HttpContext context, Google.Rpc.Status status) => WriteAsync(context, 409, StatusJson(status));

    static string StatusJson(Google.Rpc.Status status) =>
        new JsonFormatter(JsonFormatter.Settings.Default.WithTypeRegistry(Google.Protobuf.Reflection.TypeRegistry.FromMessages(Google.Rpc.ErrorInfo.Descriptor, Google.Rpc.RetryInfo.Descriptor))).Format(status);

    static Task WriteAsync(HttpContext context, int status, string json)
    {
        (context.Response.StatusCode, context.Response.ContentType) = (status, "application/json");
        return context.Response.WriteAsync(json, context.RequestAborted);
    }
}
