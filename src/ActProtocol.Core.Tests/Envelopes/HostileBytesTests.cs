using ActProtocol.Journal;
using ActProtocol.V1;
using ActProtocol.Vectors;
using FsCheck.Xunit;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Record = ActProtocol.V1.Record;

namespace ActProtocol.Envelopes;

/// <summary>Bytes by anybody: no exception escapes, and memory is bounded by their number.</summary>
public class HostileBytesTests
{
    const long Now = 1_900_000_000_000;

    // Above the worst of the shapes below, which is about 50; and a little besides.
    const long BytesPerByteMax = 80;
    const long BytesAlways = 256 * 1024;

    static readonly EnvelopeReader Reader = new("act://local/broker");
    static readonly SigningKey Key = SigningKey.FromSeed(new byte[32]);

    static readonly List<byte[]> Contents = [.. VectorFile.Read("envelopes/refusals.json").Select(vector => vector.Hex("content"))];
    static readonly List<byte[]> Receipts = [.. VectorFile.Read("journal/receipts.json").Select(vector => vector.Hex("receipt"))];

    /// <summary>Every message that the edge parses out of bytes within bytes, after one scan.</summary>
    static readonly (MessageDescriptor Type, MessageParser Parser)[] Scanned =
    [
        (Content.Descriptor, Content.Parser), (ProofBody.Descriptor, ProofBody.Parser), (BatchRoot.Descriptor, BatchRoot.Parser), (Record.Descriptor, Record.Parser),
    ];

    // What is made once, at the first envelope of a process, is no envelope's fault, whichever test comes first.
    static HostileBytesTests()
    {
        foreach (var content in Contents.Append(new byte[EnvelopeLimits.ContentBytesMax + 1])) Reader.Read(new Envelope { Content = ByteString.CopyFrom(content) }, Now);
    }

    [Property(MaxTest = 2000)]
    public void A_mutated_content_is_read_or_refused(ushort which, int[] edits) => AssertRead(Mutated(Contents[which % Contents.Count], edits));

    [Property(MaxTest = 2000)]
    public void Any_bytes_are_read_or_refused(byte[] bytes) => AssertRead(bytes);

    [Property(MaxTest = 2000)]
    public void What_the_scan_lets_through_parses(ushort which, int[] edits, byte[] any)
    {
        foreach (var bytes in new[] { Mutated(Contents[which % Contents.Count], edits), Mutated(Receipts[which % Receipts.Count], edits), any })
        {
            foreach (var (type, parser) in Scanned)
            {
                if (WireScan.IsWellFormed(bytes, type)) Assert.NotNull(parser.ParseFrom(bytes));
            }
        }
    }

    [Property(MaxTest = 1000)]
    public void A_mutated_receipt_is_judged_without_a_fault(ushort which, int[] edits, int[] inside)
    {
        Receipt receipt;
        try
        {
            receipt = Receipt.Parser.ParseFrom(Mutated(Receipts[which % Receipts.Count], edits));
        }
        catch (InvalidProtocolBufferException)
        {
            // The transport refuses this before we see it.
            return;
        }
        var verifier = new ReceiptVerifier("act://local/broker", [Key.PublicKey]);
        Assert.Null(verifier.Verify(receipt).Record);

        // The same with a root that was really signed, so that what lies behind the signature is reached.
        receipt.Batch ??= new BatchProof();
        receipt.Batch.Root = ByteString.CopyFrom(Mutated(receipt.Batch.Root.ToByteArray(), inside));
        receipt.Batch.Key = Key.PublicKey.Thumbprint.ToWire();
        receipt.Batch.Signature = ByteString.CopyFrom(Key.Sign(SignedBytes.Of(SignedBytes.ReceiptTag, receipt.Batch.Root.Span)));
        var (record, fault) = verifier.Verify(receipt);
        Assert.NotEqual(record is null, fault is null);
    }

    [Theory]
    [InlineData("lines of a quote", new byte[] { 0x5a }, new byte[] { 0x12, 0 })]
    [InlineData("attributes of a quote", new byte[] { 0x5a }, new byte[] { 0x32, 0 })]
    [InlineData("recipients", new byte[] { 0x0a }, new byte[] { 0x32, 0 })]
    [InlineData("extensions", new byte[] { 0x0a }, new byte[] { 0x6a, 0 })]
    [InlineData("unknown numbers", new byte[] { 0x0a }, new byte[] { 0xc0, 0x3e, 0 })]
    [InlineData("unknown bytes", new byte[] { 0x0a }, new byte[] { 0xc2, 0x3e, 0 })]
    [InlineData("nodes of a constraint", new byte[] { 0x52, 0x1a, 0x2a }, new byte[] { 0x0a, 0 })]
    public void The_smallest_fields_in_the_largest_content_take_bounded_memory(string what, byte[] tags, byte[] field)
    {
        var body = Enumerable.Repeat(field, 65_000 / field.Length).SelectMany(bytes => bytes).ToArray();
        var content = tags.Reverse().Aggregate(body, (inner, tag) => [tag, .. Varint(inner.Length), .. inner]);
        Assert.True(content.Length <= EnvelopeLimits.ContentBytesMax, what);
        AssertRead(content);
    }

    [Fact]
    public void Unknown_fields_of_many_numbers_take_bounded_memory()
    {
        List<byte> content = [];
        for (var number = 1000; content.Count < 65_000; number++) content.AddRange([.. Varint(number << 3), 0]);
        AssertRead([.. content]);
    }

    [Fact]
    public void Content_that_is_too_large_is_not_looked_at()
    {
        var content = new Envelope { Content = ByteString.CopyFrom(new byte[10_000_000]) };
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal(ErrorCode.TooLarge, Reader.Read(content, Now).Refused!.Code);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, BytesAlways);
    }

    static void AssertRead(byte[] content)
    {
        var wire = new Envelope { Content = ByteString.CopyFrom(content), Signatures = { new Signature { Suite = SignatureSuite.Ed25519, Key = Key.PublicKey.Thumbprint.ToWire() } } };
        var before = GC.GetAllocatedBytesForCurrentThread();

        var (opened, refused) = Reader.Read(wire, Now);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, BytesAlways + (BytesPerByteMax * content.Length));
        Assert.NotEqual(opened is null, refused is null);
        if (opened is not null) Assert.False(SignatureRules.AllHold(opened, _ => Key.PublicKey));
    }

    // Each edit names a place, and what is done there: a bit turned, a byte written, a piece cut, doubled or put elsewhere.
    static byte[] Mutated(byte[] bytes, int[] edits)
    {
        var result = bytes.ToList();
        foreach (var edit in edits.Take(6))
        {
            var number = unchecked((uint)edit * 2_654_435_761u);
            if (result.Count == 0) break;
            var (place, length) = ((int)(number / 8 % result.Count), 1 + (int)(number / 65_536 % 20));
            var piece = result.GetRange(place, Math.Min(length, result.Count - place));
            switch (number % 5)
            {
                case 0:
                    result[place] ^= (byte)(1 << (int)(number / 1024 % 8));
                    break;
                case 1:
                    result[place] = (byte)(number >> 24);
                    break;
                case 2:
                    result.RemoveRange(place, piece.Count);
                    break;
                case 3:
                    result.InsertRange(place, piece);
                    break;
                default:
                    result.AddRange(piece);
                    break;
            }
        }
        return [.. result];
    }

    static byte[] Varint(int number)
    {
        List<byte> bytes = [];
        for (; number >= 0x80; number >>= 7) bytes.Add((byte)((number & 0x7f) | 0x80));
        return [.. bytes, (byte)number];
    }
}
