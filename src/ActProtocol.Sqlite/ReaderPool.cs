using System.Collections.Concurrent;

namespace ActProtocol.Sqlite;

/// <summary>As many readers as there were ever at once.</summary>
sealed class ReaderPool(string path) : IDisposable
{
    private readonly ConcurrentBag<Reader> _idle = [];

    public T Use<T>(Func<Reader, T> use)
    {
        if (!_idle.TryTake(out var reader))
            reader = new(path);
        try
        {
            return use(reader);
        }
        finally
        {
            _idle.Add(reader);
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var reader))
            reader.Dispose();
    }
}
