using System.Net;
using System.Net.Sockets;

namespace ActProtocol.Client.Transactions;

/// <summary>Stands between a client and its broker, and cuts everything off once, after exactly so many bytes of what the broker says.</summary>
sealed class CuttingProxy : IAsyncDisposable
{
    readonly TcpListener _listener;
    readonly CancellationTokenSource _stop = new();
    readonly Lock _lock = new();
    readonly List<TcpClient> _sockets = [];
    readonly Uri _broker;
    readonly Task _accepting;
    readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long _left = long.MaxValue;
    long _mark = long.MaxValue;
    bool _hasCut;

    /// <param name="at">Where it listens; anywhere when left out.</param>
    public CuttingProxy(string broker, IPEndPoint? at = null)
    {
        _listener = new TcpListener(at ?? new IPEndPoint(IPAddress.Loopback, 0));
        _broker = new Uri(broker);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Bytes that came from the broker.</summary>
    public long Passed { get; private set; }

    /// <summary>Cuts after so many further bytes from the broker, once.</summary>
    public void CutAfter(long bytes)
    {
        lock (_lock) _left = bytes;
    }

    /// <summary>Completes when so many bytes have come from the broker; cuts nothing.</summary>
    public Task ReachedAsync(long bytes)
    {
        lock (_lock) _mark = bytes;
        return _reached.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        CutAll();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            var broker = new TcpClient { NoDelay = true };
            client.NoDelay = true;
            await broker.ConnectAsync(_broker.Host, _broker.Port, _stop.Token);
            lock (_lock) _sockets.AddRange([client, broker]);
            _ = PumpAsync(client, broker, counted: false);
            _ = PumpAsync(broker, client, counted: true);
        }
    }

    async Task PumpAsync(TcpClient from, TcpClient to, bool counted)
    {
        var buffer = new byte[16_384];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, _stop.Token) is > 0 and var read)
            {
                var (pass, cut) = counted ? Count(read) : (read, false);
                await to.GetStream().WriteAsync(buffer.AsMemory(0, pass), _stop.Token);
                if (cut) CutAll();
            }
            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception ended) when (ended is IOException or SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            from.Dispose();
            to.Dispose();
        }
    }

    (int Pass, bool Cut) Count(int read)
    {
        lock (_lock)
        {
            var pass = _hasCut ? read : (int)Math.Min(read, _left);
            Passed += pass;
            if (Passed >= _mark) _reached.TrySetResult();
            if (_hasCut) return (pass, false);
            _left -= pass;
            return (pass, _hasCut = _left == 0);
        }
    }

    void CutAll()
    {
        lock (_lock)
        {
            foreach (var socket in _sockets) socket.Dispose();
            _sockets.Clear();
        }
    }
}
