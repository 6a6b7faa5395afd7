using ActProtocol.Envelopes;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.Net.Client;

namespace ActProtocol.Broker;

/// <summary>Principals and what they seal, for brokers that are processes of their own. Safe for use by many threads.</summary>
sealed class Parties(string broker)
{
    readonly string _run = Guid.CreateVersion7().ToString("N");
    int _messages;

    public SigningKey KeyOf(string name) => SigningKey.FromSeed(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes($"{_run}{name}")));

    public async Task RegisterAsync(string grpc, string name)
    {
        using var channel = GrpcChannel.ForAddress(grpc);
        var register = new Register { Kind = EntryKind.Principal, SigningKey = ByteString.CopyFrom(KeyOf(name).PublicKey.Bytes.Span) };
        await new BrokerService.BrokerServiceClient(channel).SendAsync(new SendRequest { Envelope = Seal(name, new Content { Register = register }) }, cancellationToken: TestBroker.Stop);
    }

    public Envelope Fund(string name) => Seal(name, new Content
    {
        Fund = new Fund { Account = TestBroker.IdOf(name), Amount = new() { CurrencyCode = "CNY", Units = 1 }, Reference = $"{_run}-{Interlocked.Increment(ref _messages)}" },
    });

    public ChallengeProof Prove(string name, Challenge challenge) => StreamProof.Sign(challenge, TestBroker.IdOf(name), KeyOf(name));

    public Envelope Seal(string name, Content content, SigningKey? with = null)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        content.Header = new Header
        {
            VersionMajor = 1,
            MessageId = ByteString.CopyFrom(Guid.CreateVersion7().ToByteArray()),
            Sender = TestBroker.IdOf(name),
            Broker = broker,
            SentAtMs = now,
            ExpiresAtMs = now + 3_600_000,
            Home = (uint)ActId.BucketOf(TestBroker.IdOf(name)),
        };
        return Sealing.Seal(content, with ?? KeyOf(name));
    }
}
