using ActProtocol.Engine.Journal;

namespace ActProtocol.Sqlite;

/// <summary>Where each partition durably ends. Written by the writer's thread alone, read by all.</summary>
sealed class Tails(int partitions)
{
    private readonly Lock _lock = new();
    private readonly Tail[] _tails = new Tail[partitions];
    private long _version;
    private bool _unsure;

    public int Count => _tails.Length;

    /// <summary>A commit failed, so that only the file can say where the log ends.</summary>
    public bool Unsure
    {
        get { lock (_lock) return _unsure; }
        set { lock (_lock) _unsure = value; }
    }

    /// <summary>A partition's tail, or null while unsure.</summary>
    public Tail? Known(int partition)
    {
        lock (_lock)
            return _unsure ? null : _tails[partition];
    }

    /// <summary>The last tail that is known to be durable.</summary>
    public Tail this[int partition]
    {
        get { lock (_lock) return _tails[partition]; }
    }

    public void Set(IEnumerable<KeyValuePair<int, Tail>> tails)
    {
        lock (_lock)
        {
            foreach (var (partition, tail) in tails)
                _tails[partition] = tail;
            _version++;
        }
    }

    /// <summary>All tails at one moment, with a number that changes whenever one does.</summary>
    public (long Version, Tail[] Tails) All()
    {
        lock (_lock)
            return (_version, [.. _tails]);
    }
}
