using System.Net.Sockets;

namespace ActProtocol.Conformance.Brokers;

/// <summary>Opens connections for a handler.</summary>
/// <remarks>Where a handler opens them itself, the gRPC library's own connecting is off, which can take a connection for ready that was reset meanwhile, and then waits for ever.</remarks>
static class Connecting
{
    public static async ValueTask<Stream> OpenAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
