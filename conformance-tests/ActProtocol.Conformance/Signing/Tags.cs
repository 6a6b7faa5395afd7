using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ActProtocol.Conformance.Signing;

/// <summary>The bytes that are signed and hashed, as the specification has them: <c>tag || u64be(length) || bytes</c> (ENV-02).</summary>
static class Tags
{
    public const string Envelope = "act.envelope.v1";
    public const string Challenge = "act.challenge.v1";
    public const string Proof = "act.proof.v1";
    public const string Receipt = "act.receipt.v1";
    public const string Transaction = "act.transaction.v1";
    public const string MessageId = "act.message-id.v1";

    public static byte[] Signed(string tag, ReadOnlySpan<byte> bytes) => [.. Encoding.ASCII.GetBytes(tag), .. U64(bytes.Length), .. bytes];

    public static byte[] Digest(ReadOnlySpan<byte> content) => SHA256.HashData(Signed(Envelope, content));

    /// <summary>TXN-02: 16 bytes.</summary>
    public static byte[] TransactionId(ReadOnlySpan<byte> intent, string seller) =>
        SHA256.HashData([.. Encoding.ASCII.GetBytes(Transaction), .. intent, .. Encoding.ASCII.GetBytes(seller)])[..16];

    /// <summary>ENV-21: 16 bytes.</summary>
    public static byte[] DerivedMessageId(string sender, byte step, ReadOnlySpan<byte> quote, uint attempt)
    {
        var name = Encoding.ASCII.GetBytes(sender);
        ReadOnlySpan<byte> digest = quote.IsEmpty ? new byte[32] : quote;
        return SHA256.HashData([.. Encoding.ASCII.GetBytes(MessageId), (byte)(name.Length >> 8), (byte)(name.Length & 255), .. name, step, .. digest, .. U32(attempt)])[..16];
    }

    /// <summary>ENV-16: 0 to 4,095.</summary>
    public static uint Home(string account)
    {
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes(account));
        return (uint)BinaryPrimitives.ReadUInt16BigEndian(hash) >> 4;
    }

    /// <summary>RFC 7638, 32 bytes (DIR-05).</summary>
    public static byte[] Thumbprint(ReadOnlySpan<byte> publicKey)
    {
        var x = Convert.ToBase64String(publicKey).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"crv":"Ed25519","kty":"OKP","x":"{{x}}"}"""));
    }

    static byte[] U64(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }

    static byte[] U32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
