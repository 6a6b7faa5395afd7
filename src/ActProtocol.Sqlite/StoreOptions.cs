namespace ActProtocol.Sqlite;

/// <summary>How a store is opened. The defaults are the safe ones.</summary>
public sealed record StoreOptions
{
    /// <summary>Open it although it is on a network or user-space file system.</summary>
    public bool AllowAnyFileSystem { get; init; }

    /// <summary>Whatever is missing at the journal's end is accepted as lost: the ends become what the files hold now.</summary>
    public bool AcceptLoss { get; init; }

    /// <summary>Hears sentences about what was mended on the way, such as snapshots that were thrown away.</summary>
    public Action<string>? Tell { get; init; }

    /// <summary>For tests, which must be able to fail: with <c>OFF</c> a power cut loses what was acknowledged.</summary>
    internal string Synchronous { get; init; } = "FULL";

    /// <summary>For tests: pages at most of the journal's file, and of the snapshots', as on a disk that is full.</summary>
    internal int PagesMax { get; init; } = int.MaxValue;
}
