using System.CommandLine;
using ActProtocol.V1;
using Spectre.Console;

namespace ActProtocol.Tools;

/// <summary><c>act account</c>: what is available and what is held.</summary>
static class AccountCommand
{
    static readonly Argument<string> Account = new("account") { Description = "The principal whose account it is" };

    public static ActCommand Create()
    {
        var command = new ActCommand("account", "Show an account: by its principal's key, or any by an operator's.", """
            act account alice
            act account bob --operator act-data/keys/operator.key
            """)
        {
            Account, FundCommand.Operator,
        };
        command.AddBroker();
        command.Does(async (call, cancellationToken) =>
        {
            using var session = await call.ConnectAsync(cancellationToken);
            var account = session.IdOf("the account", call.Value(Account));
            var asker = call.Value(FundCommand.Operator) is { } path ? KeyRing.LoadOperator(path, session.Broker.Authority) : session.Keys.Load(account);
            if (asker.Principal != asker.Id) throw new BadInputException($"{account} is an agent; the account is its principal's: act account {Words.Short(asker.Principal)}");
            var balances = await session.BalancesOfAsync(account, asker, cancellationToken);

            var table = Screen.Table("currency", "available", "held");
            foreach (var balance in balances) table.AddRow(Screen.Cell(balance.Available.CurrencyCode), Screen.Cell(Words.Of(balance.Available)), Screen.Cell(Words.Of(balance.Held)));
            if (balances.Count > 0) session.Screen.Show(table);
            session.Screen.Tell("account", $"{account}: {Words.Of(balances)}{(session.Broker.Play ? " (play money)" : "")}.", new { account, session.Broker.Play, balances = Of(balances) });
            if (balances.Count == 0) session.Screen.Next($"Next: act fund {Words.Short(account)} '2000 CNY'");
            return ExitCodes.Fine;
        });
        return command;
    }

    /// <summary>For machines.</summary>
    public static IEnumerable<object> Of(IEnumerable<Balance> balances) =>
        balances.Select(balance => new { currency = balance.Available.CurrencyCode, available = Words.Of(balance.Available), held = Words.Of(balance.Held) });
}
