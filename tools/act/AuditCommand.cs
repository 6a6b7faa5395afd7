using System.CommandLine;
using System.Text.Json;
using ActProtocol.Engine.Journal;
using ActProtocol.Envelopes;
using ActProtocol.Sqlite;

namespace ActProtocol.Tools;

/// <summary><c>act audit DATA</c>: proves a stopped broker's books from its journal, offline.</summary>
static class AuditCommand
{
    static readonly TimeSpan RecoveryDelay = TimeSpan.FromHours(72);

    public static Command Create(Option<bool> json, Func<Func<Task<int>>, Task<int>> guarded)
    {
        var data = new Argument<string>("data") { Description = "Data folder of a broker that is not running" };
        var acceptLoss = new Option<bool>("--accept-loss") { Description = "Whatever is missing at the journal's end is lost: go on from what is there" };
        var anyFileSystem = new Option<bool>("--any-file-system") { Description = "Open it although it is on a network file system" };
        var command = new Command("audit", "Decide every record of a journal again, and check that the books balance.") { data, acceptLoss, anyFileSystem };
        command.SetAction((parsed, cancellationToken) => guarded(() => RunAsync(
            parsed.GetValue(data)!,
            new StoreOptions { AcceptLoss = parsed.GetValue(acceptLoss), AllowAnyFileSystem = parsed.GetValue(anyFileSystem), Tell = Console.Error.WriteLine },
            parsed.GetValue(json),
            cancellationToken)));
        return command;
    }

    static async Task<int> RunAsync(string folder, StoreOptions options, bool json, CancellationToken cancellationToken)
    {
        await using var log = SqliteLog.Open(folder, options);
        var header = log.Header;
        var authority = new string(ActId.AuthorityOf(header.Broker));
        var report = await JournalAudit.RunAsync(log, log, header.Broker, authority, header.Partitions - 1, RecoveryDelay, cancellationToken);
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new
            {
                balanced = report.FindingsCount == 0,
                records = report.Records,
                accounts = report.Accounts,
                totals = report.Totals.Select(total => new { currency = total.Currency, summary = total.ToString() }),
                findings = report.Findings,
            }));
        }
        else
        {
            foreach (var finding in report.Findings) Console.Out.WriteLine(finding);
            foreach (var total in report.Totals) Console.Out.WriteLine(total);
            Console.Out.WriteLine(report.FindingsCount == 0
                ? $"{report.Records} records of {header.Broker} follow from each other, and the books of {report.Accounts} accounts balance."
                : $"{report.FindingsCount} things are wrong in {report.Records} records of {header.Broker}.");
        }
        return report.FindingsCount == 0 ? ExitCodes.Fine : ExitCodes.Failed;
    }
}
