using ActProtocol.Engine.Journal;

namespace ActProtocol.Sqlite;

/// <summary>Writes the high-water file behind the log's back, ten times a second at most.</summary>
sealed class HighWaterKeeper : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    private readonly string _folder;
    private readonly Tails _tails;
    private readonly PeriodicTimer _timer;
    private readonly Task _loop;
    private long _written = -1;

    public HighWaterKeeper(string folder, Tails tails, TimeProvider time)
    {
        _folder = folder;
        _tails = tails;
        _timer = new(Every, time);
        _loop = Task.Run(LoopAsync);
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _loop.ConfigureAwait(false);
        Write();
    }

    private async Task LoopAsync()
    {
        while (await _timer.WaitForNextTickAsync().ConfigureAwait(false))
            Write();
    }

    private void Write()
    {
        var (version, tails) = _tails.All();
        if (version == _written)
            return;

        try
        {
            HighWater.Write(_folder, tails);
            _written = version;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The old file still tells the truth, only an older one. The next tick tries again.
        }
    }
}
