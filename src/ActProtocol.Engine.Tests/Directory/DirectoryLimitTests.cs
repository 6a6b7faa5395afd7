using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Journal;
using ActProtocol.Engine.Partitions;
using ActProtocol.Engine.Stored;
using ActProtocol.Envelopes;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Engine.Directory;

/// <summary>What one sender may leave in the directory until it expires.</summary>
public sealed class DirectoryLimitTests
{
    const long Now = 1_800_000_000_000;

    readonly SigningKey _key = SigningKey.FromSeed(new byte[32]);
    readonly EnvelopeReader _reader = new(World.Broker);
    readonly DirectoryMachine _machine = new(0, World.Broker, "test");
    ByteString _present;
    int _count;
    int _messages;

    public DirectoryLimitTests() => _present = ByteString.CopyFrom(_key.PublicKey.Bytes.Span);

    [Fact]
    public void Rotations_without_end_are_refused_and_a_revocation_never_is()
    {
        Assert.Null(Take(_machine, new Content { Register = new Register { Kind = EntryKind.Principal, SigningKey = _present } }));
        while (_count < EngineLimits.KeptMessagesMax - 1) Assert.Null(Rotate(_machine));
        Assert.Equal(ErrorCode.QuotaExceeded, Rotate(_machine));

        // A machine that was restored from a snapshot says the same.
        var restored = new DirectoryMachine(0, World.Broker, "test");
        var writer = new SnapshotWriter();
        _machine.WriteSnapshot(writer);
        restored.ReadSnapshot(new SnapshotReader(writer.Written));
        Assert.Equal(ErrorCode.QuotaExceeded, Rotate(restored));

        var revoke = new Content { RevokeKey = new RevokeKey { Id = World.Id("a"), Key = VerifyingKey.TryImport(_present.Span)!.Thumbprint.ToWire() } };
        Assert.Null(Take(_machine, revoke.Clone()));
        // Once is enough.
        Assert.Equal(ErrorCode.QuotaExceeded, Take(_machine, revoke.Clone()));
        // What has expired makes room.
        Assert.Null(Rotate(_machine, Now + 3_600_000));
    }

    ErrorCode? Rotate(DirectoryMachine machine, long stamp = Now)
    {
        var seed = new byte[32];
        BitConverter.TryWriteBytes(seed, ++_count);
        using var next = SigningKey.FromSeed(seed);
        var key = ByteString.CopyFrom(next.PublicKey.Bytes.Span);
        var fault = Take(machine, new Content { RotateKey = new RotateKey { Id = World.Id("a"), SigningKey = key } }, stamp);
        if (fault is null) _present = key;
        else _count--;
        return fault;
    }

    ErrorCode? Take(DirectoryMachine machine, Content content, long stamp = Now)
    {
        content.Header = new Header
        {
            VersionMajor = 1,
            MessageId = ByteString.CopyFrom([.. BitConverter.GetBytes(++_messages), .. new byte[12]]),
            Sender = World.Id("a"),
            Broker = World.Broker,
            SentAtMs = stamp,
            ExpiresAtMs = stamp + 3_600_000,
            Home = (uint)ActId.BucketOf(World.Id("a")),
        };
        var (opened, refused) = _reader.Read(Sealing.Seal(content, _key), stamp);
        Assert.Null(refused);
        return machine.Execute(Cause.Of(new VerifiedEnvelope(opened!, new Context(), new byte[Machine.SaltLength])), stamp).NotRecorded?.Code;
    }
}
