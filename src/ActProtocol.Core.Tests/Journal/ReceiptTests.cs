using ActProtocol.Envelopes;
using ActProtocol.V1;
using FsCheck.Xunit;
using Google.Protobuf;
using Record = ActProtocol.V1.Record;

namespace ActProtocol.Journal;

public class ReceiptTests
{
    const string Broker = "act://local/broker";

    static readonly SigningKey Key = SigningKey.FromSeed(new byte[32]);

    [Property(MaxTest = 40)]
    public void Each_record_of_a_group_is_proven_alone_and_no_other_is(byte count)
    {
        var receipts = Receipts(1 + (count % 70));
        foreach (var receipt in receipts) Assert.NotNull(Verifier().Verify(receipt).Record);
        foreach (var receipt in receipts.Skip(1))
        {
            var swapped = new Receipt(receipt) { Record = receipts[0].Record };
            Assert.Null(Verifier().Verify(swapped).Record);
        }
    }

    [Fact]
    public void A_receipt_with_anything_changed_proves_nothing()
    {
        Assert.Null(Verify(receipt => receipt.Record = ByteString.CopyFrom([.. receipt.Record.Span, 0])));
        Assert.Null(Verify(receipt => receipt.Batch.Index++));
        Assert.Null(Verify(receipt => receipt.Batch.Path.RemoveAt(0)));
        Assert.Null(Verify(receipt => receipt.Batch.Path.Add(receipt.Batch.Path[0])));
        Assert.Null(Verify(receipt => receipt.Batch.Signature = ByteString.CopyFrom(new byte[64])));
        Assert.Null(Verify(receipt => receipt.Batch.Root = new BatchRoot { Broker = "act://other/broker", Size = 5, Root = ByteString.CopyFrom(new byte[32]) }.ToByteString()));
        Assert.Null(Verify(receipt => receipt.Batch = null));
        Assert.NotNull(Verify(_ => { }));
        Assert.Null(new ReceiptVerifier(Broker, [SigningKey.Create().PublicKey]).Verify(Receipts(5)[2]).Record);
    }

    static Record? Verify(Action<Receipt> spoil)
    {
        var receipt = Receipts(5)[2];
        spoil(receipt);
        return Verifier().Verify(receipt).Record;
    }

    static ReceiptVerifier Verifier() => new(Broker, [Key.PublicKey]);

    static Receipt[] Receipts(int count) => new BatchProver(Broker, Key).Prove(
        [.. Enumerable.Range(1, count).Select(position => (ReadOnlyMemory<byte>)new Record { Broker = Broker, Position = (ulong)position }.ToByteArray())]);
}
