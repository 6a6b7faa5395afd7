namespace ActProtocol.Sqlite;

/// <summary>Another process (or this one) has the store open.</summary>
public sealed class StoreInUseException(string folder, Exception cause)
    : IOException($"The store in {folder} is in use by another process. One store has one writer: stop the other one first.", cause);

/// <summary>There is a store already where one was to be created.</summary>
public sealed class StoreExistsException(string folder) : IOException($"There is a store in {folder} already.");

/// <summary>There is no store, or its creation was cut short.</summary>
public sealed class StoreMissingException(string folder) : IOException($"There is no store in {folder}. Create one first.");

/// <summary>The journal ends before a place that it is known to have reached, or holds another record there.</summary>
public sealed class JournalTruncatedException(int partition, long expectedNext, long next, string folder)
    : Exception($"Partition {partition} is known to have reached position {expectedNext - 1}, but "
        + (next < expectedNext ? $"the journal ends at {next - 1}. " : "the journal holds another record there. ")
        + "Acknowledged records are missing: the disk lost them, or an older copy of the files was put back. Do not serve from it. "
        + $"Restore a complete copy of {folder}. If the loss is accepted, say so by removing the file '{HighWater.FileName}' there.")
{
    public int Partition { get; } = partition;

    public long ExpectedNext { get; } = expectedNext;

    public long Next { get; } = next;
}
