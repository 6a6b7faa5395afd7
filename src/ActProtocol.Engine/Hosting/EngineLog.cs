using ActProtocol.Engine.Journal;
using Microsoft.Extensions.Logging;

namespace ActProtocol.Engine.Hosting;

/// <summary>Everything that the engine logs. Event ids 100 to 199.</summary>
static partial class EngineLog
{
    [LoggerMessage(100, LogLevel.Error, "Partition {Partition} failed to decide. It is read again from the journal.")]
    public static partial void DecisionFailed(this ILogger logger, Exception fault, int partition);

    [LoggerMessage(101, LogLevel.Error, "An append to partition {Partition} ended as {Outcome}. The partition is fenced until it has been read again.")]
    public static partial void AppendFailed(this ILogger logger, Exception? fault, int partition, AppendOutcome outcome);

    [LoggerMessage(102, LogLevel.Error, "Partition {Partition} cannot be read again yet.")]
    public static partial void RecoveryFailed(this ILogger logger, Exception fault, int partition);

    [LoggerMessage(103, LogLevel.Warning, "No snapshot of partition {Partition} could be written. The next start takes longer.")]
    public static partial void SnapshotFailed(this ILogger logger, Exception fault, int partition);

    [LoggerMessage(104, LogLevel.Error, "Partition {Partition}, position {Position} cannot be read.")]
    public static partial void ReadFailed(this ILogger logger, Exception fault, int partition, long position);

    [LoggerMessage(105, LogLevel.Critical, "The engine stopped by a fault. Nothing is decided until the broker is started again.")]
    public static partial void LoopFailed(this ILogger logger, Exception fault);
}
