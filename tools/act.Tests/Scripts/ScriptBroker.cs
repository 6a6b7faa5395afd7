using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ActProtocol.Tools;

/// <summary>A broker that all scripts share, and a web server that is none.</summary>
public sealed class ScriptBroker : IAsyncLifetime
{
    readonly string _folder = Directory.CreateTempSubdirectory("act-scripts-").FullName;
    readonly TcpListener _web = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stop = new();
    Task _serving = Task.CompletedTask;

    internal RunningBroker Broker { get; private set; } = null!;

    /// <summary>The broker's data folder.</summary>
    internal string Data => Path.Combine(_folder, "data");

    /// <summary>Answers everything with a page in HTML.</summary>
    internal string Html => $"http://127.0.0.1:{((IPEndPoint)_web.LocalEndpoint).Port}";

    public async ValueTask InitializeAsync()
    {
        Broker = await RunningBroker.StartAsync(_folder);
        _web.Start();
        _serving = ServeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _web.Dispose();
        _stop.Dispose();
        await Broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    async Task ServeAsync()
    {
        const string Page = "<html><body>It works!</body></html>";
        try
        {
            while (true)
            {
                using var client = await _web.AcceptTcpClientAsync(_stop.Token);
                var stream = client.GetStream();
                var request = new byte[4096];
                _ = await stream.ReadAsync(request, _stop.Token);
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {Page.Length}\r\nConnection: close\r\n\r\n{Page}"), _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }
}
