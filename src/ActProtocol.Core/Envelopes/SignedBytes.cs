using System.Buffers.Binary;

namespace ActProtocol.Envelopes;

/// <summary>What is signed, of anything: <c>tag || u64be(length) || bytes</c> (ENV-02).</summary>
/// <remarks>The tag makes a signature useless for any other purpose; the length makes it impossible to move bytes between the parts.</remarks>
public static class SignedBytes
{
    public static ReadOnlySpan<byte> EnvelopeTag => "act.envelope.v1"u8;

    public static ReadOnlySpan<byte> ReceiptTag => "act.receipt.v1"u8;

    public static ReadOnlySpan<byte> ChallengeTag => "act.challenge.v1"u8;

    public static ReadOnlySpan<byte> ProofTag => "act.proof.v1"u8;

    public static byte[] Of(ReadOnlySpan<byte> tag, ReadOnlySpan<byte> bytes)
    {
        var signed = GC.AllocateUninitializedArray<byte>(tag.Length + sizeof(ulong) + bytes.Length);
        WriteBefore(tag, bytes.Length, signed);
        bytes.CopyTo(signed.AsSpan(tag.Length + sizeof(ulong)));
        return signed;
    }

    /// <summary>SHA-256 over the signed bytes of an envelope's content: its digest.</summary>
    public static Digest DigestOf(ReadOnlySpan<byte> content)
    {
        Span<byte> before = stackalloc byte[EnvelopeTag.Length + sizeof(ulong)];
        WriteBefore(EnvelopeTag, content.Length, before);
        Span<byte> hash = stackalloc byte[Sha256.Length];
        Sha256.Hash(before, content, hash);
        return new Digest(hash);
    }

    public static Digest HashOf(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[Sha256.Length];
        Sha256.Hash(bytes, hash);
        return new Digest(hash);
    }

    // What stands before the bytes themselves.
    static void WriteBefore(ReadOnlySpan<byte> tag, int length, Span<byte> destination)
    {
        tag.CopyTo(destination);
        BinaryPrimitives.WriteUInt64BigEndian(destination[tag.Length..], (ulong)length);
    }
}
