using ActProtocol.Engine.Journal;
using ActProtocol.Envelopes;
using ActProtocol.Journal;
using Microsoft.Extensions.Logging;

namespace ActProtocol.Engine.Hosting;

/// <summary>Hands what mailboxes got to those that listen, with one proof over all of it.</summary>
sealed class Deliveries(Slots slots, IPartitionLog log, BatchProver prover, IMailSink mail, ILogger logger)
{
    /// <summary>After an append, while its entries are at hand.</summary>
    public async Task DeliverAsync()
    {
        List<(Slot Slot, string Agent, long Position)> wanted = [];
        foreach (var slot in slots.All)
        {
            foreach (var (agent, position) in slot.Mail)
            {
                if (mail.Wants(agent)) wanted.Add((slot, agent, position));
            }
        }
        if (wanted.Count == 0) return;

        List<ReadOnlyMemory<byte>> records = [];
        List<Digest> leaves = [];
        Dictionary<(int, long), int> proven = [];
        foreach (var (slot, _, position) in wanted)
        {
            if (proven.ContainsKey((slot.Index, position)) || await EntryAtAsync(slot, position) is not { } entry) continue;
            proven.Add((slot.Index, position), records.Count);
            records.Add(entry.Record);
            leaves.Add(entry.Leaf.IsEmpty ? MerkleTree.LeafHash(entry.Record.Span) : new Digest(entry.Leaf.Span));
        }
        if (records.Count == 0) return;
        var receipts = prover.Prove(records, [.. leaves]);
        foreach (var (slot, agent, position) in wanted)
        {
            if (proven.TryGetValue((slot.Index, position), out var at)) mail.Mail(new MailItem(agent, slot.Index, position, receipts[at]));
        }
    }

    // Null when an old record cannot be read: its delivery waits in the mailbox, and everything else goes on.
    async ValueTask<JournalEntry?> EntryAtAsync(Slot slot, long position)
    {
        if (slot.FindPending(position) is { } pending) return pending;
        try
        {
            return await log.FindAsync(slot.Index, position, CancellationToken.None);
        }
        catch (Exception fault)
        {
            logger.ReadFailed(fault, slot.Index, position);
            return null;
        }
    }
}
