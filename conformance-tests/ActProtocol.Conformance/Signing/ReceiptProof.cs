using System.Security.Cryptography;
using ActProtocol.V1;

namespace ActProtocol.Conformance.Signing;

/// <summary>Whether a receipt proves its record (JRN-16 to JRN-20), by the suite's own reading of RFC 9162.</summary>
static class ReceiptProof
{
    /// <summary>What is wrong with it; null: nothing.</summary>
    /// <param name="receipt">As it came.</param>
    /// <param name="broker">The id that is expected.</param>
    /// <param name="keys">The broker's receipt keys by their thumbprints in hex.</param>
    public static string? FaultOf(Receipt receipt, string broker, IReadOnlyDictionary<string, byte[]> keys)
    {
        if (receipt.Batch is not { } proof) return "it has no proof";
        if (!keys.TryGetValue(Convert.ToHexStringLower(proof.Key.Span), out var key)) return "its key is none of the broker's receipt keys";
        if (!KeyPair.Holds(key, Tags.Receipt, proof.Root.Span, proof.Signature.ToByteArray())) return "the signature over its root does not hold";
        var root = BatchRoot.Parser.ParseFrom(proof.Root);
        if (root.Broker != broker) return $"its root names {root.Broker}";
        if (root.Size is 0 or > 65_536) return $"its root has {root.Size} leaves";
        if (Record.Parser.ParseFrom(receipt.Record).Broker is var named && named != broker) return $"its record names {named}";
        return Leads(Leaf(receipt.Record.Span), proof, root) ? null : "its path does not lead to the root";
    }

    public static byte[] Leaf(ReadOnlySpan<byte> record) => SHA256.HashData([0, .. record]);

    // RFC 9162, section 2.1.3.2.
    static bool Leads(byte[] hash, BatchProof proof, BatchRoot root)
    {
        var (node, last) = (proof.Index, root.Size - 1);
        if (node > last) return false;
        foreach (var sibling in proof.Path)
        {
            if (last == 0) return false;
            if ((node & 1) == 1 || node == last)
            {
                hash = SHA256.HashData([1, .. sibling.Span, .. hash]);
                while ((node & 1) == 0 && node != 0) (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                hash = SHA256.HashData([1, .. hash, .. sibling.Span]);
            }
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 && hash.AsSpan().SequenceEqual(root.Root.Span);
    }
}
