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

    public static readonly SigningKey ReceiptKey = SigningKey.FromSeed(new byte[32]);

    readonly Dictionary<string, SigningKey> _keys = [];
    readonly List<MailItem> _mails = [];
    int _messages;

    public JumpingTime Time { get; } = new();

    public EngineHost Host { get; private set; } = null!;

    /// <summary>What was delivered so far; the loop may be about to add to it.</summary>
    public IReadOnlyList<MailItem> Mails
    {
        get
        {
            lock (_mails) return [.. _mails];
        }
    }

    /// <summary>What <see cref="StartAsync"/> changes of the usual options.</summary>
    public Func<EngineOptions, EngineOptions> Change { get; init; } = options => options;

    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    public bool Wants(string agent) => true;

    public void Mail(MailItem item)
    {
        lock (_mails) _mails.Add(item);
    }

    public void ForgetMails()
    {
        lock (_mails) _mails.Clear();
    }

    /// <summary>Two operators: <c>cashier</c> may fund, <c>locksmith</c> may bring in keys; and <c>umpire</c> resolves where an intent names nobody.</summary>
    public async Task StartAsync() => Host = await EngineHost.StartAsync(
        Change(new EngineOptions
        {
            Broker = Broker,
            Authority = "test",
            Partitions = Partitions,
            Play = true,
            ReceiptKey = ReceiptKey,
            DefaultArbiter = Id("umpire"),
            Operators = new Dictionary<string, (VerifyingKey, OperatorRoles)>
            {
                [Id("cashier")] = (KeyOf("cashier").PublicKey, OperatorRoles.Fund),
                [Id("locksmith")] = (KeyOf("locksmith").PublicKey, OperatorRoles.Keys),
            },
        }),
        log, null, this, Time, NullLogger.Instance, TestContext.Current.CancellationToken);

    /// <summary>A principal <c>NAME-owner</c> and its agent <c>NAME</c>.</summary>
    public async Task EnterAsync(string name, Listing? listing = null)
    {
        await EnterOwnerAsync(name);
        await EnterAgentAsync(name, $"{name}-owner", listing);
    }

    public Task EnterOwnerAsync(string name) =>
        SendAsync($"{name}-owner", new Content { Register = new Register { Kind = EntryKind.Principal, SigningKey = KeyBytes($"{name}-owner") } });

    public Task EnterAgentAsync(string name, string owner, Listing? listing = null) => SendAsync(
        name, new Content { Register = new Register { Kind = EntryKind.Agent, Principal = Id(owner), SigningKey = KeyBytes(name), Listing = listing } }, KeyOf(owner));

    public static string Id(string name) => $"act://test/{name}";

    public static string HomeOwner(string name) => name.EndsWith("-owner", StringComparison.Ordinal) ? Id(name) : Id($"{name}-owner");

    public static uint HomeOf(string owner) => (uint)ActId.BucketOf(Id(owner));

    /// <summary>Signs by the sender's key, and by others; what the test has set in the header stays, the rest is filled in.</summary>
    public Envelope Seal(string sender, Content content, uint? home = null, params SigningKey[] also)
    {
        Fill(sender, content, home);
        return Sealing.Seal(content, [KeyOf(sender), .. also]);
    }

    public Content Fill(string sender, Content content, uint? home = null)
    {
        var now = NowMs;
        var header = content.Header ??= new Header();
        if (header.VersionMajor == 0) header.VersionMajor = 1;
        header.MessageId = ByteString.CopyFrom([.. BitConverter.GetBytes(++_messages), .. new byte[12]]);
        header.Sender = Id(sender);
        header.Broker = Broker;
        header.SentAtMs = now;
        header.ExpiresAtMs = now + 3_600_000;
        header.Home = home ?? (uint)ActId.BucketOf(HomeOwner(sender));
        return content;
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

    /// <summary>Answers a question, as a stream or a unary call would.</summary>
    public async Task<(AskResponse? Answer, Refusal? Refused)> AskAsync(string sender, Ask ask, uint? home = null)
    {
        var (opened, malformed) = Host.Gate.Read(Seal(sender, new Content { Ask = ask }, home));
        if (opened is null) return (null, malformed);
        var (verified, refused) = Host.Gate.Verify(opened);
        return verified is null ? (null, refused) : await Host.AskAsync(verified, TestContext.Current.CancellationToken);
    }

    public async Task<Account> AccountAsync(string owner) => (await AskAsync(owner, new Ask { Account = new AskAccount { Account = Id(owner) } })).Answer!.Account;

    /// <summary>Lets time pass: what is sent after it is stamped with the new time.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        Time.Advance(time);
        // The loop may be within a round that began before; a question goes to its end.
        await TurnAsync();
    }

    /// <summary>Once round the loop: what waits between the partitions goes one step on.</summary>
    public Task TurnAsync() => Host.StandingAsync("act://test/nobody");

    /// <summary>A credit takes one turn, a refund with its answer two, and what was forgotten in the outboxes a last one.</summary>
    public async Task TransfersAsync()
    {
        for (var turn = 0; turn < 6; turn++) await TurnAsync();
    }

    public SigningKey KeyOf(string name)
    {
        lock (_keys)
        {
            if (!_keys.TryGetValue(name, out var key)) _keys[name] = key = SigningKey.FromSeed(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(name)));
            return key;
        }
    }

    /// <summary>Somebody signs with another key from now on.</summary>
    public void UseKey(string name, SigningKey key) => _keys[name] = key;

    public ByteString KeyBytes(string name) => BytesOf(KeyOf(name));

    public static ByteString BytesOf(SigningKey key) => ByteString.CopyFrom(key.PublicKey.Bytes.Span);
}

/// <summary>A clock that can be set wrong: the time of day moves by <see cref="Jump"/>, the monotonic time does not.</summary>
sealed class JumpingTime() : FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero))
{
    TaskCompletionSource? _waited;

    public TimeSpan Jump { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Jump;

    public override long GetTimestamp() => base.GetUtcNow().Ticks;

    /// <summary>Done when somebody begins to wait for time to pass.</summary>
    public Task WaitedForAsync()
    {
        var waited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _waited, waited);
        return waited.Task;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Exchange(ref _waited, null)?.SetResult();
        return base.CreateTimer(callback, state, dueTime, period);
    }
}
