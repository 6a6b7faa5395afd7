using ActProtocol.Envelopes;
using ActProtocol.Journal;
using ActProtocol.V1;

namespace ActProtocol.Engine.Journal;

/// <summary>One record as it is stored: its bytes, what only the broker may know, and the head of the chain after it.</summary>
/// <param name="Position">1, 2, 3 … within the partition.</param>
/// <param name="Record">A serialised <c>act.v1.Record</c>.</param>
/// <param name="Private">The private part that the record names by digest: 16 bytes of salt, then the data; or empty.</param>
/// <param name="Head">SHA-256(previous head || leaf hash), 32 bytes.</param>
public sealed record JournalEntry(long Position, ReadOnlyMemory<byte> Record, ReadOnlyMemory<byte> Private, ReadOnlyMemory<byte> Head)
{
    public const int HeadLength = Sha256.Length;

    /// <summary>The record's leaf hash, where it was computed already; otherwise empty.</summary>
    public ReadOnlyMemory<byte> Leaf { get; init; }

    /// <summary>The head before the first entry.</summary>
    public static ReadOnlyMemory<byte> Genesis { get; } = new byte[HeadLength];

    /// <summary>SHA-256(0x00 || record): the record's leaf in any Merkle tree (RFC 9162, section 2.1.1).</summary>
    public static void LeafHash(ReadOnlySpan<byte> record, Span<byte> destination) => MerkleTree.LeafHash(record, destination);

    /// <summary>The head after a record.</summary>
    public static void NextHead(ReadOnlySpan<byte> previous, ReadOnlySpan<byte> leafHash, Span<byte> destination) =>
        Sha256.Hash(previous, leafHash, destination);

    /// <summary>The record's decision, with where it stands.</summary>
    public Decision ReadDecision()
    {
        var record = V1.Record.Parser.ParseFrom(Record.Span);
        return new Decision(record.Decision) { Partition = record.Partition, Position = record.Position, StampMs = record.StampMs };
    }

    /// <summary>Whether this entry's record follows an entry whose head is <paramref name="previous"/>.</summary>
    /// <remarks>The private part is named by the record's digest, and is checked where the record is parsed: at the replay. An entry
    /// that was read from a log has no <see cref="Leaf"/>: there the record itself is hashed.</remarks>
    public bool Follows(ReadOnlySpan<byte> previous)
    {
        Span<byte> hash = stackalloc byte[HeadLength];
        if (Leaf.IsEmpty) LeafHash(Record.Span, hash);
        else Leaf.Span.CopyTo(hash);
        NextHead(previous, hash, hash);
        return hash.SequenceEqual(Head.Span);
    }
}
