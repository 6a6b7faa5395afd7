using ActProtocol.Engine.Journal;
using ActProtocol.Engine.Partitions;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ActProtocol.Engine.Hosting;

/// <summary>An engine over a log in memory, and people to act in it.</summary>
sealed class World(IPartitionLog log) : IMailSink
{
    public const string Broker = "act://test/broker";
    public const int Partitions = 4;

    static readonly SigningKey ReceiptKey = SigningKey.FromSeed(new byte[32]);

    readonly Dictionary<string, SigningKey> _keys = [];
    int _messages;

    public JumpingTime Time { get; } = new();

    public EngineHost Host { get; private set; } = null!;

    public List<MailItem> Mails { get; } = [];

    public bool Wants(string agent) => true;

    public void Mail(MailItem item) => Mails.Add(item);

    public async Task StartAsync() => Host = await EngineHost.StartAsync(
        new EngineOptions { Broker = Broker, Authority = "test", Partitions = Partitions, Play = true, ReceiptKey = ReceiptKey },
        log, null, this, Time, NullLogger.Instance, TestContext.Current.CancellationToken);

    /// <summary>A principal <c>NAME-owner</c> and its agent <c>NAME</c>.</summary>
    public async Task EnterAsync(string name)
    {
        await SendAsync($"{name}-owner", new Content { Register = new Register { Kind = EntryKind.Principal, SigningKey = KeyBytes($"{name}-owner") } });
        await SendAsync(name, new Content { Register = new Register { Kind = EntryKind.Agent, Principal = Id($"{name}-owner"), SigningKey = KeyBytes(name) } }, KeyOf($"{name}-owner"));
    }

    public static string Id(string name) => $"act://test/{name}";

    public static string HomeOwner(string name) => name.EndsWith("-owner", StringComparison.Ordinal) ? Id(name) : Id($"{name}-owner");

    public Envelope Seal(string sender, Content content, uint? home = null, params SigningKey[] also)
    {
        var now = Time.GetUtcNow().ToUnixTimeMilliseconds();
        content.Header ??= new Header();
        content.Header.VersionMajor = 1;
        content.Header.MessageId = ByteString.CopyFrom([.. BitConverter.GetBytes(++_messages), .. new byte[12]]);
        content.Header.Sender = Id(sender);
        content.Header.Broker = Broker;
        content.Header.SentAtMs = now;
        content.Header.ExpiresAtMs = now + 3_600_000;
        content.Header.Home = home ?? (uint)ActId.BucketOf(HomeOwner(sender));
        return Sealing.Seal(content, [KeyOf(sender), .. also]);
    }

    public Task<Decision> SendAsync(string sender, Content content, params SigningKey[] also) => SendAsync(Seal(sender, content, null, also));

    /// <summary>The decision; a refusal that is not recorded ends the test.</summary>
    public async Task<Decision> SendAsync(Envelope envelope)
    {
        var (decision, refused) = await TrySendAsync(envelope);
        return decision ?? throw new InvalidOperationException($"Not decided: {refused}");
    }

    public async Task<(Decision? Decision, Refusal? Refused)> TrySendAsync(Envelope envelope)
    {
        var (opened, malformed) = Host.Gate.Read(envelope);
        if (opened is null) return (null, malformed);
        var (verified, refused) = Host.Gate.Verify(opened);
        return verified is null ? (null, refused) : await Host.SendAsync(verified);
    }

    public async Task<Account> AccountAsync(string owner)
    {
        var (opened, _) = Host.Gate.Read(Seal(owner, new Content { Ask = new Ask { Account = new AskAccount { Account = Id(owner) } } }));
        var (verified, _) = Host.Gate.Verify(opened!);
        return (await Host.AskAsync(verified!, TestContext.Current.CancellationToken)).Answer!.Account;
    }

    public SigningKey KeyOf(string name)
    {
        if (!_keys.TryGetValue(name, out var key)) _keys[name] = key = SigningKey.FromSeed(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(name)));
        return key;
    }

    ByteString KeyBytes(string name) => ByteString.CopyFrom(KeyOf(name).PublicKey.Bytes.Span);
}

/// <summary>A clock that can be set wrong: the time of day moves by <see cref="Jump"/>, the monotonic time does not.</summary>
sealed class JumpingTime() : FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero))
{
    public TimeSpan Jump { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Jump;

    public override long GetTimestamp() => base.GetUtcNow().Ticks;
}
