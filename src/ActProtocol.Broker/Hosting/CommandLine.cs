using System.CommandLine;
using ActProtocol.Sqlite;

namespace ActProtocol.Broker.Hosting;

/// <summary>The broker's own command line. <c>act up</c> says the same in more words.</summary>
static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var data = new Option<string>("--data") { Description = "Data folder", DefaultValueFactory = _ => "act-data" };
        var port = new Option<int>("--port") { Description = "gRPC port on loopback; 0: any", DefaultValueFactory = _ => 7400 };
        var jsonPort = new Option<int>("--json-port") { Description = "JSON port on loopback; 0: any", DefaultValueFactory = _ => 7401 };
        var authority = new Option<string>("--authority") { Description = "Authority of the names given out", DefaultValueFactory = _ => "local" };
        var play = new Option<bool>("--play") { Description = "A new data folder is for play money" };
        var partitions = new Option<int>("--partitions") { Description = "Partitions of a new data folder", DefaultValueFactory = _ => 16 };
        var acceptClock = new Option<bool>("--accept-clock") { Description = "The clock is right, however long the broker was away" };
        var arbiter = new Option<string>("--arbiter") { Description = "Arbiter where an intent names none", DefaultValueFactory = _ => "" };
        var root = new RootCommand("The ACT reference broker.") { data, port, jsonPort, authority, play, partitions, acceptClock, arbiter };
        root.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new BrokerOptions
            {
                Data = parsed.GetValue(data)!,
                Port = parsed.GetValue(port),
                JsonPort = parsed.GetValue(jsonPort),
                Authority = parsed.GetValue(authority)!,
                Play = parsed.GetValue(play),
                Partitions = parsed.GetValue(partitions),
                AcceptClock = parsed.GetValue(acceptClock),
                Arbiter = parsed.GetValue(arbiter)!,
            };
            try
            {
                await BrokerProcess.RunAsync(options, cancellationToken);
                return 0;
            }
            catch (Exception fault) when (fault is StoreInUseException or IOException or UnauthorizedAccessException or FormatException or InvalidOperationException)
            {
                await Console.Error.WriteLineAsync(fault.Message);
                return 2;
            }
        });
        return await root.Parse(args).InvokeAsync();
    }
}
