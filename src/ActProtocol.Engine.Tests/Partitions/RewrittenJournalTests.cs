using ActProtocol.Engine.Journal;
using ActProtocol.Engine.Transactions;
using ActProtocol.V1;
using Google.Protobuf;
using Record = ActProtocol.V1.Record;

namespace ActProtocol.Engine.Partitions;

/// <summary>Somebody who can write to the disk changes records and makes the chain fit again: deciding them again shows it.</summary>
public sealed class RewrittenJournalTests
{
    public static TheoryData<string> Changes => ["another decision", "an unknown field in the decision", "a position", "a partition", "another broker", "play", "a later stamp", "an earlier stamp"];

    [Theory, MemberData(nameof(Changes))]
    public async Task A_rewritten_record_is_not_taken_for_what_was_decided(string change)
    {
        var entries = await PurchaseAsync();
        var machine = new Partition(entries.Index, Hosting.World.Broker);
        foreach (var entry in entries.List[..^1]) machine.Replay(entry);

        var last = entries.List[^1];
        var fault = Assert.Throws<JournalCorruptException>(() => machine.Replay(Rewritten(last, entries.List[^2].Head, change)));
        Assert.Equal(last.Position, fault.Position);
    }

    [Fact]
    public async Task The_record_as_it_was_is_taken()
    {
        var entries = await PurchaseAsync();
        var machine = new Partition(entries.Index, Hosting.World.Broker);
        foreach (var entry in entries.List) machine.Replay(entry);
        Assert.Equal(entries.List[^1].Position, machine.Position);
        Assert.True(machine.Head.Span.SequenceEqual(entries.List[^1].Head.Span));
    }

    [Fact]
    public async Task A_changed_bit_of_a_private_part_is_found_and_named_wherever_it_is()
    {
        var (index, entries) = await PurchaseAsync();
        Assert.Contains(entries, entry => !entry.Private.IsEmpty);
        foreach (var entry in entries)
        {
            for (var at = 0; at < entry.Private.Length; at++)
            {
                var changed = entry.Private.ToArray();
                changed[at] ^= 1;
                var fault = Assert.Throws<JournalCorruptException>(() => new Partition(index, Hosting.World.Broker).Replay(entry with { Private = changed }));
                Assert.Equal(entry.Position, fault.Position);
            }
        }
    }

    // A lock is the last record: its decision has a payment and a deadline.
    static async Task<(int Index, List<JournalEntry> List)> PurchaseAsync()
    {
        await using var market = await Market.OpenAsync();
        var deal = await market.BringAsync(TransactionState.Locked);
        var index = Partition.PartitionOf((int)deal.Home, Hosting.World.Partitions);
        return (index, await market.Log.ReadAsync(index, 1, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
    }

    static JournalEntry Rewritten(JournalEntry entry, ReadOnlyMemory<byte> before, string change)
    {
        var record = Record.Parser.ParseFrom(entry.Record.Span);
        switch (change)
        {
            case "another decision":
                record.Decision.Accepted.Payment.Amount.Units++;
                break;
            case "an unknown field in the decision":
                record.Decision = Decision.Parser.ParseFrom([.. record.Decision.ToByteArray(), 0xf8, 0x01, 0x01]);
                break;
            case "a position":
                record.Position++;
                break;
            case "a partition":
                record.Partition++;
                break;
            case "another broker":
                record.Broker = "act://test/brokes";
                break;
            case "play":
                record.Play = !record.Play;
                break;
            case "a later stamp":
                record.StampMs++;
                break;
            case "an earlier stamp":
                record.StampMs -= 1_000_000;
                break;
        }
        var bytes = record.ToByteArray();
        var head = new byte[JournalEntry.HeadLength];
        JournalEntry.LeafHash(bytes, head);
        JournalEntry.NextHead(before.Span, head, head);
        return entry with { Record = bytes, Head = head };
    }
}
