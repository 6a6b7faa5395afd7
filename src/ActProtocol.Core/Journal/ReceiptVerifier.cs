using ActProtocol.Envelopes;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Journal;

/// <summary>Checks receipts with nothing but the broker's id and public key, both taken from outside the receipt (JRN-20).</summary>
public sealed class ReceiptVerifier(string broker, IReadOnlyCollection<VerifyingKey> keys)
{
    /// <summary>Records under one root (JRN-18).</summary>
    public const int LeavesMax = 65_536;

    const int RootsMax = 1024;

    // A root that was verified once need not be again; leaves are always hashed.
    readonly HashSet<Digest> _roots = [];
    readonly System.Threading.Lock _lock = new();

    /// <summary>The record, when the receipt proves it; otherwise null and what is wrong. Never throws.</summary>
    public (Record? Record, string? Fault) Verify(Receipt receipt)
    {
        if (receipt.Batch is not { } proof) return (null, "The receipt has no proof of a kind known here.");
        if (!TryParse(proof.Root, BatchRoot.Parser, out var root) || root.Root.Length != Digest.Length) return (null, "The proof's root does not parse.");
        if (root.Size is 0 or > LeavesMax) return (null, $"The proof's root has {root.Size} leaves.");
        if (root.Broker != broker) return (null, $"The proof is by '{root.Broker}', not by '{broker}'.");
        if (!RootHolds(proof)) return (null, "The broker's signature does not hold.");
        if (proof.Path.Count > 16 || proof.Path.Any(hash => hash.Length != Digest.Length)) return (null, "The path is malformed.");

        var path = proof.Path.Select(Digest.FromWire).ToList();
        if (!MerkleTree.Leads(MerkleTree.LeafHash(receipt.Record.Span), proof.Index, root.Size, path, Digest.FromWire(root.Root)))
        {
            return (null, "The record is not under the signed root.");
        }
        if (!TryParse(receipt.Record, Record.Parser, out var record)) return (null, "The record does not parse.");
        return record.Broker == broker ? (record, null) : (null, "The record names another broker.");
    }

    bool RootHolds(BatchProof proof)
    {
        if (proof.Key.Length != Digest.Length) return false;
        var known = SignedBytes.HashOf([.. proof.Root.Span, .. proof.Key.Span, .. proof.Signature.Span]);
        lock (_lock)
        {
            if (_roots.Contains(known)) return true;
        }
        var thumbprint = Digest.FromWire(proof.Key);
        var key = keys.FirstOrDefault(candidate => candidate.Thumbprint == thumbprint);
        if (key is null || !key.Verify(SignedBytes.Of(SignedBytes.ReceiptTag, proof.Root.Span), proof.Signature.Span)) return false;

        lock (_lock)
        {
            if (_roots.Count >= RootsMax) _roots.Clear();
            _roots.Add(known);
        }
        return true;
    }

    static bool TryParse<T>(ByteString bytes, MessageParser<T> parser, out T message) where T : class, IMessage<T>
    {
        message = null!;
        if (!WireScan.IsWellFormed(bytes.Span, ((IMessage)Activator.CreateInstance<T>()).Descriptor)) return false;
        try
        {
            message = parser.ParseFrom(bytes);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }
}
