using ActProtocol.Envelopes;
using ActProtocol.Journal;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Record = ActProtocol.V1.Record;

namespace ActProtocol.Client;

/// <summary>A broker that says what a test has it say: what no honest broker would, and what an honest one says seldom.</summary>
sealed class ScriptedBroker : IAsyncDisposable
{
    const string Id = "act://local/broker";

    readonly SigningKey _receipts = SigningKey.Create();
    readonly SigningKey _challenges = SigningKey.Create();
    readonly WebApplication _app;

    ScriptedBroker(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    public BrokerInfo Info => new(Id, [_receipts.PublicKey], [_challenges.PublicKey]);

    /// <summary>Answers envelopes; null leaves them unanswered.</summary>
    public Func<Envelope, Task<Decision?>>? OnSend { get; set; }

    /// <summary>What each stream does once its agent has proved itself.</summary>
    public Func<IAsyncStreamReader<ConnectRequest>, IServerStreamWriter<ConnectResponse>, CancellationToken, Task>? OnStream { get; set; }

    /// <summary>Bytes that the next streams get instead of any of that, as they are.</summary>
    public Queue<byte[]> Raw { get; } = new();

    public ActClient NewClient(BrokerInfo? info = null) => new(
        new ActClientOptions { Address = Address, FirstWait = TimeSpan.FromMilliseconds(1), LongestWait = TimeSpan.FromMilliseconds(5), AnswerWithin = TimeSpan.FromSeconds(1), AttemptsMax = 3 },
        info ?? Info);

    /// <summary>Somebody whose key this broker's directory does not know.</summary>
    public static ActIdentity Somebody(string name = "somebody") => new($"act://local/{name}", "act://local/owner", SigningKey.Create());

    public static async Task<ScriptedBroker> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        ScriptedBroker? broker = null;
        builder.Services.AddSingleton(_ => broker!);
        var app = builder.Build();
        broker = new ScriptedBroker(app);
        app.Use(async (context, next) =>
        {
            if (!context.Request.Path.Value!.EndsWith("/Connect", StringComparison.Ordinal) || !broker.Raw.TryDequeue(out var raw))
            {
                await next();
                return;
            }
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(raw);
        });
        app.MapGrpcService<Service>();
        app.MapGrpcService<NobodyKnown>();
        await app.StartAsync();
        return broker;
    }

    /// <summary>Records with proofs that hold.</summary>
    public Receipt[] Prove(params Record[] records) => new BatchProver(Id, _receipts).Prove([.. records.Select(record => (ReadOnlyMemory<byte>)record.ToByteArray())]);

    /// <summary>A delivery of a record, with its position for a cursor.</summary>
    public static Delivery Deliver(ActIdentity to, Record record, Receipt receipt, uint attempt = 1) =>
        new() { Agent = to.Id, Receipt = receipt, Cursor = ByteString.CopyFromUtf8($"{record.Position}"), Attempt = attempt };

    /// <summary>A step of the broker's own in a transaction.</summary>
    public static Record Step(ulong position, UInt128 transaction) => new()
    {
        Broker = Id,
        Position = position,
        StampMs = 1_000,
        Step = new BrokerStep { Kind = StepKind.Settle, TransactionId = new Id16(transaction).ToWire() },
        Decision = new Decision { Accepted = new Accepted { State = TransactionState.Settled } },
    };

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _receipts.Dispose();
        _challenges.Dispose();
    }

    Challenge NewChallenge()
    {
        var challenge = new Challenge { Broker = Id, Nonce = ByteString.CopyFrom(new byte[32]), ExpiresAtMs = long.MaxValue };
        challenge.Signature = ByteString.CopyFrom(_challenges.Sign(SignedBytes.Of(SignedBytes.ChallengeTag, challenge.ToByteArray())));
        challenge.Key = _challenges.PublicKey.Thumbprint.ToWire();
        return challenge;
    }

    sealed class Service(ScriptedBroker broker) : BrokerService.BrokerServiceBase
    {
        public override async Task<SendResponse> Send(SendRequest request, ServerCallContext context)
        {
            if (await broker.OnSend!(request.Envelope) is { } decision) return new SendResponse { Decision = decision };
            await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
            throw new InvalidOperationException();
        }

        public override async Task Connect(IAsyncStreamReader<ConnectRequest> requests, IServerStreamWriter<ConnectResponse> responses, ServerCallContext context)
        {
            await responses.WriteAsync(new ConnectResponse { Challenge = broker.NewChallenge() }, context.CancellationToken);
            if (!await requests.MoveNext(context.CancellationToken)) return;
            var agent = ProofBody.Parser.ParseFrom(requests.Current.Proofs.Single().Body).Agent;
            await responses.WriteAsync(new ConnectResponse { Proven = { agent } }, context.CancellationToken);
            await broker.OnStream!(requests, responses, context.CancellationToken);
        }
    }

    sealed class NobodyKnown : DirectoryService.DirectoryServiceBase
    {
        public override Task<DirectoryEntry> GetEntry(GetEntryRequest request, ServerCallContext context) =>
            throw new Errors.Refusal(ErrorCode.AgentUnknown).ToWire().ToRpcException();
    }
}
