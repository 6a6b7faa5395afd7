using System.Collections.Immutable;
using ActProtocol.Engine.Journal;
using ActProtocol.Engine.Partitions;
using ActProtocol.Engine.Stored;
using ActProtocol.Engine.Transactions;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;
using Body = ActProtocol.V1.Content.BodyOneofCase;

namespace ActProtocol.Engine.Directory;

/// <summary>Who is who, as a machine of its own beside the partitions.</summary>
/// <remarks>
/// Signatures were checked before: a registration by the key it brings and, for an agent, by its principal's. Here it is decided
/// whether the name is free, whether the signer may, and what follows. A revocation goes to every partition by outbox; the host
/// answers it only when all have recorded it (DIR-09).
/// </remarks>
sealed class DirectoryMachine(int index, string broker, string authority) : Machine(index, broker)
{
    /// <summary>Keys of one entry that are remembered: beyond it the oldest revoked one is forgotten.</summary>
    const int KeysMax = 32;

    /// <summary>Keys of one entry that are not revoked, which the entry brought in by itself: too_many_open. The owner is never bound by it.</summary>
    const int LiveKeysMax = 8;

    const int EntriesMax = 50_000_000;

    readonly Dictionary<string, Entry> _entries = [];
    readonly Dictionary<Digest, string> _keys = [];
    readonly MessageMemory _messages = new();
    readonly Dictionary<string, int> _keptBySender = [];
    readonly SortedSet<(long At, string Id)> _recoveries = new(Comparer<(long At, string Id)>.Create(
        static (a, b) => a.At != b.At ? a.At.CompareTo(b.At) : string.CompareOrdinal(a.Id, b.Id)));

    /// <summary>Entries that the last step changed: what readers are shown once it is durable.</summary>
    public List<Entry> Changed { get; } = [];

    public IEnumerable<Entry> Entries => _entries.Values;

    public int Partitions { get; private set; }

    /// <summary>The next recovery whose public delay is over.</summary>
    public Cause? NextRecovered(long stamp) =>
        _recoveries.Count > 0 && _recoveries.Min.At <= stamp ? Cause.Of("recovered", new Context { Recovered = _recoveries.Min.Id }) : null;

    /// <summary>The position of the record that decided an envelope of the sender; 0 when there is none.</summary>
    public long FindOutcome(string sender, Id16 message) => _messages.Find(sender, message)?.Position ?? 0;

    protected override Verdict Decide(Cause cause, long stamp)
    {
        Changed.Clear();
        if (cause.Envelope is not { } envelope) return DecideStep(cause.Context);

        var sender = envelope.Sender;
        if (_messages.Find(sender, envelope.MessageId) is { } kept)
        {
            return kept.Digest == envelope.Digest ? new Verdict.Repeat(kept.Position) : Drop(ErrorCode.MessageIdReused);
        }
        if (SignedByRevoked(sender, envelope, cause.Context)) return Drop(ErrorCode.KeyRevoked);
        if (stamp >= envelope.ExpiresAtMs) return Drop(ErrorCode.EnvelopeExpired);

        var content = envelope.Content;
        if (IsFull(sender, stamp) && MayWait(content)) return Drop(ErrorCode.QuotaExceeded);
        var refusal = content.BodyCase switch
        {
            Body.Register => Register(sender, content.Register, foreign: false),
            Body.RotateKey => Rotate(sender, content.RotateKey, cause.Context, stamp),
            Body.RevokeKey => Revoke(sender, content.RevokeKey, stamp),
            Body.RecoverKey => Recover(content.RecoverKey, cause.Context, stamp),
            Body.CancelRecovery => CancelRecovery(sender, content.CancelRecovery),
            Body.EnterForeign => EnterForeign(content.EnterForeign, cause.Context),
            Body.UpdateListing => UpdateListing(sender, content.UpdateListing),
            // The clock is the host's, which took the operator's word before this was stamped; the record is who said so, and when.
            Body.AcceptClock => ((OperatorRoles)cause.Context.Roles).HasFlag(OperatorRoles.Rules) ? null : new Refusal(ErrorCode.RoleMissing),
            _ => new Refusal(ErrorCode.BodyUnsupported),
        };
        // A refusal here changes nothing and costs its sender nothing: recorded, anybody could fill the journal.
        if (refusal is not null) return new Verdict.Drop(refusal);

        _messages.Keep(new KeptMessage(sender, envelope.MessageId, envelope.Digest, NextPosition), envelope.ExpiresAtMs, sender);
        CountKept(sender, 1);
        return new Verdict.Take(new Accepted());
    }

    protected override void OnRecorded(long stamp)
    {
        while (_messages.TryForget(stamp, out var sender)) CountKept(sender, -1);
    }

    protected override void WriteState(SnapshotWriter writer)
    {
        writer.Int(Partitions);
        writer.Sorted(_entries, (_, entry) => entry.Write(writer));
        _messages.Write(writer);
    }

    protected override void ReadState(SnapshotReader reader)
    {
        Partitions = (int)reader.Int();
        reader.Each(() => Put(Entry.Read(reader)));
        _messages.Read(reader);
        foreach (var sender in _messages.Accounts) CountKept(sender, 1);
    }

    // Verified just before the revocation was shown: the owner's last word is final all the same (DIR-09).
    bool SignedByRevoked(string sender, OpenedEnvelope envelope, Context context) =>
        IsRevoked(sender, context.Key) || (envelope.Content.Register is { } register && IsRevoked(register.Principal, context.OwnerKey));

    bool IsRevoked(string id, ByteString key) => _entries.TryGetValue(id, out var entry) && entry.Find(Digest.FromWire(key)) is { RevokedAt: not 0 };

    // What an entry can do for ever by itself. What revokes a live key or stops a recovery cannot: nothing keeps anybody from it.
    bool MayWait(Content content) => content.BodyCase switch
    {
        Body.RotateKey or Body.UpdateListing => true,
        Body.RevokeKey => _entries.GetValueOrDefault(content.RevokeKey.Id)?.Find(Digest.FromWire(content.RevokeKey.Key)) is not { RevokedAt: 0 },
        _ => false,
    };

    bool IsFull(string sender, long stamp) =>
        _keptBySender.GetValueOrDefault(sender) is >= EngineLimits.KeptMessagesMax and var kept && kept - _messages.ExpiredOf(sender, stamp) >= EngineLimits.KeptMessagesMax;

    void CountKept(string sender, int change)
    {
        var count = _keptBySender.GetValueOrDefault(sender) + change;
        if (count == 0) _keptBySender.Remove(sender);
        else _keptBySender[sender] = count;
    }

    Verdict DecideStep(Context context)
    {
        switch (context.StepCase)
        {
            case Context.StepOneofCase.Genesis:
                (Partitions, Play) = ((int)context.Genesis.Partitions, context.Genesis.Play);
                break;
            case Context.StepOneofCase.Housekeeping:
                foreach (var taken in context.Housekeeping.Outbox) Outboxes.Forget((int)taken.Destination, taken.Number);
                break;
            case Context.StepOneofCase.Recovered:
                EndRecovery(_entries[context.Recovered]);
                break;
            default:
                throw new InvalidOperationException($"The directory takes no {context.StepCase}.");
        }
        return new Verdict.Take(new Accepted());
    }

    Refusal? Register(string id, Register register, bool foreign)
    {
        if (_entries.Count >= EntriesMax) return new Refusal(ErrorCode.Overloaded);
        var principal = register.Kind is EntryKind.Principal ? id : register.Principal;
        if (register.Kind is EntryKind.Agent && (!_entries.TryGetValue(principal, out var owner) || owner.Kind is not EntryKind.Principal))
        {
            return new Refusal(ErrorCode.AgentUnknown, principal);
        }
        if (!foreign && !ActId.AuthorityOf(id).SequenceEqual(authority)) return new Refusal(ErrorCode.AuthorityForeign);
        if (id == Broker || _entries.ContainsKey(id)) return new Refusal(ErrorCode.NameTaken);
        if (VerifyingKey.TryImport(register.SigningKey.Span) is not { } key || _keys.ContainsKey(key.Thumbprint)) return new Refusal(ErrorCode.KeyUnsuitable);
        Put(new Entry
        {
            Id = id,
            Kind = register.Kind,
            Principal = principal,
            Keys = [new EntryKey(key, register.ValidFromMs, register.ValidUntilMs, 0, default, ByOwner: true)],
            SealingKey = register.SealingKey,
            Listing = register.Listing,
            Foreign = foreign,
        });
        return null;
    }

    Refusal? Rotate(string sender, RotateKey rotate, Context context, long stamp)
    {
        if (!_entries.TryGetValue(rotate.Id, out var entry) || (sender != entry.Id && sender != entry.Principal)) return new Refusal(ErrorCode.AgentUnknown);
        var byOwner = sender == entry.Principal;
        if (!byOwner && entry.Keys.Count(old => old.RevokedAt == 0) >= LiveKeysMax) return new Refusal(ErrorCode.TooManyOpen);
        if (VerifyingKey.TryImport(rotate.SigningKey.Span) is not { } key || _keys.ContainsKey(key.Thumbprint)) return new Refusal(ErrorCode.KeyUnsuitable);

        var last = byOwner ? LastByOwner(entry) : Digest.FromWire(context.Key);
        var keys = entry.Keys;
        // The owner outranks: what a thief rotated in goes with everything else that is older (DIR-08).
        if (byOwner) keys = [.. keys.Select(old => RevokeOne(entry.Id, old, stamp))];
        Put(entry with
        {
            Keys = Bounded(keys.Add(new EntryKey(key, rotate.ValidFromMs, rotate.ValidUntilMs, 0, last, byOwner))),
            SealingKey = rotate.SealingKey.IsEmpty ? entry.SealingKey : rotate.SealingKey,
        });
        if (!byOwner) Announce(new Announced { Name = "key_rotated", Entry = entry.Id, Key = key.Thumbprint.ToWire(), To = { entry.Principal } });
        return null;
    }

    // The owner's last key stays, since mandates follow from it, and every live one: at most LiveKeysMax and the one that comes.
    static ImmutableArray<EntryKey> Bounded(ImmutableArray<EntryKey> keys)
    {
        if (keys.Length <= KeysMax) return keys;
        var last = keys.Last(key => key.ByOwner);
        return keys.Remove(keys.First(key => key.RevokedAt != 0 && key != last));
    }

    // Mandates follow the owner's own line of keys, not what a thief put between.
    static Digest LastByOwner(Entry entry) => entry.Keys.Last(key => key.ByOwner).Key.Thumbprint;

    Refusal? Revoke(string sender, RevokeKey revoke, long stamp)
    {
        if (!_entries.TryGetValue(revoke.Id, out var entry) || (sender != entry.Id && sender != entry.Principal)) return new Refusal(ErrorCode.AgentUnknown);
        var thumbprint = Digest.FromWire(revoke.Key);
        if (entry.Find(thumbprint) is null) return new Refusal(ErrorCode.KeyUnknown);

        Put(entry with { Keys = [.. entry.Keys.Select(key => key.Key.Thumbprint == thumbprint ? RevokeOne(entry.Id, key, stamp) : key)] });
        return null;
    }

    Refusal? Recover(RecoverKey recover, Context context, long stamp)
    {
        if (!((OperatorRoles)context.Roles).HasFlag(OperatorRoles.Keys)) return new Refusal(ErrorCode.RoleMissing);
        if (!_entries.TryGetValue(recover.Id, out var entry)) return new Refusal(ErrorCode.AgentUnknown);
        // The same once more begins the delay anew.
        var again = entry.RecoveryKey?.Bytes.Span.SequenceEqual(recover.SigningKey.Span) ?? false;
        if (VerifyingKey.TryImport(recover.SigningKey.Span) is not { } key || (_keys.ContainsKey(key.Thumbprint) && !again)) return new Refusal(ErrorCode.KeyUnsuitable);

        var at = stamp + context.RecoveryDelayMs;
        Put(entry with { RecoveryKey = key, RecoveryAt = at });
        var announced = new Announced { Name = "recovery_started", Entry = entry.Id, Key = key.Thumbprint.ToWire(), EffectiveMs = at, To = { entry.Principal } };
        // An agent may cancel as well.
        if (entry.Id != entry.Principal) announced.To.Add(entry.Id);
        Announce(announced);
        return null;
    }

    Refusal? CancelRecovery(string sender, CancelRecovery cancel)
    {
        if (!_entries.TryGetValue(cancel.Id, out var entry) || (sender != entry.Id && sender != entry.Principal)) return new Refusal(ErrorCode.AgentUnknown);
        if (entry.RecoveryKey is null) return new Refusal(ErrorCode.RecoveryUnknown);

        Put(entry with { RecoveryKey = null, RecoveryAt = 0 });
        return null;
    }

    void EndRecovery(Entry entry)
    {
        var keys = entry.Keys.Select(key => RevokeOne(entry.Id, key, entry.RecoveryAt)).ToImmutableArray();
        Put(entry with
        {
            // It succeeds no key: an operator's word gives nobody the mandates that a principal gave (MAN-04).
            Keys = Bounded(keys.Add(new EntryKey(entry.RecoveryKey!, 0, 0, 0, default, ByOwner: true))),
            RecoveryKey = null,
            RecoveryAt = 0,
        });
    }

    Refusal? EnterForeign(EnterForeign enter, Context context)
    {
        if (!((OperatorRoles)context.Roles).HasFlag(OperatorRoles.Keys)) return new Refusal(ErrorCode.RoleMissing);
        return ActId.AuthorityOf(enter.Id).SequenceEqual(authority) ? new Refusal(ErrorCode.AuthorityForeign) : Register(enter.Id, enter.Entry, foreign: true);
    }

    // What it replaces stays in the record that brought it in; intents that were drawn by it stand.
    Refusal? UpdateListing(string sender, UpdateListing update)
    {
        if (!_entries.TryGetValue(update.Id, out var entry) || (sender != entry.Id && sender != entry.Principal)) return new Refusal(ErrorCode.AgentUnknown);

        Put(entry with { Listing = update.Listing });
        return null;
    }

    EntryKey RevokeOne(string id, EntryKey key, long stamp)
    {
        if (key.RevokedAt != 0) return key;
        for (var partition = 0; partition < Partitions; partition++)
        {
            Send(partition, new Transfer { KeyRevoked = new() { Id = id, Key = key.Key.Thumbprint.ToWire() } });
        }
        return key with { RevokedAt = stamp };
    }

    // Into the mail of the principal's home, where everything else for it is.
    void Announce(Announced announced) =>
        Send(Partition.PartitionOf(ActId.BucketOf(announced.To[0]), Partitions), new Transfer { Announced = announced });

    void Put(Entry entry)
    {
        if (_entries.TryGetValue(entry.Id, out var old))
        {
            foreach (var key in old.Keys) _keys.Remove(key.Key.Thumbprint);
            if (old.RecoveryKey is not null)
            {
                _recoveries.Remove((old.RecoveryAt, old.Id));
                _keys.Remove(old.RecoveryKey.Thumbprint);
            }
        }
        _entries[entry.Id] = entry;
        Changed.Add(entry);
        foreach (var key in entry.Keys) _keys[key.Key.Thumbprint] = entry.Id;
        if (entry.RecoveryKey is null) return;
        _recoveries.Add((entry.RecoveryAt, entry.Id));
        // Shown to everybody while it waits, so nobody else may bring it in, and then revoke it.
        _keys[entry.RecoveryKey.Thumbprint] = entry.Id;
    }

    static Verdict Drop(ErrorCode code) => new Verdict.Drop(new Refusal(code));
}
