using System.Security.Cryptography;
using System.Text;
using ActProtocol.Envelopes;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Tools;

/// <summary>A principal and its agent. Keys come from the name, so that every process of a test has the same.</summary>
sealed class Trader
{
    const string Broker = "act://local/broker";
    static readonly TimeSpan Lifetime = TimeSpan.FromHours(20);

    readonly SigningKey _owner;
    readonly SigningKey _key;

    public Trader(string name)
    {
        (Id, OwnerId) = ($"act://local/{name}", $"act://local/{name}-owner");
        (_owner, _key) = (KeyOf(OwnerId), KeyOf(Id));
        Home = (uint)ActId.BucketOf(OwnerId);
    }

    public string Id { get; }

    public string OwnerId { get; }

    public uint Home { get; }

    public ByteString Mandate { get; private set; } = ByteString.Empty;

    public static Google.Type.Money Cny(long nanos) => new Ledger.Money(nanos, "CNY").ToWire();

    public static long NowMs => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Registrations, money, and a mandate without a total.</summary>
    public IEnumerable<Envelope> Enter(long units)
    {
        yield return Seal(OwnerId, new Content { Register = new Register { Kind = EntryKind.Principal, SigningKey = BytesOf(_owner) } }, _owner);
        yield return Seal(Id, new Content { Register = new Register { Kind = EntryKind.Agent, Principal = OwnerId, SigningKey = BytesOf(_key) } }, _key, _owner);
        if (units == 0) yield break;
        yield return Fund(units, $"first money of {Id}");
        var mandate = new Mandate
        {
            Agent = Id,
            AgentKey = _key.PublicKey.Thumbprint.ToWire(),
            Account = OwnerId,
            Limits = { new CurrencyLimit { Currency = "CNY" } },
            ValidUntilMs = NowMs + (long)Lifetime.TotalMilliseconds,
        };
        var envelope = Seal(OwnerId, new Content { Mandate = mandate }, _owner);
        Mandate = SignedBytes.DigestOf(envelope.Content.Span).ToWire();
        yield return envelope;
    }

    public Envelope Fund(long units, string reference) => Seal(
        OwnerId, new Content { Fund = new Fund { Account = OwnerId, Amount = Cny(units * 1_000_000_000), Reference = reference } }, _owner);

    public Envelope Seal(Content content) => Seal(Id, content, _key);

    public Envelope Ask(Ask question, uint? home = null) => Seal(Id, new Content { Header = new Header { Home = home ?? Home }, Ask = question }, _key);

    public Envelope AskAsOwner(Ask question) => Seal(OwnerId, new Content { Ask = question }, _owner);

    public ChallengeProof Prove(Challenge challenge) => StreamProof.Sign(challenge, Id, _key);

    Envelope Seal(string sender, Content content, params ReadOnlySpan<ISigner> signers)
    {
        var header = content.Header ??= new Header { Home = Home };
        header.VersionMajor = Sealing.Major;
        header.VersionMinor = Sealing.Minor;
        header.MessageId = ByteString.CopyFrom(Guid.CreateVersion7().ToByteArray(bigEndian: true));
        header.Sender = sender;
        header.Broker = Broker;
        header.SentAtMs = NowMs;
        header.ExpiresAtMs = header.SentAtMs + (long)Lifetime.TotalMilliseconds;
        return Sealing.Seal(content, signers);
    }

    static SigningKey KeyOf(string id) => SigningKey.FromSeed(SHA256.HashData(Encoding.ASCII.GetBytes(id)));

    static ByteString BytesOf(SigningKey key) => ByteString.CopyFrom(key.PublicKey.Bytes.Span);
}
