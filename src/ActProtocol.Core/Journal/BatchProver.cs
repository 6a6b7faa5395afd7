using ActProtocol.Envelopes;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Journal;

/// <summary>Signs one root over a group of records, and gives each its own proof.</summary>
public sealed class BatchProver(string broker, ISigner signer)
{
    /// <summary>Receipts for some records, in their order. One signature for all.</summary>
    public Receipt[] Prove(IReadOnlyList<ReadOnlyMemory<byte>> records) =>
        Prove(records, [.. records.Select(record => MerkleTree.LeafHash(record.Span))]);

    /// <summary>The same, where the records' leaf hashes are known.</summary>
    public Receipt[] Prove(IReadOnlyList<ReadOnlyMemory<byte>> records, Digest[] leaves)
    {
        var levels = MerkleTree.Levels(leaves);
        // A node stands in the paths of many leaves: its bytes are made once.
        var nodes = Array.ConvertAll(levels, level => Array.ConvertAll(level, hash => hash.ToWire()));
        var root = new BatchRoot { Broker = broker, Size = (ulong)leaves.Length, Root = nodes[^1][0] }.ToByteString();
        var signature = UnsafeByteOperations.UnsafeWrap(signer.Sign(SignedBytes.Of(SignedBytes.ReceiptTag, root.Span)));
        var key = signer.PublicKey.Thumbprint.ToWire();

        var receipts = new Receipt[records.Count];
        for (var i = 0; i < receipts.Length; i++)
        {
            var proof = new BatchProof { Root = root, Key = key, Signature = signature, Index = (ulong)i };
            foreach (var (level, index) in MerkleTree.Siblings(levels, i)) proof.Path.Add(nodes[level][index]);
            receipts[i] = new Receipt { Record = UnsafeByteOperations.UnsafeWrap(records[i]), Batch = proof };
        }
        return receipts;
    }
}
