using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using ActProtocol.Broker.Hosting;
using ActProtocol.Envelopes;
using ActProtocol.Sqlite;

namespace ActProtocol.Tools;

/// <summary><c>act up</c>: a broker in this process, until told to end.</summary>
static class UpCommand
{
    static readonly Option<string> Data = new("--data") { Description = "Data folder; made at the first start", DefaultValueFactory = _ => "act-data", HelpName = "folder" };
    static readonly Option<int> Port = new("--port") { Description = "Port of gRPC on loopback; 0: any that is free", DefaultValueFactory = _ => 7400 };
    static readonly Option<int> JsonPort = new("--json-port") { Description = "Port of JSON over HTTP on loopback; 0: any that is free", DefaultValueFactory = _ => 7401 };
    static readonly Option<string> Authority = new("--authority") { Description = "Authority of the names it gives out", DefaultValueFactory = _ => "local" };
    static readonly Option<bool> Play = new("--play") { Description = "A new data folder is for play money: principals fund themselves, receipts say so" };
    static readonly Option<int> Partitions = new("--partitions") { Description = "Partitions of a new data folder, for ever", DefaultValueFactory = _ => 16 };
    static readonly Option<bool> AcceptClock = new("--accept-clock") { Description = "This machine's clock is right, however long the broker was away" };
    static readonly Option<string> Arbiter = new("--arbiter") { Description = "Arbiter where an intent names none", DefaultValueFactory = _ => "", HelpName = "id" };
    static readonly Option<int> Checks = new("--unproven-checks") { Description = "Signature checks a second over all callers that have not proved who they are", DefaultValueFactory = _ => 4_000 };
    static readonly Option<int> Connections = new("--connections") { Description = "Connections at the same time", DefaultValueFactory = _ => 20_000 };

    public static ActCommand Create()
    {
        var command = new ActCommand("up", "Start a broker and leave it running until Ctrl-C.", """
            act up --play
            act up --data /srv/act --authority example.com --arbiter act://example.com/judge
            act up --play --data /tmp/act --port 0 --json-port 0 --json
            """)
        {
            Data, Port, JsonPort, Authority, Play, Partitions, AcceptClock, Arbiter, Checks, Connections,
        };
        command.Does(RunAsync);
        return command;
    }

    static async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var options = OptionsOf(call);
        try
        {
            await using (var host = await BrokerHost.StartAsync(options, TimeProvider.System, cancellationToken))
            {
                TellReady(call, options, host);
                await host.WaitAsync(cancellationToken);
            }
            call.Screen.Say("The broker has ended; what it acknowledged is on the disk.", "grey");
            return ExitCodes.Fine;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Fine;
        }
        catch (InvalidOperationException fault)
        {
            // The folder was made for something else; the message says for what.
            throw new BadInputException(fault.Message, fault);
        }
        catch (Exception fault) when (fault is JournalTruncatedException or Engine.Journal.JournalCorruptException)
        {
            throw new FailedException(fault.Message);
        }
    }

    static BrokerOptions OptionsOf(Call call)
    {
        var (port, jsonPort) = (call.Value(Port), call.Value(JsonPort));
        CheckPort("--port", port);
        CheckPort("--json-port", jsonPort);
        if (port == jsonPort && port != 0) throw new BadInputException($"--port and --json-port are both {port}: gRPC and JSON need a port each.");
        if (!ActId.IsValid($"act://{call.Value(Authority)}/broker")) throw new BadInputException($"--authority: '{call.Value(Authority)}' is none: write one such as example.com, out of a-z, 0-9, '-' and '.'.");
        if (call.Value(Arbiter) is { Length: > 0 } arbiter && !ActId.IsValid(arbiter)) throw new BadInputException($"--arbiter: '{arbiter}' is no id: write act://authority/name.");
        if (call.Value(Partitions) is < 1 or > 4_096) throw new BadInputException($"--partitions: {call.Value(Partitions)} is not from 1 to 4096.");
        if (File.Exists(call.Value(Data))) throw new BadInputException($"--data: '{call.Value(Data)}' is a file; a folder is expected.");
        return new BrokerOptions
        {
            Data = call.Value(Data),
            Port = port,
            JsonPort = jsonPort,
            Authority = call.Value(Authority),
            Play = call.Value(Play),
            Partitions = call.Value(Partitions),
            AcceptClock = call.Value(AcceptClock),
            Arbiter = call.Value(Arbiter),
            UnprovenChecksPerSecond = AtLeastOne("--unproven-checks", call.Value(Checks)),
            ConnectionsMax = AtLeastOne("--connections", call.Value(Connections)),
        };
    }

    static int AtLeastOne(string option, int value) => value >= 1 ? value : throw new BadInputException($"{option}: {value} is not at least 1.");

    // Asked before the data folder is touched, so that a wrong port leaves nothing behind.
    static void CheckPort(string option, int port)
    {
        if (port is < 0 or > 65_535) throw new BadInputException($"{option}: {port} is no port: write 1 to 65535, or 0 for any that is free.");
        if (port == 0) return;
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
        }
        catch (SocketException fault)
        {
            throw new BadInputException(
                fault.SocketErrorCode is SocketError.AddressAlreadyInUse
                    ? $"{option}: port {port} is in use by another program, perhaps by another 'act up'. Stop that one, or choose another port (0: any that is free)."
                    : $"{option}: port {port} cannot be opened: {fault.Message}.",
                fault);
        }
    }

    static void TellReady(Call call, BrokerOptions options, BrokerHost ready)
    {
        call.Screen.Tell(
            "ready",
            $"{ready.Id} is up, for {(ready.Play ? "play money" : "real money")}. Data: {Path.GetFullPath(options.Data)}",
            new { ready = true, grpc = ready.Grpc, json = ready.Json, broker = ready.Id, play = ready.Play },
            "green");
        call.Screen.Say($"""
              gRPC  {ready.Grpc}
              JSON  {ready.Json}   who it is: /.well-known/act.json   how it is: /health

            """);
        call.Screen.Next("In another terminal:");
        if (options.Port != 7400 || options.JsonPort != 7401) call.Screen.Next($"  export ACT_BROKER={ready.Grpc} ACT_BROKER_JSON={ready.Json}");
        call.Screen.Next(ready.Play ? """
              act sell --catalogue tools/act/samples/catalogue.json
              act buy --intent tools/act/samples/intent.json --fund '2000 CNY'
            """ : $"""
              act register principal alice
              act fund alice '2000 CNY' --operator {Path.Combine(options.Data, "keys", "operator.key")} --reference 'what names the payment outside'
            """);
        call.Screen.Next("Ctrl-C ends it.");
    }
}
