using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ActProtocol.Envelopes;

/// <summary>What is signed, of anything: <c>tag || u64be(length) || bytes</c> (ENV-02).</summary>
/// <remarks>The tag makes a signature useless for any other purpose; the length makes it impossible to move bytes between the parts.</remarks>
public static class SignedBytes
{
    const int OnStackMax = 4_096;

    public static ReadOnlySpan<byte> EnvelopeTag => "act.envelope.v1"u8;

    public static ReadOnlySpan<byte> ReceiptTag => "act.receipt.v1"u8;

    public static ReadOnlySpan<byte> ChallengeTag => "act.challenge.v1"u8;

    public static ReadOnlySpan<byte> ProofTag => "act.proof.v1"u8;

    public static byte[] Of(ReadOnlySpan<byte> tag, ReadOnlySpan<byte> bytes)
    {
        var signed = GC.AllocateUninitializedArray<byte>(tag.Length + sizeof(ulong) + bytes.Length);
        Write(tag, bytes, signed);
        return signed;
    }

    /// <summary>SHA-256 over the signed bytes of an envelope's content: its digest.</summary>
    public static Digest DigestOf(ReadOnlySpan<byte> content)
    {
        var length = EnvelopeTag.Length + sizeof(ulong) + content.Length;
        if (length > OnStackMax) return HashOf(Of(EnvelopeTag, content));

        Span<byte> signed = stackalloc byte[length];
        Write(EnvelopeTag, content, signed);
        return HashOf(signed);
    }

    public static Digest HashOf(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return new Digest(hash);
    }

    static void Write(ReadOnlySpan<byte> tag, ReadOnlySpan<byte> bytes, Span<byte> signed)
    {
        tag.CopyTo(signed);
        BinaryPrimitives.WriteUInt64BigEndian(signed[tag.Length..], (ulong)bytes.Length);
        bytes.CopyTo(signed[(tag.Length + sizeof(ulong))..]);
    }
}
