using System.CommandLine;
using ActProtocol.Client;
using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Tools;

/// <summary><c>act fund</c>: money arrives. Play money by its own principal; any by an operator.</summary>
static class FundCommand
{
    static readonly Argument<string> Account = new("account") { Description = "The principal whose account gets it" };
    static readonly Argument<string> Amount = new("amount") { Description = "Such as '2000 CNY'" };
    static readonly Option<string?> Reference = new("--reference") { Description = "What names the payment outside; each is booked once for ever. With play money one is drawn" };

    /// <summary>Of the commands that only an operator may give where money is real.</summary>
    public static readonly Option<string?> Operator = new("--operator") { Description = "The operator's key: DATA/keys/operator.key of the broker", HelpName = "file" };

    public static ActCommand Create()
    {
        var command = new ActCommand("fund", "Put money into an account: play money by its principal, real money by an operator.", """
            act fund alice '2000 CNY'
            act fund alice '2000 CNY' --operator act-data/keys/operator.key --reference 'bank 2026-12-24/17'
            """)
        {
            Account, Amount, Reference, Operator,
        };
        command.AddBroker();
        command.Does(RunAsync);
        return command;
    }

    /// <summary>Books it, signed by an operator or by the account's own principal.</summary>
    public static async Task FundAsync(Session session, ActIdentity signer, string account, Ledger.Money amount, string? reference, CancellationToken cancellationToken)
    {
        var header = session.Client.NewHeader(signer, (uint)ActId.BucketOf(account));
        var fund = new Fund { Account = account, Amount = amount.ToWire(), Reference = reference ?? $"play {Convert.ToHexStringLower(header.MessageId.Span)}" };
        (await session.Client.SendAsync(new Content { Header = header, Fund = fund }, signer, cancellationToken)).OrThrow();
    }

    static async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var amount = Call.Amount("the amount", call.Value(Amount), positive: true);
        using var session = await call.ConnectAsync(cancellationToken);
        var account = session.IdOf("the account", call.Value(Account));
        var @operator = call.Value(Operator) is { } path ? KeyRing.LoadOperator(path, session.Broker.Authority) : null;
        if (@operator is null && !session.Broker.Play) throw new BadInputException("This broker's money is real: only its operator puts money in, with --operator FILE and --reference TEXT.");
        if (!session.Broker.Play && call.Value(Reference) is null) throw new BadInputException("--reference is needed: it names the payment outside, so that none is booked twice.");

        var signer = @operator ?? session.Keys.Load(account);
        await FundAsync(session, signer, account, amount, call.Value(Reference), cancellationToken);
        var balances = await session.BalancesOfAsync(account, signer, cancellationToken);
        session.Screen.Tell("funded", $"{amount} put into {account}. It has {Words.Of(balances)}.", new { account, amount = amount.ToString(), balances = AccountCommand.Of(balances) }, "green");
        return ExitCodes.Fine;
    }
}
