using System.CommandLine;
using ActProtocol.Engine.Journal;
using ActProtocol.Envelopes;
using ActProtocol.Sqlite;

namespace ActProtocol.Tools;

/// <summary><c>act audit DATA</c>: proves a stopped broker's books from its journal, offline.</summary>
static class AuditCommand
{
    static readonly Argument<string> Data = new("data") { Description = "Data folder of a broker that is not running" };
    static readonly Option<bool> AcceptLoss = new("--accept-loss") { Description = "Whatever is missing at the journal's end is lost: go on from what is there" };
    static readonly Option<bool> AnyFileSystem = new("--any-file-system") { Description = "Open it although it is on a network file system" };

    public static ActCommand Create()
    {
        var command = new ActCommand("audit", "Decide every record of a journal again, and check that the books balance.", "act audit act-data") { Data, AcceptLoss, AnyFileSystem };
        command.Does(async (call, cancellationToken) =>
        {
            await using var log = SqliteLog.Open(call.Value(Data), new StoreOptions { AcceptLoss = call.Value(AcceptLoss), AllowAnyFileSystem = call.Value(AnyFileSystem), Tell = Console.Error.WriteLine });
            var header = log.Header;
            var authority = new string(ActId.AuthorityOf(header.Broker));
            var report = await JournalAudit.RunAsync(log, log, header.Broker, authority, header.Partitions - 1, cancellationToken);
            foreach (var finding in report.Findings) call.Screen.Say(finding, "red");
            foreach (var total in report.Totals) call.Screen.Say(total.ToString());
            call.Screen.Tell(
                "audit",
                report.FindingsCount == 0
                    ? $"{report.Records} records of {header.Broker} follow from each other, and the books of {report.Accounts} accounts balance."
                    : $"{report.FindingsCount} things are wrong in {report.Records} records of {header.Broker}.",
                new
                {
                    balanced = report.FindingsCount == 0,
                    report.Records,
                    report.Accounts,
                    totals = report.Totals.Select(total => new { currency = total.Currency, summary = total.ToString() }),
                    report.Findings,
                },
                report.FindingsCount == 0 ? "green" : "red");
            return report.FindingsCount == 0 ? ExitCodes.Fine : ExitCodes.Failed;
        });
        return command;
    }
}
