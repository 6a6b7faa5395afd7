using ActProtocol.Engine.Directory;
using ActProtocol.Engine.Journal;
using ActProtocol.Engine.Partitions;
using Microsoft.Extensions.Logging;

namespace ActProtocol.Engine.Hosting;

/// <summary>Brings machines up from their snapshots and the log, takes their tails over, and writes snapshots of them.</summary>
sealed class MachineStore(EngineOptions options, IPartitionLog log, ISnapshotStore? snapshots, ILogger logger)
{
    /// <summary>A new machine, as the log says it is.</summary>
    /// <exception cref="JournalCorruptException">What was journaled does not hold.</exception>
    public async Task LoadAsync(Slot slot, CancellationToken cancellationToken)
    {
        slot.Machine = slot.Index < options.Partitions
            ? new Partition(slot.Index, options.Broker)
            : new DirectoryMachine(slot.Index, options.Broker, options.Authority);
        if (snapshots is not null && await snapshots.LatestAsync(slot.Index, cancellationToken) is { } snapshot)
        {
            slot.Machine.ReadSnapshot(new SnapshotReader(snapshot.State));
        }
        slot.SnapshotAt = slot.Machine.Position;
        await foreach (var entry in log.ReadAsync(slot.Index, slot.Machine.Position + 1, cancellationToken)) slot.Machine.Replay(entry);
        slot.Partition?.FindOwed();
    }

    /// <summary>From now on only this broker appends to it.</summary>
    /// <exception cref="JournalCorruptException">The log goes on after what was loaded.</exception>
    public async Task ClaimAsync(Slot slot, CancellationToken cancellationToken)
    {
        var tail = await log.ClaimAsync(slot.Index, cancellationToken);
        if (tail.Next != slot.Machine.Position + 1 || !tail.Head.Span.SequenceEqual(slot.Machine.Head.Span))
        {
            throw new JournalCorruptException(slot.Index, tail.Next, "the log's end is not where its replay ended");
        }
        slot.Epoch = tail.Epoch;
    }

    /// <summary>Everything that the machine holds must be durable.</summary>
    public async Task SnapshotAsync(Slot slot)
    {
        slot.SnapshotAt = slot.Machine.Position;
        if (snapshots is null) return;
        try
        {
            var writer = new SnapshotWriter();
            slot.Machine.WriteSnapshot(writer);
            await snapshots.PutAsync(slot.Index, new Snapshot(slot.Machine.Position, slot.Machine.Head, writer.Written), CancellationToken.None);
        }
        catch (Exception fault)
        {
            // Losing a snapshot costs time at the next start, never truth.
            logger.SnapshotFailed(fault, slot.Index);
        }
    }
}
