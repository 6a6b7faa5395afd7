using System.Text.Json;

namespace ActProtocol.Broker.Hosting;

/// <summary>A broker as the whole of a process: says when it is ready, ends when told to.</summary>
public static class BrokerProcess
{
    public static async Task RunAsync(BrokerOptions options, CancellationToken cancellationToken)
    {
        await using var host = await BrokerHost.StartAsync(options, TimeProvider.System, cancellationToken);
        var ready = JsonSerializer.Serialize(new { ready = true, grpc = host.Grpc, json = host.Json, broker = host.Id });
        await Console.Out.WriteLineAsync(ready);
        await Console.Out.FlushAsync(cancellationToken);
        await host.WaitAsync(cancellationToken);
    }
}
