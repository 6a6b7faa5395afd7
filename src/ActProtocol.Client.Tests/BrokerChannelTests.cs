using System.Net;
using System.Net.Sockets;
using ActProtocol.Client.Transactions;

namespace ActProtocol.Client;

/// <summary>Connections that end at any moment leave nobody waiting.</summary>
public class BrokerChannelTests
{
    const int Rounds = 16;
    const int AtOnce = 4;

    // The library's own connecting can be left "ready" without a connection for good; it can be asked for only where it is on.
    [Fact]
    public async Task The_library_keeps_no_state_of_connections_beside_the_connections()
    {
        using var channel = BrokerChannel.Open("http://127.0.0.1:1");

        await Assert.ThrowsAsync<InvalidOperationException>(() => channel.ConnectAsync(Market.Cancelled));
    }

    [Fact]
    public async Task A_broker_that_resets_every_connection_is_told_as_one_that_is_not_there_and_found_when_it_is()
    {
        await using var broker = await ScriptedBroker.StartAsync();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var at = (IPEndPoint)listener.LocalEndpoint;
        var resetting = ResetAsync(listener);
        var options = new ActClientOptions { Address = $"http://{at}", FirstWait = TimeSpan.FromMilliseconds(1), LongestWait = TimeSpan.FromMilliseconds(2) };
        using var client = new ActClient(options, broker.Info);

        for (var round = 0; round < Rounds; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Assert.ThrowsAsync<BrokerUnreachableException>(() => client.GetEntryAsync("act://local/a", Market.Cancelled))));
        }
        listener.Stop();
        Assert.True(await resetting >= Rounds);

        await using var proxy = new CuttingProxy(broker.Address, at);
        Assert.Null(await client.GetEntryAsync("act://local/a", Market.Cancelled));
    }

    // Until the listener stops; how many there were.
    static async Task<int> ResetAsync(TcpListener listener)
    {
        for (var resets = 0; ; resets++)
        {
            try
            {
                using var socket = await listener.AcceptSocketAsync(Market.Cancelled);
                socket.LingerState = new LingerOption(true, 0);
            }
            catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
            {
                return resets;
            }
        }
    }
}
