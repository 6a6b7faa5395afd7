namespace ActProtocol.Engine.Journal;

/// <summary>An append of a <see cref="MemoryLog"/> that hangs until it is released.</summary>
/// <remarks>Disposing it releases it too: an engine whose append hangs for ever could not be disposed of either.</remarks>
public sealed class HangingAppend : IDisposable
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new();

    /// <summary>Done once the append hangs.</summary>
    public Task Reached => _reached.Task;

    public void Release() => _released.TrySetResult();

    public void Dispose() => Release();

    internal Task WaitAsync()
    {
        _reached.TrySetResult();
        return _released.Task;
    }
}
