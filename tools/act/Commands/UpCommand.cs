using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using ActProtocol.Broker.Hosting;
using ActProtocol.Envelopes;
using ActProtocol.Sqlite;
using Microsoft.Extensions.Logging;

namespace ActProtocol.Tools;

/// <summary><c>act up</c>: a broker in this process, until told to end.</summary>
static class UpCommand
{
    static readonly Option<string?> Config = new("--config") { Description = "JSON file with a section 'Act'; else appsettings.json, if there is one. The environment (Act__Port) and what is said here overrule it", HelpName = "file" };
    static readonly Option<string> Data = new("--data") { Description = "Data folder; made at the first start [default: act-data]", HelpName = "folder" };
    static readonly Option<int> Port = new("--port") { Description = "Port of gRPC; 0: any that is free [default: 7400]" };
    static readonly Option<int> JsonPort = new("--json-port") { Description = "Port of JSON over HTTP; 0: any that is free [default: 7401]" };
    static readonly Option<string> Authority = new("--authority") { Description = "Authority of the names it gives out [default: local]" };

    // Each is an option of the broker's by the name beside it. What is not given is not said, so that file and environment hold.
    static readonly (Option Option, string Name)[] Table =
    [
        (Data, nameof(BrokerOptions.Data)),
        (Port, nameof(BrokerOptions.Port)),
        (JsonPort, nameof(BrokerOptions.JsonPort)),
        (new Option<bool>("--play") { Description = "A new data folder is for play money: principals fund themselves, receipts say so" }, nameof(BrokerOptions.Play)),
        (Authority, nameof(BrokerOptions.Authority)),
        (new Option<string>("--arbiter") { Description = "Arbiter where an intent names none", HelpName = "id" }, nameof(BrokerOptions.Arbiter)),
        (new Option<int>("--partitions") { Description = "Partitions of a new data folder, for ever [default: 16]" }, nameof(BrokerOptions.Partitions)),
        (new Option<bool>("--accept-clock") { Description = "This machine's clock is right, however long the broker was away" }, nameof(BrokerOptions.AcceptClock)),
        (new Option<bool>("--any-file-system") { Description = "The data folder may be on a network file system, whose syncs may not hold" }, nameof(BrokerOptions.AnyFileSystem)),
        (new Option<string>("--listen") { Description = "Address to listen on; beyond loopback with a certificate [default: 127.0.0.1]", HelpName = "address" }, nameof(BrokerOptions.Listen)),
        (new Option<string>("--certificate") { Description = "TLS: PEM or PFX file; its password is read from Act__CertificatePassword", HelpName = "file" }, nameof(BrokerOptions.Certificate)),
        (new Option<string>("--certificate-key") { Description = "TLS: PEM file of the key", HelpName = "file" }, nameof(BrokerOptions.CertificateKey)),
        (new Option<bool>("--insecure-plaintext") { Description = "Listen without TLS where others can reach it" }, nameof(BrokerOptions.InsecurePlaintext)),
        (new Option<int>("--unproven-checks") { Description = "Signature checks a second over all callers that have not proved who they are [default: 4000]" }, nameof(BrokerOptions.UnprovenChecksPerSecond)),
        (new Option<int>("--connections") { Description = "Connections at the same time [default: 20000]" }, nameof(BrokerOptions.ConnectionsMax)),
        (new Option<string>("--log-level") { Description = "Least that is logged, to the error stream [default: Warning]", HelpName = "level" }, nameof(BrokerOptions.LogLevel)),
        (new Option<bool>("--json-logs") { Description = "Log as JSON, one object a line" }, nameof(BrokerOptions.JsonLogs)),
    ];

    public static ActCommand Create()
    {
        var command = new ActCommand("up", "Start a broker and leave it running until Ctrl-C.", """
            act up --play
            act up --data /srv/act --authority example.com --arbiter act://example.com/judge
            act up --listen 0.0.0.0 --certificate broker.pem --certificate-key broker.key --authority example.com
            act up --play --data /tmp/act --port 0 --json-port 0 --json
            """)
        {
            Config,
        };
        foreach (var (option, _) in Table) command.Add(option);
        command.Does(RunAsync);
        return command;
    }

    static async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var options = OptionsOf(call);
        try
        {
            await using (var host = await StartAsync(options, cancellationToken))
            {
                TellReady(call, options, host);
                await host.WaitAsync(cancellationToken);
            }
            call.Screen.Tell("ended", "The broker has ended; what it acknowledged is on the disk.", style: "grey");
            return ExitCodes.Fine;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Fine; // Told to end while it was starting.
        }
        catch (Exception fault) when (fault is JournalTruncatedException or Engine.Journal.JournalCorruptException or InvalidOperationException)
        {
            throw new FailedException(fault.Message);
        }
    }

    static async Task<BrokerHost> StartAsync(BrokerOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await BrokerHost.StartAsync(options, TimeProvider.System, cancellationToken);
        }
        catch (InvalidOperationException fault)
        {
            // The folder was made for something else; the message says for what.
            throw new BadInputException(fault.Message, fault);
        }
    }

    static BrokerOptions OptionsOf(Call call)
    {
        CheckGiven(call);
        BrokerOptions options;
        try
        {
            var given = Given(call).ToDictionary();
            options = BrokerConfiguration.Load(call.Value(Config), given);
            // On a screen the broker's own steps are told by act; its log is for what is amiss.
            if (!given.ContainsKey(nameof(BrokerOptions.LogLevel)) && options.LogLevel is LogLevel.Information) options = options with { LogLevel = LogLevel.Warning };
        }
        catch (BrokerOptionsException fault)
        {
            throw new BadInputException(string.Join(' ', fault.Faults), fault);
        }
        if (File.Exists(options.Data)) throw new BadInputException($"--data: '{options.Data}' is a file; a folder is expected.");
        CheckFree("--port", options.Listen, options.Port);
        CheckFree("--json-port", options.Listen, options.JsonPort);
        return options;
    }

    // The commonest mistakes, told by the options' own names.
    static void CheckGiven(Call call)
    {
        var (port, jsonPort) = (IsGiven(call, Port) ? call.Value(Port) : 7400, IsGiven(call, JsonPort) ? call.Value(JsonPort) : 7401);
        foreach (var (name, value) in new[] { (Port.Name, port), (JsonPort.Name, jsonPort) })
        {
            if (value is < 0 or > 65_535) throw new BadInputException($"{name}: {value} is no port: write 1 to 65535, or 0 for any that is free.");
        }
        if (port == jsonPort && port != 0) throw new BadInputException($"--port and --json-port are both {port}: gRPC and JSON need a port each.");
        if (IsGiven(call, Authority) && !ActId.IsValid($"act://{call.Value(Authority)}/broker"))
        {
            throw new BadInputException($"--authority: '{call.Value(Authority)}' is none: write one such as example.com, out of a-z, 0-9, '-' and '.'.");
        }
    }

    static bool IsGiven(Call call, Option option) => call.Parsed.GetResult(option) is { Implicit: false };

    static IEnumerable<KeyValuePair<string, string?>> Given(Call call)
    {
        foreach (var (option, name) in Table)
        {
            if (IsGiven(call, option) && call.Parsed.GetResult(option) is { } result) yield return KeyValuePair.Create(name, (string?)(result.Tokens.Count > 0 ? result.Tokens[0].Value : "true"));
        }
    }

    // Asked before the data folder is touched, so that a wrong port leaves nothing behind.
    static void CheckFree(string option, string listen, int port)
    {
        if (port == 0) return;
        try
        {
            using var listener = new TcpListener(IPAddress.Parse(listen), port);
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
