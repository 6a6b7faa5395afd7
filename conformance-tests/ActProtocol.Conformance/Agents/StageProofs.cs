using System.Security.Cryptography;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Agents;

/// <summary>Receipts as an honest broker makes them (JRN-16 to JRN-18), and every way to make a false one.</summary>
sealed class StageProofs(string broker, KeyPair key, Seeded random)
{
    /// <summary>What can be wrong with a receipt whose record is right, and with one whose record was changed (JRN-20).</summary>
    public static readonly string[] Faults = ["no-proof", "unknown-key", "stolen-thumbprint", "signature", "root-of-another-broker", "record-of-another-broker", "path", "index", "record-changed", "untagged"];

    /// <summary>A tree of 1 to 5 leaves around the record, signed.</summary>
    public Receipt Of(ByteString record, string? fault = null)
    {
        var size = fault is "path" or "index" ? 3 + random.Number(3) : 1 + random.Number(5);
        var index = fault is "index" ? 0 : random.Number(size);
        if (fault is "record-of-another-broker") record = Renamed(record);
        var leaves = Enumerable.Range(0, size).Select(n => n == index ? ReceiptProof.Leaf(record.Span) : random.Bytes(32)).ToList();
        var root = new BatchRoot { Broker = fault is "root-of-another-broker" ? $"{broker}x" : broker, Size = (ulong)size, Root = ByteString.CopyFrom(RootOf(leaves)) }.ToByteString();
        var signer = fault is "unknown-key" or "stolen-thumbprint" ? new KeyPair(random.Bytes(32)) : key;
        var signature = fault is "untagged" ? signer.SignRaw(root.ToByteArray()) : signer.Sign(Tags.Receipt, root.Span);
        if (fault is "signature") signature[5] ^= 1;
        var proof = new BatchProof
        {
            Root = root,
            Key = ByteString.CopyFrom(fault is "stolen-thumbprint" ? key.Thumbprint : signer.Thumbprint),
            Signature = ByteString.CopyFrom(signature),
            Index = (ulong)index,
            Path = { PathTo(leaves, index).Select(ByteString.CopyFrom) },
        };
        if (fault is "index") proof.Index = 1;
        if (fault is "path") proof.Path[0] = ByteString.CopyFrom(random.Bytes(32));
        return new Receipt { Record = fault is "record-changed" ? Changed(record) : record, Batch = fault is "no-proof" ? null : proof };
    }

    // One millisecond later: everything else says what it said.
    static ByteString Changed(ByteString bytes)
    {
        var record = Record.Parser.ParseFrom(bytes);
        record.StampMs++;
        return record.ToByteString();
    }

    static ByteString Renamed(ByteString bytes)
    {
        var record = Record.Parser.ParseFrom(bytes);
        record.Broker += "x";
        return record.ToByteString();
    }

    static byte[] RootOf(IReadOnlyList<byte[]> leaves) =>
        leaves.Count == 1 ? leaves[0] : SHA256.HashData([1, .. RootOf([.. leaves.Take(Split(leaves.Count))]), .. RootOf([.. leaves.Skip(Split(leaves.Count))])]);

    static IEnumerable<byte[]> PathTo(IReadOnlyList<byte[]> leaves, int index)
    {
        if (leaves.Count == 1) return [];
        var split = Split(leaves.Count);
        IReadOnlyList<byte[]> left = [.. leaves.Take(split)], right = [.. leaves.Skip(split)];
        return index < split ? PathTo(left, index).Append(RootOf(right)) : PathTo(right, index - split).Append(RootOf(left));
    }

    // The largest power of two below the number of leaves.
    static int Split(int count)
    {
        var split = 1;
        while (split * 2 < count) split *= 2;
        return split;
    }
}
