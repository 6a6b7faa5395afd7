using System.Buffers.Binary;
using ActProtocol.Engine.Stored;
using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Engine.Partitions;

/// <summary>Reads the causes of journaled records, for one machine that decides them again.</summary>
/// <remarks>Ids come again and again, and so does what was looked up for an agent: from step to step it is mostly the same to the byte,
/// and deciding only reads it. Both are kept, in as many places as there are, so that however long a journal is they take no more memory.</remarks>
sealed class CauseReader
{
    const int PlaceBits = 11;

    readonly TextPool _texts = new();
    readonly (byte[]? Bytes, Context Context)[] _contexts = new (byte[]?, Context)[1 << PlaceBits];

    /// <param name="private">The private part of the record: salt and context, or empty.</param>
    public Cause Read(in RecordView record, ReadOnlyMemory<byte> @private)
    {
        var context = @private.IsEmpty ? default : @private.Span[Machine.SaltLength..];
        if (!record.Content.IsEmpty) return Cause.Again(OpenedEnvelope.FromJournal(record.Content, _texts), ContextOf(context), @private);
        return Cause.Again(BrokerStep.Parser.ParseFrom(record.Step), context.IsEmpty ? Cause.NoContext : Context.Parser.ParseFrom(context), @private);
    }

    Context ContextOf(ReadOnlySpan<byte> bytes)
    {
        ref var kept = ref _contexts[PlaceOf(bytes)];
        if (kept.Bytes is null || !bytes.SequenceEqual(kept.Bytes)) kept = (bytes.ToArray(), Context.Parser.ParseFrom(bytes));
        return kept.Context;
    }

    // It begins with the thumbprint of a key, and ends with whom the step concerns.
    static int PlaceOf(ReadOnlySpan<byte> bytes)
    {
        const int Half = 2 * sizeof(ulong);
        if (bytes.Length < 2 * Half) return 0;
        var first = BinaryPrimitives.ReadUInt64LittleEndian(bytes[sizeof(ulong)..]);
        var last = bytes[^Half..];
        unchecked
        {
            var sum = first ^ (BinaryPrimitives.ReadUInt64LittleEndian(last) * 0x9E3779B97F4A7C15UL);
            sum ^= ulong.RotateLeft(BinaryPrimitives.ReadUInt64LittleEndian(last[sizeof(ulong)..]) * 0xC2B2AE3D27D4EB4FUL, 31);
            return (int)((sum * 0x9E3779B97F4A7C15UL) >> (64 - PlaceBits));
        }
    }
}
