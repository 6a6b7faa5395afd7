using System.CommandLine;
using ActProtocol.V1;
using Spectre.Console;

namespace ActProtocol.Tools;

/// <summary><c>act trace</c>: each envelope and each step of the broker's own in a transaction.</summary>
static class TraceCommand
{
    static readonly Argument<string> Transaction = new("transaction") { Description = "Its id: 32 hexadecimal digits" };
    static readonly Option<string?> As = new("--as") { Description = "The party who asks; else whoever of the key folder is one", HelpName = "name" };

    public static ActCommand Create()
    {
        var command = new ActCommand("trace", "Show each step of a transaction: who, when, the verdict and why, the money. Each is proved by the broker.", """
            act trace 5c3f0a…
            act trace 5c3f0a… --as day-air --json
            """)
        {
            Transaction, As,
        };
        command.AddBroker();
        command.Does(async (call, cancellationToken) =>
        {
            var id = Call.Id("the transaction", call.Value(Transaction));
            using var session = await call.ConnectAsync(cancellationToken);
            var (view, _) = await StepCommand.PartyAsync(session, call.Value(As), id, Role.Unspecified, cancellationToken);
            Show(session.Screen, view);
            return ExitCodes.Fine;
        });
        return command;
    }

    static void Show(Screen screen, TransactionView view)
    {
        screen.Say($"{view.Buyer} buys from {view.Seller}", "bold");
        var table = Screen.Table("when", "who", "does", "verdict", "money", "");
        table.Columns[0].NoWrap();
        table.Columns[4].NoWrap();
        foreach (var record in view.Records)
        {
            if (screen.Json) screen.Tell("record", $"{RecordLine.Who(record)} {RecordLine.What(record)} {RecordLine.Verdict(record)}", RecordLine.Json(record));
            var style = record.Accepted is null ? "red" : "";
            table.AddRow(
                Screen.Cell(Words.Time(record.Record.StampMs, "HH:mm:ss.fff"), "grey"),
                Screen.Cell(RecordLine.Who(record), "bold"),
                Screen.Cell(RecordLine.What(record)),
                Screen.Cell(RecordLine.Verdict(record), style),
                Screen.Cell(RecordLine.Money(record), "yellow"),
                Screen.Cell(RecordLine.Note(record), style));
        }
        screen.Show(table);
        var (refused, play) = (view.Records.Count(record => record.Accepted is null), view.Records[0].Record.Play);
        screen.Tell(
            "transaction",
            $"{view.Id} is {Words.Of(view.State)}: {view.Records.Count} records, {refused} refused; each proved by {view.Records[0].Record.Broker}{(play ? ", play money" : "")}.",
            new { transaction = view.Id.ToString(), state = Words.Of(view.State), buyer = view.Buyer, seller = view.Seller, records = view.Records.Count, refused, play });
    }
}
