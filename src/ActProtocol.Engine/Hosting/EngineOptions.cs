using ActProtocol.Engine.Partitions;
using ActProtocol.Envelopes;

namespace ActProtocol.Engine.Hosting;

/// <summary>What an engine needs to know of the broker it runs in.</summary>
public sealed record EngineOptions
{
    /// <summary>The broker's id.</summary>
    public required string Broker { get; init; }

    /// <summary>The authority under which it gives out names.</summary>
    public required string Authority { get; init; }

    /// <summary>As written at creation of the data folder.</summary>
    public int Partitions { get; init; } = 16;

    public bool Play { get; init; }

    /// <summary>The arbiter where an intent names none; empty: none.</summary>
    public string DefaultArbiter { get; init; } = "";

    /// <summary>Signs receipts.</summary>
    public required ISigner ReceiptKey { get; init; }

    /// <summary>Operators by id, with their keys and roles.</summary>
    public IReadOnlyDictionary<string, (VerifyingKey Key, OperatorRoles Roles)> Operators { get; init; } =
        new Dictionary<string, (VerifyingKey, OperatorRoles)>();

    /// <summary>An operator says at the start that the clock is right.</summary>
    public bool AcceptClockAtStart { get; init; }

    /// <summary>Public delay of recoveries that begin from now on; those that wait keep theirs.</summary>
    public TimeSpan RecoveryDelay { get; init; } = TimeSpan.FromHours(72);

    /// <summary>Things that wait for the loop before senders do.</summary>
    public int QueueMax { get; init; } = 16_384;

    /// <summary>Things taken for one append.</summary>
    public int BatchMax { get; init; } = 2_048;

    /// <summary>Records of a partition between two snapshots of it.</summary>
    public long SnapshotEvery { get; init; } = 50_000;

    /// <summary>How often deadlines are looked at when nothing else happens.</summary>
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromMilliseconds(200);
}
