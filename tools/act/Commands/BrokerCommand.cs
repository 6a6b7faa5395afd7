using System.CommandLine;

namespace ActProtocol.Tools;

/// <summary><c>act broker</c>: who answers, and its keys, to be kept by whoever checks receipts.</summary>
static class BrokerCommand
{
    static readonly Option<string?> Save = new("--save") { Description = "Keep its id and keys, for 'act receipt verify'", HelpName = "file" };

    public static ActCommand Create()
    {
        var command = new ActCommand("broker", "Show which broker answers, and keep its public keys.", "act broker --save broker.json") { Save, Globals.BrokerJson };
        command.Does(async (call, cancellationToken) =>
        {
            var broker = await BrokerDocument.FetchAsync(call.Value(Globals.BrokerJson), cancellationToken);
            if (call.Value(Save) is { } path) await File.WriteAllTextAsync(path, broker.Json.GetRawText() + "\n", cancellationToken);
            var arbiter = broker.Text("arbiter");
            call.Screen.Tell(
                "broker",
                $"""
                broker     {broker.Info.Id}, {(broker.Play ? "play money" : "real money")}
                versions   {broker.Text("versions")}
                arbiter    {(arbiter.Length > 0 ? arbiter : "none")}
                receipts   {string.Join(", ", broker.Info.ReceiptKeys.Select(key => key.Thumbprint))}
                """ + (call.Value(Save) is { } saved ? $"\nSaved: {saved}" : ""),
                new { broker = broker.Info.Id, broker.Authority, broker.Play, arbiter, receipt_keys = broker.Info.ReceiptKeys.Select(key => key.Thumbprint.ToString()), saved = call.Value(Save) });
            return ExitCodes.Fine;
        });
        return command;
    }
}
