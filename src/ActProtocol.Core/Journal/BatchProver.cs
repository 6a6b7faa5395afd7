using ActProtocol.Envelopes;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Journal;

/// <summary>Signs one root over a group of records, and gives each its own proof.</summary>
public sealed class BatchProver(string broker, ISigner signer)
{
    /// <summary>Receipts for some records, in their order. One signature for all.</summary>
    public Receipt[] Prove(IReadOnlyList<ReadOnlyMemory<byte>> records)
    {
        var leaves = new Digest[records.Count];
        for (var i = 0; i < leaves.Length; i++) leaves[i] = MerkleTree.LeafHash(records[i].Span);

        var levels = MerkleTree.Levels(leaves);
        var root = new BatchRoot { Broker = broker, Size = (ulong)leaves.Length, Root = levels[^1][0].ToWire() }.ToByteString();
        var signature = UnsafeByteOperations.UnsafeWrap(signer.Sign(SignedBytes.Of(SignedBytes.ReceiptTag, root.Span)));
        var key = signer.PublicKey.Thumbprint.ToWire();

        var receipts = new Receipt[records.Count];
        for (var i = 0; i < receipts.Length; i++)
        {
            var proof = new BatchProof { Root = root, Key = key, Signature = signature, Index = (ulong)i };
            foreach (var hash in MerkleTree.Path(levels, i)) proof.Path.Add(hash.ToWire());
            receipts[i] = new Receipt { Record = UnsafeByteOperations.UnsafeWrap(records[i]), Batch = proof };
        }
        return receipts;
    }
}
