using System.Security.Cryptography;
using System.Text;
using ActProtocol.Envelopes;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Bench;

/// <summary>A principal, its agent, and how they seal envelopes. Keys come from the name: every run has the same ones.</summary>
sealed class Party
{
    readonly SigningKey _owner;
    readonly SigningKey _key;
    readonly string _broker;

    public Party(string authority, string name, string broker)
    {
        (Id, OwnerId, _broker) = (ActId.Of(authority, name), ActId.Of(authority, $"{name}-owner"), broker);
        (_owner, _key) = (KeyOf(OwnerId), KeyOf(Id));
        Home = (uint)ActId.BucketOf(OwnerId);
    }

    public string Id { get; }

    public string OwnerId { get; }

    public uint Home { get; }

    public SigningKey Key => _key;

    /// <summary>Digest of the envelope that lodged the mandate; of a buyer only.</summary>
    public ByteString Mandate { get; private set; } = ByteString.Empty;

    /// <summary>Registers both.</summary>
    public async Task EnterAsync(Func<Envelope, Task<Decision>> send)
    {
        await send(Seal(OwnerId, new Content { Register = new Register { Kind = EntryKind.Principal, SigningKey = BytesOf(_owner) } }, _owner));
        await send(Seal(Id, new Content { Register = new Register { Kind = EntryKind.Agent, Principal = OwnerId, SigningKey = BytesOf(_key) } }, _key, _owner));
    }

    /// <summary>The registration of one more agent of this principal.</summary>
    public Envelope SubAgent(string id)
    {
        using var key = KeyOf(id);
        return Seal(id, new Content { Register = new Register { Kind = EntryKind.Agent, Principal = OwnerId, SigningKey = BytesOf(key) } }, key, _owner);
    }

    /// <summary>Funds the principal, and gives the agent a mandate without a total.</summary>
    public async Task EquipAsync(Func<Envelope, Task<Decision>> send)
    {
        await send(Seal(OwnerId, new Content { Fund = new Fund { Account = OwnerId, Amount = Cny(1_000_000_000), Reference = $"bench {Id}" } }, _owner));
        var mandate = new Mandate
        {
            Agent = Id,
            AgentKey = _key.PublicKey.Thumbprint.ToWire(),
            Account = OwnerId,
            Limits = { new CurrencyLimit { Currency = "CNY", PerTransaction = Cny(10) } },
            ValidUntilMs = NowMs + 86_400_000,
        };
        var envelope = Seal(OwnerId, new Content { Mandate = mandate }, _owner);
        await send(envelope);
        Mandate = SignedBytes.DigestOf(envelope.Content.Span).ToWire();
    }

    public Envelope Intent(Party seller) => Seal(Id, new Content
    {
        Header = new Header { Recipients = { seller.Id }, Mandate = Mandate },
        Intent = new Intent
        {
            Words = "One of the usual, please.",
            Budget = Cny(10),
            ExpiresAtMs = NowMs + 600_000,
            Constraint = new Constraint { Compare = new Compare { Attribute = "total", Relation = Relation.AtMost, Value = new Value { Money = Cny(5) } } },
        },
    }, _key);

    public Envelope Quote(Id16 transaction, Digest intent, string buyer, uint home) => Seal(Id, new Content
    {
        Header = Step(transaction, buyer, intent, home),
        Quote = new Quote
        {
            Intent = intent.ToWire(),
            Lines = { new Line { Description = "The usual", Quantity = 1, UnitPrice = Cny(3), Amount = Cny(3) } },
            Total = Cny(3),
            ValidUntilMs = NowMs + 300_000,
            Terms = new Terms { Instant = new Instant(), HoldForMs = 120_000 },
        },
    }, _key);

    public Envelope Lock(Id16 transaction, Digest quote, string seller)
    {
        var content = new Content { Header = Step(transaction, seller, quote, Home), Lock = new V1.Lock { Quote = quote.ToWire() } };
        content.Header.Mandate = Mandate;
        return Seal(Id, content, _key);
    }

    public Envelope Confirm(Id16 transaction, Digest locked, string buyer, uint home) =>
        Seal(Id, new Content { Header = Step(transaction, buyer, locked, home), Confirm = new Confirm() }, _key);

    public Envelope Commit(Id16 transaction, Digest quote, Digest confirmed, string seller) =>
        Seal(Id, new Content { Header = Step(transaction, seller, confirmed, Home), Commit = new Commit { Quote = quote.ToWire() } }, _key);

    /// <summary>A proof for a stream.</summary>
    public ChallengeProof Prove(Challenge challenge) => StreamProof.Sign(challenge, Id, _key);

    static Header Step(Id16 transaction, string to, Digest follows, uint home) =>
        new() { TransactionId = transaction.ToWire(), Recipients = { to }, Follows = follows.ToWire(), Home = home };

    Envelope Seal(string sender, Content content, params ReadOnlySpan<ISigner> signers)
    {
        var header = content.Header ??= new Header();
        var now = TimeProvider.System.GetUtcNow();
        header.VersionMajor = Sealing.Major;
        header.VersionMinor = Sealing.Minor;
        header.MessageId = ByteString.CopyFrom(Guid.CreateVersion7(now).ToByteArray(bigEndian: true));
        header.Sender = sender;
        header.Broker = _broker;
        header.SentAtMs = now.ToUnixTimeMilliseconds();
        // Short, so that the broker need not keep the ids of intents for long.
        header.ExpiresAtMs = header.SentAtMs + 20_000;
        if (header.TransactionId.IsEmpty) header.Home = Home;
        return Sealing.Seal(content, signers);
    }

    static long NowMs => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    static Google.Type.Money Cny(long units) => new() { CurrencyCode = "CNY", Units = units };

    static SigningKey KeyOf(string id) => SigningKey.FromSeed(SHA256.HashData(Encoding.ASCII.GetBytes(id)));

    static ByteString BytesOf(SigningKey key) => ByteString.CopyFrom(key.PublicKey.Bytes.Span);
}
