using System.CommandLine;
using System.Text.Json;
using ActProtocol.Broker.Hosting;
using ActProtocol.Client;
using ActProtocol.Sqlite;
using ActProtocol.Tools;
using Google.Protobuf;

var json = new Option<bool>("--json") { Description = "For machines: one JSON object a line", Recursive = true };
var grpc = new Option<string>("--broker") { Description = "gRPC address of the broker", DefaultValueFactory = _ => "http://127.0.0.1:7400" };
var web = new Option<string>("--broker-json") { Description = "JSON address of the broker", DefaultValueFactory = _ => "http://127.0.0.1:7401" };
var keys = new Option<string>("--keys") { Description = "Folder of key files", DefaultValueFactory = _ => "act-keys" };

var data = new Option<string>("--data") { Description = "Data folder", DefaultValueFactory = _ => "act-data" };
var port = new Option<int>("--port") { Description = "gRPC port on loopback; 0: any", DefaultValueFactory = _ => 7400 };
var jsonPort = new Option<int>("--json-port") { Description = "JSON port on loopback; 0: any", DefaultValueFactory = _ => 7401 };
var authority = new Option<string>("--authority") { Description = "Authority of the names given out", DefaultValueFactory = _ => "local" };
var play = new Option<bool>("--play") { Description = "A new data folder is for play money" };
var up = new Command("up", "Start a broker and leave it running.") { data, port, jsonPort, authority, play };
up.SetAction((parsed, cancellationToken) => Guarded(async () =>
{
    await BrokerProcess.RunAsync(
        new BrokerOptions
        {
            Data = parsed.GetValue(data)!,
            Port = parsed.GetValue(port),
            JsonPort = parsed.GetValue(jsonPort),
            Authority = parsed.GetValue(authority)!,
            Play = parsed.GetValue(play),
        },
        cancellationToken);
    return 0;
}));

var catalogue = new Option<string>("--catalogue") { Description = "What is sold (JSON)", Required = true };
var sell = new Command("sell", "Sell from a catalogue until stopped.") { catalogue, grpc, web, keys };
sell.SetAction((parsed, cancellationToken) => Guarded(async () =>
{
    using var session = await Session.OpenAsync(parsed.GetValue(grpc)!, parsed.GetValue(web)!, parsed.GetValue(keys)!, parsed.GetValue(json), cancellationToken);
    return await SellCommand.RunAsync(session, parsed.GetValue(catalogue)!, cancellationToken);
}));

var intent = new Option<string>("--intent") { Description = "What is wanted (JSON)", Required = true };
var buyer = new Option<string>("--as") { Description = "Name of the buying agent; its principal is NAME-owner", DefaultValueFactory = _ => "buyer" };
var fund = new Option<string?>("--fund") { Description = "Play money for the account first, for example '2000 CNY'" };
var limit = new Option<string>("--limit") { Description = "What the mandate allows in total", DefaultValueFactory = _ => "2000 CNY" };
var receiptFile = new Option<string>("--receipt") { Description = "Where to write the receipt", DefaultValueFactory = _ => "receipt.bin" };
var dearestFirst = new Option<bool>("--dearest-first") { Description = "Try the dearest quote first: shows what the broker refuses" };
var buy = new Command("buy", "Buy once what an intent asks for.") { intent, buyer, fund, limit, receiptFile, dearestFirst, grpc, web, keys };
buy.SetAction((parsed, cancellationToken) => Guarded(async () =>
{
    using var session = await Session.OpenAsync(parsed.GetValue(grpc)!, parsed.GetValue(web)!, parsed.GetValue(keys)!, parsed.GetValue(json), cancellationToken);
    var order = new BuyOrder(
        parsed.GetValue(intent)!, parsed.GetValue(buyer)!, parsed.GetValue(fund), parsed.GetValue(limit)!, parsed.GetValue(receiptFile)!, parsed.GetValue(dearestFirst));
    return await BuyCommand.RunAsync(session, order, cancellationToken);
}));

var file = new Argument<string>("file") { Description = "The receipt" };
var trusted = new Option<string>("--broker-keys") { Description = "A saved /.well-known/act.json of the broker", Required = true };
var verify = new Command("verify", "Check a receipt with the broker's public key alone, offline.") { file, trusted };
verify.SetAction((parsed, _) => Guarded(() => Task.FromResult(ReceiptCommand.Verify(parsed.GetValue(file)!, parsed.GetValue(trusted)!, parsed.GetValue(json)))));

var transitions = new Command("transitions", "Print the transition table as a Mermaid diagram.");
transitions.SetAction(_ => Console.Out.Write(TransitionsCommand.Mermaid()));

var demo = new Command("demo", "A broker, three sellers and a buyer: a flight to Hangzhou within CNY 800, no red-eye.");
demo.SetAction((parsed, cancellationToken) => Guarded(() => DemoCommand.RunAsync(parsed.GetValue(json), cancellationToken)));

var root = new RootCommand("ACT: software agents buy and sell under the control of the people whose money it is.")
{
    demo, up, buy, sell, new Command("receipt", "Receipts.") { verify }, AuditCommand.Create(json, Guarded), transitions, json,
};
var parsed = root.Parse(args);
return parsed.Errors.Count > 0 && await parsed.InvokeAsync() is not 0 ? ExitCodes.BadInput : await parsed.InvokeAsync();

// Faults that a person can mend end in one sentence; anything else is ours and shows itself.
static async Task<int> Guarded(Func<Task<int>> run)
{
    try
    {
        return await run();
    }
    catch (OperationCanceledException)
    {
        return ExitCodes.Failed;
    }
    catch (ActRefusedException refused)
    {
        await Console.Error.WriteLineAsync(refused.Message);
        return ExitCodes.Failed;
    }
    catch (TimeoutException unknown)
    {
        await Console.Error.WriteLineAsync(unknown.Message);
        return ExitCodes.Unknown;
    }
    catch (Exception fault) when (fault is HttpRequestException or Grpc.Core.RpcException)
    {
        await Console.Error.WriteLineAsync($"The broker cannot be reached: {fault.Message} Is 'act up' running?");
        return ExitCodes.Unreachable;
    }
    catch (Exception fault) when (fault is FormatException or IOException or UnauthorizedAccessException or JsonException or InvalidProtocolBufferException
        or InvalidJsonException or StoreInUseException or InvalidOperationException)
    {
        await Console.Error.WriteLineAsync(fault.Message);
        return ExitCodes.BadInput;
    }
}
