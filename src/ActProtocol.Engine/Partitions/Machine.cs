using ActProtocol.Engine.Journal;
using ActProtocol.Engine.Stored;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Engine.Partitions;

/// <summary>A deterministic state machine over a log: the partitions, and the directory.</summary>
/// <remarks>
/// One cause gives at most one record, and state changes only by causes that are recorded. So replay is to execute the causes of
/// the records again, at their stamps, and to get the same records byte for byte; anything else is a fault and stops the partition.
/// No clock, no randomness, no I/O, no floats in here.
/// </remarks>
abstract class Machine(int index, string broker)
{
    public const int SaltLength = 16;

    static readonly ByteString NoDigest = ByteString.Empty;

    readonly List<(string Agent, long Position)> _mail = [];
    readonly List<Transfer> _sent = [];
    byte[] _scratch = [];
    CauseReader? _causes;

    /// <summary>The number of this partition; the directory's is the number of partitions.</summary>
    public int Index { get; } = index;

    public string Broker { get; } = broker;

    public bool Play { get; protected set; }

    /// <summary>The last record's position; 0 before the first.</summary>
    public long Position { get; private set; }

    /// <summary>The last record's stamp.</summary>
    public long Stamp { get; private set; }

    public ReadOnlyMemory<byte> Head { get; private set; } = JournalEntry.Genesis;

    public Outboxes Outboxes { get; } = new();

    /// <summary>Executes one cause at a stamp that is not before the last.</summary>
    public StepResult Execute(Cause cause, long stamp)
    {
        var verdict = DecideAt(cause, stamp);
        return verdict switch
        {
            Verdict.Repeat repeat => new StepResult { RepeatOf = repeat.Position },
            Verdict.Drop drop => new StepResult { NotRecorded = drop.Refusal },
            _ => Write(cause, stamp, DecisionOf(verdict)!),
        };
    }

    /// <summary>Executes the cause of a record again.</summary>
    /// <remarks>The log has verified that the record's bytes are the ones that its head vouches for. So nothing is serialised and hashed
    /// again but the decision, which must come out the same.</remarks>
    /// <exception cref="JournalCorruptException">It does not give the same record.</exception>
    public void Replay(JournalEntry entry)
    {
        var record = RecordView.Of(entry.Record.Span);
        // The chain covers the record alone, and the record its private part: looked at before anything of that is parsed.
        if (!entry.Private.IsEmpty || !record.PrivateDigest.IsEmpty)
        {
            Span<byte> digest = stackalloc byte[Sha256.Length];
            Sha256.Hash(entry.Private.Span, digest);
            if (!record.PrivateDigest.SequenceEqual(digest))
            {
                throw new JournalCorruptException(Index, entry.Position, "the private part is not the one that the record names");
            }
        }
        if (!IsNext(record, entry)) throw new JournalCorruptException(Index, entry.Position, "the record does not follow the one before");

        var decision = DecisionOf(DecideAt((_causes ??= new()).Read(record, entry.Private), record.Stamp));
        if (decision is null || !record.Decision.SequenceEqual(Serialised(decision)) || record.Play != Play)
        {
            throw new JournalCorruptException(Index, entry.Position, "deciding the record again gives another record");
        }
        (Position, Stamp, Head) = (entry.Position, record.Stamp, entry.Head);
        OnRecorded(Stamp);
    }

    public void WriteSnapshot(SnapshotWriter writer)
    {
        writer.Int(Position);
        writer.Int(Stamp);
        writer.Digest(new Digest(Head.Span));
        writer.Bool(Play);
        Outboxes.Write(writer);
        WriteState(writer);
    }

    public void ReadSnapshot(SnapshotReader reader)
    {
        Position = reader.Int();
        Stamp = reader.Int();
        Head = reader.Digest().ToArray();
        Play = reader.Bool();
        Outboxes.Read(reader);
        ReadState(reader);
    }

    protected abstract Verdict Decide(Cause cause, long stamp);

    /// <summary>What time alone does to the state happens here, and only with a record.</summary>
    protected virtual void OnRecorded(long stamp)
    {
    }

    protected abstract void WriteState(SnapshotWriter writer);

    protected abstract void ReadState(SnapshotReader reader);

    /// <summary>The position that the record of the present cause gets.</summary>
    protected long NextPosition => Position + 1;

    protected void Deliver(string agent, long position) => _mail.Add((agent, position));

    protected void Send(int destination, Transfer transfer)
    {
        transfer.Source = (uint)Index;
        transfer.Destination = (uint)destination;
        Outboxes.Put(transfer);
        _sent.Add(transfer);
    }

    // Null when the verdict makes no record.
    static Decision? DecisionOf(Verdict verdict) => verdict switch
    {
        Verdict.Take taken => new Decision { Accepted = taken.Accepted },
        Verdict.Refuse refused => new Decision { Refused = refused.Refusal.ToWire(decided: true) },
        _ => null,
    };

    // To be looked at and forgotten.
    ReadOnlySpan<byte> Serialised(Decision decision)
    {
        var size = decision.CalculateSize();
        if (_scratch.Length < size) _scratch = new byte[2 * size];
        decision.WriteTo(_scratch.AsSpan(0, size));
        return _scratch.AsSpan(0, size);
    }

    bool IsNext(in RecordView record, JournalEntry entry) =>
        record.IsBy(Broker) && record.Partition == Index && record.Position == entry.Position && entry.Position == Position + 1
        && record.Stamp >= Stamp && record.Previous.SequenceEqual(Head.Span);

    Verdict DecideAt(Cause cause, long stamp)
    {
        if (stamp < Stamp) throw new InvalidOperationException($"A stamp of {stamp} would go back behind {Stamp}.");

        _mail.Clear();
        _sent.Clear();
        // State may name the record that is being made; it is made only if the step says so.
        return Decide(cause, stamp);
    }

    StepResult Write(Cause cause, long stamp, Decision decision)
    {
        // What the replay remembered is of no use any more.
        _causes = null;
        Position++;
        Stamp = stamp;
        var record = new Record
        {
            Broker = Broker,
            Partition = (uint)Index,
            Position = (ulong)Position,
            StampMs = stamp,
            Previous = UnsafeByteOperations.UnsafeWrap(Head),
            Decision = decision,
            PrivateDigest = cause.Private.IsEmpty ? NoDigest : SignedBytes.HashOf(cause.Private.Span).ToWire(),
            Play = Play,
        };
        cause.PutInto(record);

        var bytes = record.ToByteArray();
        var (leaf, head) = (new byte[JournalEntry.HeadLength], new byte[JournalEntry.HeadLength]);
        JournalEntry.LeafHash(bytes, leaf);
        JournalEntry.NextHead(Head.Span, leaf, head);
        Head = head;

        OnRecorded(stamp);

        // The answer says where it stands; within the record that would say it twice.
        (decision.Partition, decision.Position, decision.StampMs) = ((uint)Index, (ulong)Position, stamp);
        return new StepResult
        {
            Entry = new JournalEntry(Position, bytes, cause.Private, head) { Leaf = leaf },
            Decision = decision,
            Mail = _mail.Count == 0 ? [] : [.. _mail],
            Sent = _sent.Count == 0 ? [] : [.. _sent],
        };
    }

    /// <summary>What a machine says to a cause.</summary>
    protected abstract record Verdict
    {
        Verdict() { }

        /// <summary>Taken: a record, and the state has changed.</summary>
        public sealed record Take(Accepted Accepted) : Verdict;

        /// <summary>Decided against: a record, and nothing else has changed but that it is remembered.</summary>
        public sealed record Refuse(Refusal Refusal) : Verdict;

        /// <summary>Decided before.</summary>
        public sealed record Repeat(long Position) : Verdict;

        /// <summary>Neither decided nor recorded.</summary>
        public sealed record Drop(Refusal Refusal) : Verdict;
    }
}
