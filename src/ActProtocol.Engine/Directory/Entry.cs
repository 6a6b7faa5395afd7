using System.Collections.Immutable;
using ActProtocol.Engine.Journal;
using ActProtocol.Envelopes;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Engine.Directory;

/// <summary>An id of the directory, as it stands. Never changed: a step replaces it, so readers need no lock.</summary>
sealed record Entry
{
    public required string Id { get; init; }

    public required EntryKind Kind { get; init; }

    /// <summary>The principal it acts for; a principal's own id.</summary>
    public required string Principal { get; init; }

    /// <summary>Oldest first; the last that was not revoked is the present one.</summary>
    public required ImmutableArray<EntryKey> Keys { get; init; }

    public ByteString SealingKey { get; init; } = ByteString.Empty;

    public Listing? Listing { get; init; }

    /// <summary>A recovery that waits: the new key, and when it takes effect.</summary>
    public VerifyingKey? RecoveryKey { get; init; }

    public long RecoveryAt { get; init; }

    public bool Foreign { get; init; }

    public EntryKey? Find(Digest thumbprint)
    {
        foreach (var key in Keys)
        {
            if (key.Key.Thumbprint == thumbprint) return key;
        }
        return null;
    }

    public DirectoryEntry ToWire(Standing standing)
    {
        var wire = new DirectoryEntry
        {
            Id = Id,
            Kind = Kind,
            // Inside, a principal is its own; to the world it acts for nobody.
            Principal = Kind is EntryKind.Principal ? "" : Principal,
            SealingKey = SealingKey,
            Listing = Listing,
            Standing = standing,
            RecoveryKey = RecoveryKey is null ? ByteString.Empty : ByteString.CopyFrom(RecoveryKey.Bytes.Span),
            RecoveryAtMs = RecoveryAt,
            Foreign = Foreign,
        };
        foreach (var key in Keys.Reverse()) wire.Keys.Add(key.ToWire());
        return wire;
    }

    public void Write(SnapshotWriter writer)
    {
        writer.Text(Id);
        writer.Int((long)Kind);
        writer.Text(Principal);
        writer.List(Keys, key => key.Write(writer));
        writer.Bytes(SealingKey.Span);
        writer.Message(Listing);
        writer.Bytes(RecoveryKey is null ? [] : RecoveryKey.Bytes.Span);
        writer.Int(RecoveryAt);
        writer.Bool(Foreign);
    }

    public static Entry Read(SnapshotReader reader)
    {
        var (id, kind, principal) = (reader.Text(), (EntryKind)reader.Int(), reader.Text());
        var keys = ImmutableArray.CreateBuilder<EntryKey>();
        reader.Each(() => keys.Add(EntryKey.Read(reader)));
        return new Entry
        {
            Id = id,
            Kind = kind,
            Principal = principal,
            Keys = keys.ToImmutable(),
            SealingKey = ByteString.CopyFrom(reader.Bytes()),
            Listing = reader.Message(Listing.Parser),
            RecoveryKey = VerifyingKey.FromJournal(reader.Bytes()),
            RecoveryAt = reader.Int(),
            Foreign = reader.Bool(),
        };
    }
}

/// <summary>One key of an entry.</summary>
/// <param name="ValidUntil">0: without end.</param>
/// <param name="RevokedAt">0: not revoked.</param>
/// <param name="Succeeds">The thumbprint of the key it replaced; zero for the first.</param>
/// <param name="ByOwner">The owner signed that rotation, or a recovery took effect.</param>
sealed record EntryKey(VerifyingKey Key, long ValidFrom, long ValidUntil, long RevokedAt, Digest Succeeds, bool ByOwner)
{
    public DirectoryKey ToWire() => new()
    {
        Thumbprint = Key.Thumbprint.ToWire(),
        SigningKey = ByteString.CopyFrom(Key.Bytes.Span),
        ValidFromMs = ValidFrom,
        ValidUntilMs = ValidUntil,
        RevokedAtMs = RevokedAt,
    };

    public void Write(SnapshotWriter writer)
    {
        writer.Bytes(Key.Bytes.Span);
        writer.Int(ValidFrom);
        writer.Int(ValidUntil);
        writer.Int(RevokedAt);
        writer.Digest(Succeeds);
        writer.Bool(ByOwner);
    }

    public static EntryKey Read(SnapshotReader reader) =>
        new(VerifyingKey.FromJournal(reader.Bytes())!, reader.Int(), reader.Int(), reader.Int(), reader.Digest(), reader.Bool());
}
