using System.Security.Cryptography;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Codecs;

/// <summary>Receipts as a broker would make them, and with one thing wrong (JRN-16 to JRN-20).</summary>
sealed class ReceiptDraft
{
    readonly Parties _parties;

    /// <param name="size">Leaves of its tree.</param>
    /// <param name="index">Where its record stands among them.</param>
    public ReceiptDraft(Parties parties, int size, int index)
    {
        _parties = parties;
        (Broker, Key, Index) = (parties.Broker, parties.BrokerKey, index);
        var records = Enumerable.Range(0, size).Select(at => new Record
        {
            Broker = parties.Broker,
            Partition = 3,
            Position = (ulong)(1000 + at),
            StampMs = parties.NowMs,
            Previous = parties.Bytes(32),
            Play = true,
            Step = new BrokerStep { Kind = StepKind.Expire, TransactionId = parties.Bytes(16) },
            Decision = new Decision { Accepted = new Accepted { State = TransactionState.Expired } },
        }.ToByteArray()).ToList();
        Record = records[index];
        var hashes = records.Select(Leaf).ToList();
        (Root, Path, Size) = (RootOf(hashes), PathOf(hashes, index), (ulong)size);
        Position = (ulong)(1000 + index);
    }

    public string Broker { get; set; }

    public KeyPair Key { get; set; }

    public byte[] Record { get; set; }

    public ulong Position { get; }

    public int Index { get; set; }

    public ulong Size { get; set; }

    public byte[] Root { get; set; }

    public IReadOnlyList<byte[]> Path { get; set; }

    /// <summary>Under which the root is signed.</summary>
    public string Tag { get; set; } = Tags.Receipt;

    public Receipt Make()
    {
        var root = new BatchRoot { Broker = Broker, Size = Size, Root = ByteString.CopyFrom(Root) }.ToByteString();
        return new Receipt
        {
            Record = ByteString.CopyFrom(Record),
            Batch = new BatchProof
            {
                Root = root,
                Key = ByteString.CopyFrom(Key.Thumbprint),
                Signature = ByteString.CopyFrom(Key.Sign(Tag, root.Span)),
                Index = (ulong)Index,
                Path = { Path.Select(hash => ByteString.CopyFrom(hash)) },
            },
        };
    }

    /// <summary>Asked of the broker that is meant, with its key.</summary>
    public Request Ask() => Ask(Make());

    public Request Ask(Receipt receipt) => Given.Receipt(receipt.ToByteArray(), _parties.Broker, _parties.BrokerKey.Public);

    public static byte[] Leaf(byte[] record) => SHA256.HashData([0, .. record]);

    public static byte[] Node(byte[] left, byte[] right) => SHA256.HashData([1, .. left, .. right]);

    // RFC 9162, section 2.1.1: the left part holds the largest power of two below the number of leaves.
    public static byte[] RootOf(IReadOnlyList<byte[]> hashes)
    {
        if (hashes.Count == 1) return hashes[0];
        var left = Left(hashes.Count);
        return Node(RootOf([.. hashes.Take(left)]), RootOf([.. hashes.Skip(left)]));
    }

    // RFC 9162, section 2.1.3.1.
    public static IReadOnlyList<byte[]> PathOf(IReadOnlyList<byte[]> hashes, int index)
    {
        if (hashes.Count == 1) return [];
        var left = Left(hashes.Count);
        return index < left ? [.. PathOf([.. hashes.Take(left)], index), RootOf([.. hashes.Skip(left)])] : [.. PathOf([.. hashes.Skip(left)], index - left), RootOf([.. hashes.Take(left)])];
    }

    static int Left(int count)
    {
        var left = 1;
        while (left * 2 < count) left *= 2;
        return left;
    }
}
