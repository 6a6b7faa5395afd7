using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Stored;
using ActProtocol.Envelopes;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Engine.Partitions;

/// <summary>What one account may leave outside transactions until it expires.</summary>
public sealed class KeptAnswersTests
{
    const long Now = 1_800_000_000_000;
    const long LifeMs = 3_600_000;

    readonly SigningKey _key = SigningKey.FromSeed(new byte[32]);
    readonly EnvelopeReader _reader = new(World.Broker);
    readonly Partition _partition = new(0, World.Broker);
    int _messages;

    [Fact]
    public void An_account_alone_in_its_partition_has_room_again_once_something_has_expired()
    {
        _partition.Execute(Cause.Of("genesis", new Context { Genesis = new Genesis { Partitions = 1, Play = true } }), Now);
        // Half of them expire a second later than the others.
        while (_messages < EngineLimits.KeptMessagesMax) Assert.Null(Fund(Now + (_messages % 2 * 1_000)));
        Assert.Equal(ErrorCode.QuotaExceeded, Fund(Now + 1_000));
        Assert.Equal(ErrorCode.QuotaExceeded, Fund(Now + LifeMs - 1));

        // Nothing was recorded meanwhile that would have made the partition forget.
        for (var i = 0; i < EngineLimits.KeptMessagesMax / 2; i++) Assert.Null(Fund(Now + LifeMs));
        Assert.Equal(ErrorCode.QuotaExceeded, Fund(Now + LifeMs));
    }

    ErrorCode? Fund(long at)
    {
        var (owner, number) = (World.Id("a"), ++_messages);
        var content = new Content
        {
            Header = new Header
            {
                VersionMajor = 1,
                MessageId = ByteString.CopyFrom([.. BitConverter.GetBytes(number), .. new byte[12]]),
                Sender = owner,
                Broker = World.Broker,
                SentAtMs = at,
                ExpiresAtMs = at + LifeMs,
                Home = (uint)ActId.BucketOf(owner),
            },
            Fund = new Fund { Account = owner, Amount = new() { CurrencyCode = "CNY", Units = 1 }, Reference = $"{number}" },
        };
        var (opened, refused) = _reader.Read(Sealing.Seal(content, _key), at);
        Assert.Null(refused);
        var context = new Context { Principal = owner, Parties = { new Stored.Party { Id = owner, Principal = owner } } };
        return _partition.Execute(Cause.Of(new VerifiedEnvelope(opened!, context, new byte[Machine.SaltLength])), Math.Max(at, _partition.Stamp)).NotRecorded?.Code;
    }
}
