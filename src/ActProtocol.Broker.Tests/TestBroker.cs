using ActProtocol.Broker.Hosting;
using ActProtocol.Envelopes;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActProtocol.Broker;

/// <summary>A whole broker in this process, on free ports of loopback, and people to act in it.</summary>
sealed class TestBroker : IAsyncDisposable
{
    readonly BrokerHost _host;
    readonly TimeProvider _time;
    readonly Dictionary<string, SigningKey> _keys = [];
    readonly string _run = Guid.CreateVersion7().ToString("N");
    int _messages;

    TestBroker(BrokerHost host, TimeProvider time)
    {
        (_host, _time) = (host, time);
        Channel = NewChannel();
        Http = new HttpClient { BaseAddress = new Uri(host.Json), Timeout = TimeSpan.FromSeconds(30) };
    }

    public BrokerHost Host => _host;

    public string Id => _host.Id;

    public required string Data { get; init; }

    public GrpcChannel Channel { get; }

    public HttpClient Http { get; }

    public BrokerService.BrokerServiceClient Broker => new(Channel);

    public DirectoryService.DirectoryServiceClient Directory => new(Channel);

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<TestBroker> StartAsync(Func<BrokerOptions, BrokerOptions>? change = null, TimeProvider? time = null, Action<ILoggingBuilder>? logging = null, Action<IServiceCollection>? services = null)
    {
        var options = new BrokerOptions { Data = NewFolder(), Port = 0, JsonPort = 0, Play = true, Partitions = 4, LogLevel = LogLevel.Warning };
        options = change?.Invoke(options) ?? options;
        var clock = time ?? TimeProvider.System;
        return new TestBroker(await BrokerHost.StartAsync(options, clock, Stop, logging, services), clock) { Data = options.Data };
    }

    public static string NewFolder() => System.IO.Directory.CreateTempSubdirectory("act-broker-tests-").FullName;

    /// <summary>Another connection.</summary>
    public GrpcChannel NewChannel() => GrpcChannel.ForAddress(_host.Grpc, new GrpcChannelOptions { MaxReceiveMessageSize = 2 << 20 });

    /// <summary>A principal <c>NAME-owner</c> and its agent <c>NAME</c>.</summary>
    public async Task<string> EnterAsync(string name, Listing? listing = null)
    {
        await SendAsync($"{name}-owner", new Content { Register = new Register { Kind = EntryKind.Principal, SigningKey = KeyBytes($"{name}-owner") } });
        var agent = new Register { Kind = EntryKind.Agent, Principal = IdOf($"{name}-owner"), SigningKey = KeyBytes(name), Listing = listing };
        await SendAsync(name, new Content { Register = agent }, KeyOf($"{name}-owner"));
        return IdOf(name);
    }

    public static string IdOf(string name) => $"act://local/{name}";

    public Envelope Seal(string sender, Content content, params SigningKey[] also)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        content.Header ??= new Header();
        content.Header.VersionMajor = 1;
        if (content.Header.MessageId.IsEmpty) content.Header.MessageId = ByteString.CopyFrom([.. BitConverter.GetBytes(Interlocked.Increment(ref _messages)), .. new byte[12]]);
        content.Header.Sender = IdOf(sender);
        content.Header.Broker = Id;
        content.Header.SentAtMs = now;
        content.Header.ExpiresAtMs = now + 3_600_000;
        content.Header.Home = (uint)ActId.BucketOf(sender.EndsWith("-owner", StringComparison.Ordinal) ? IdOf(sender) : IdOf($"{sender}-owner"));
        return Sealing.Seal(content, [KeyOf(sender), .. also]);
    }

    /// <summary>Play money for a principal: the cheapest step that is decided and mailed to its sender.</summary>
    public Envelope Fund(string owner, string reference) => Seal(owner, new Content
    {
        Fund = new Fund { Account = IdOf(owner), Amount = new() { CurrencyCode = "CNY", Units = 1 }, Reference = reference },
    });

    public async Task<Decision> SendAsync(string sender, Content content, params SigningKey[] also) =>
        (await Broker.SendAsync(new SendRequest { Envelope = Seal(sender, content, also) }, cancellationToken: Stop)).Decision;

    /// <summary>By the operator whose key the broker made.</summary>
    public Task<Decision> SendAsOperatorAsync(Content content)
    {
        lock (_keys) _keys["operator"] = SigningKey.FromSeed(Convert.FromHexString(File.ReadAllText(Path.Combine(Data, "keys", "operator.key")).Trim()));
        return SendAsync("operator", content);
    }

    public SigningKey KeyOf(string name)
    {
        lock (_keys)
        {
            if (!_keys.TryGetValue(name, out var key)) _keys[name] = key = SigningKey.FromSeed(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes($"{_run}{name}")));
            return key;
        }
    }

    public ByteString KeyBytes(string name) => ByteString.CopyFrom(KeyOf(name).PublicKey.Bytes.Span);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Channel.Dispose();
        await _host.DisposeAsync();
    }
}
