using System.Buffers.Binary;
using System.Text;
using ActProtocol.V1;

namespace ActProtocol.Envelopes;

/// <summary>Ids that both sides compute from what was signed.</summary>
public static class DerivedIds
{
    /// <summary>The transaction that an intent opens with one seller (TXN-02).</summary>
    public static Id16 Transaction(Digest intent, string seller)
    {
        Span<byte> bytes = stackalloc byte[18 + Digest.Length + 256];
        "act.transaction.v1"u8.CopyTo(bytes);
        intent.CopyTo(bytes[18..]);
        var length = Encoding.ASCII.GetBytes(seller, bytes[50..]);
        return First16(bytes[..(50 + length)]);
    }

    /// <summary>The message id of a step where a model drives the agent: the same step of the same purchase gets the same id,
    /// so that a retry that the model invents is none (ENV-21).</summary>
    /// <param name="quote">The quote concerned; zero before there is one.</param>
    /// <param name="attempt">Raised only by the SDK, after a decided refusal that may be retried.</param>
    public static Id16 Message(string sender, StepKind step, Digest quote, uint attempt)
    {
        Span<byte> bytes = stackalloc byte[17 + 2 + 256 + 1 + Digest.Length + 4];
        "act.message-id.v1"u8.CopyTo(bytes);
        var length = Encoding.ASCII.GetBytes(sender, bytes[19..]);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[17..], (ushort)length);
        var rest = bytes[(19 + length)..];
        rest[0] = (byte)step;
        quote.CopyTo(rest[1..]);
        BinaryPrimitives.WriteUInt32BigEndian(rest[33..], attempt);
        return First16(bytes[..(19 + length + 37)]);
    }

    static Id16 First16(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[Sha256.Length];
        Sha256.Hash(bytes, hash);
        return Id16.FromBytes(hash[..Id16.Length]);
    }
}
