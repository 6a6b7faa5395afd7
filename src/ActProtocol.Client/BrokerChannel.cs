using System.Net.Sockets;
using ActProtocol.Envelopes;
using Grpc.Net.Client;

namespace ActProtocol.Client;

/// <summary>The connections of one client to its broker.</summary>
/// <remarks>
/// They are opened here, for each call that finds none, and not by the gRPC library, which would keep a state of its own (idle, connecting,
/// ready) beside them. It tells a change of that state after it has let go of its lock (Subchannel.UpdateConnectivityState in Grpc.Net.Client
/// 2.85), so two changes can be told in the wrong order: a connection that is reset at the moment it was made then leaves "ready" behind
/// without a connection, nobody opens one, and every later call waits until it is given up. A callback turns that part of the library off.
/// </remarks>
static class BrokerChannel
{
    // A frame carries at most 256 deliveries, each of an envelope and its proof.
    const int ReceiveBytesMax = 256 * (EnvelopeLimits.ContentBytesMax + 8_192);

    static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(20);
    static readonly TimeSpan PingWithin = TimeSpan.FromSeconds(10);
    static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(5);

    /// <param name="address">For example <c>http://127.0.0.1:7400</c>; no connection is made yet.</param>
    public static GrpcChannel Open(string address) => GrpcChannel.ForAddress(address, new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            ConnectTimeout = ConnectWithin,
            // Without pings a connection that died silently would be waited on for ever.
            KeepAlivePingDelay = PingAfter,
            KeepAlivePingTimeout = PingWithin,
        },
        DisposeHttpClient = true,
        MaxReceiveMessageSize = ReceiveBytesMax,
    });

    static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
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
