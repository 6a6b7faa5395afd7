using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ActProtocol.Conformance.CommandLine;

/// <summary>A server that does to each connection what a test wants.</summary>
sealed class FakeServer : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stop = new();
    readonly Task _serving;

    /// <param name="serve">The bytes after one request's head was read; null as the head: none was.</param>
    public FakeServer(Func<Stream, CancellationToken, Task> serve, bool tls = false)
    {
        _listener.Start();
        _serving = ServeAsync(serve, tls ? Certificate() : null);
        Address = $"{(tls ? "https" : "http")}://localhost:{((IPEndPoint)_listener.LocalEndpoint).Port}";
    }

    public string Address { get; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Answers whatever is asked with the same.</summary>
    public static FakeServer Answering(string type, string body, string status = "200 OK", bool tls = false) => new(async (stream, stop) =>
    {
        await ReadHeadAsync(stream, stop);
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}"), stop);
    }, tls);

    /// <summary>Sends the head and the beginning of an answer, and goes on as told.</summary>
    public static FakeServer Beginning(string head, Func<Stream, CancellationToken, Task> goOn) => new(async (stream, stop) =>
    {
        await ReadHeadAsync(stream, stop);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), stop);
        await goOn(stream, stop);
    });

    public static async Task ReadHeadAsync(Stream stream, CancellationToken stop)
    {
        var (buffer, text) = (new byte[4096], "");
        while (!text.Contains("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(buffer, stop) is var count and > 0) text += Encoding.Latin1.GetString(buffer, 0, count);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving;
        _stop.Dispose();
    }

    async Task ServeAsync(Func<Stream, CancellationToken, Task> serve, X509Certificate2? certificate)
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                connections.Add(OneAsync(client, serve, certificate));
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    async Task OneAsync(TcpClient client, Func<Stream, CancellationToken, Task> serve, X509Certificate2? certificate)
    {
        using (client)
        {
            try
            {
                Stream stream = client.GetStream();
                if (certificate is not null)
                {
                    var tls = new SslStream(stream);
                    await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, _stop.Token);
                    stream = tls;
                }
                await serve(stream, _stop.Token);
            }
            catch (Exception fault) when (fault is OperationCanceledException or IOException or SocketException or System.Security.Authentication.AuthenticationException)
            {
                // The suite went away, or the test is over.
            }
        }
    }

    static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }
}
