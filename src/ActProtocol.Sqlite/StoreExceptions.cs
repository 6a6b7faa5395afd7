namespace ActProtocol.Sqlite;

/// <summary>Another process (or this one) has the store open.</summary>
public sealed class StoreInUseException(string folder, Exception cause)
    : IOException($"The store in {folder} is in use by another process. One store has one writer: stop the other one first.", cause);

/// <summary>There is a store already where one was to be created.</summary>
public sealed class StoreExistsException(string folder) : IOException($"There is a store in {folder} already.");

/// <summary>There is no store, or its creation was cut short.</summary>
public sealed class StoreMissingException(string folder) : IOException($"There is no store in {folder}. Create one first.");

/// <summary>The files are where no sync can be relied upon.</summary>
public sealed class StoreMisplacedException(string folder, string fileSystem)
    : IOException($"{folder} is on a network or user-space file system ({fileSystem}), where a sync may promise what a power cut takes back, "
        + "and a lock may not hold. Put the data folder on a local disk, or allow it with --any-file-system.");

/// <summary>A file of the store is not what this program wrote. Nothing is served from it.</summary>
public sealed class StoreDamagedException(string what, Exception? cause = null) : IOException(what, cause);

/// <summary>The files can be neither read nor written at present, for example because the disk is full.</summary>
public sealed class StoreUnavailableException(string folder, Exception cause)
    : IOException($"The store in {folder} cannot be opened: {(DurableFolder.IsFull(folder) ? "the disk is full. " : "")}{cause.Message} Nothing is lost; start again once that is mended.", cause);

/// <summary>The journal ends before a place that it is known to have reached, or holds another record there.</summary>
public sealed class JournalTruncatedException(int partition, long expectedNext, long next, string folder)
    : IOException($"Partition {partition} is known to have reached position {expectedNext - 1}, but "
        + (next < expectedNext ? $"the journal ends at {next - 1}. " : "the journal holds another record there. ")
        + "Acknowledged records are missing: the disk lost them, or another or older copy of the files was put there. "
        + $"Restore a complete copy of {folder}, or accept the loss with 'act audit {folder} --accept-loss'.")
{
    public int Partition { get; } = partition;

    public long ExpectedNext { get; } = expectedNext;

    public long Next { get; } = next;
}
