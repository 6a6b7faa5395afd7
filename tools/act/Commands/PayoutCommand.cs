using System.CommandLine;
using ActProtocol.Client;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Spectre.Console;

namespace ActProtocol.Tools;

/// <summary><c>act payout</c>: money out. A principal asks, an operator says executed or failed.</summary>
static class PayoutCommand
{
    const int PartitionsMax = 4_096;

    static readonly Argument<string> Account = new("account") { Description = "The principal who wants it" };
    static readonly Argument<string> Amount = new("amount") { Description = "Such as '500 CNY'" };
    static readonly Option<string> To = new("--to") { Description = "Where to, in words that the operator understands", Required = true, HelpName = "text" };
    static readonly Argument<string> Payout = new("payout") { Description = "Its digest: 64 hexadecimal digits" };
    static readonly Option<string> Of = new("--account") { Description = "The principal who asked", Required = true, HelpName = "name" };
    static readonly Option<string?> Executed = new("--executed") { Description = "It was paid; the reference of the payment", HelpName = "reference" };
    static readonly Option<string?> Failed = new("--failed") { Description = "It was not, and why; the money is available again", HelpName = "reason" };
    static readonly Option<string> Operator = new("--operator") { Description = "The operator's key: DATA/keys/operator.key of the broker", Required = true, HelpName = "file" };

    public static ActCommand Create() => new("payout", "Money out: request, list, close.") { Request(), List(), Close() };

    static ActCommand Request()
    {
        var command = new ActCommand("request", "Principal: ask for a payout; the money is held until the operator closes it.", "act payout request alice '500 CNY' --to 'IBAN CH93 …'") { Account, Amount, To };
        command.AddBroker();
        command.Does(async (call, cancellationToken) =>
        {
            var amount = Call.Amount("the amount", call.Value(Amount), positive: true);
            using var session = await call.ConnectAsync(cancellationToken);
            var principal = session.Keys.Load(session.IdOf("the account", call.Value(Account)));
            var content = new Content { Header = session.Client.NewHeader(principal), RequestPayout = new RequestPayout { Amount = amount.ToWire(), Destination = call.Value(To) } };
            var envelope = Sealing.Seal(content, principal.Signer);
            (await session.Client.SendAsync(envelope, cancellationToken)).OrThrow();
            var payout = SignedBytes.DigestOf(envelope.Content.Span).ToString();
            session.Screen.Tell("requested", $"{amount} of {principal.Id} are held for the payout {payout}.", new { payout, account = principal.Id, amount = amount.ToString() }, "green");
            return ExitCodes.Fine;
        });
        return command;
    }

    static ActCommand List()
    {
        var command = new ActCommand("list", "Operator: payouts that wait.", "act payout list --operator act-data/keys/operator.key") { Operator };
        command.AddBroker();
        command.Does(async (call, cancellationToken) =>
        {
            using var session = await call.ConnectAsync(cancellationToken);
            var @operator = KeyRing.LoadOperator(call.Value(Operator), session.Broker.Authority);
            var (table, count) = (Screen.Table("payout", "account", "amount", "to"), 0);
            await foreach (var open in WaitingAsync(session, @operator, cancellationToken))
            {
                count++;
                var payout = Digest.FromWire(open.Payout).ToString();
                if (session.Screen.Json) session.Screen.Tell("payout", open.Account, new { payout, open.Account, amount = Words.Of(open.Amount), to = open.Destination });
                table.AddRow(Screen.Cell(payout), Screen.Cell(open.Account), Screen.Cell(Words.Of(open.Amount)), Screen.Cell(Inert.Quote(open.Destination)));
            }
            if (count > 0) session.Screen.Show(table);
            session.Screen.Tell("payouts", $"{Words.Count(count, "payout")} waiting.", new { count });
            return ExitCodes.Fine;
        });
        return command;
    }

    static ActCommand Close()
    {
        var command = new ActCommand("close", "Operator: a payout was executed, or failed.", """
            act payout close 5f0c… --account alice --executed 'bank 2026-12-24/18' --operator act-data/keys/operator.key
            act payout close 5f0c… --account alice --failed 'no such IBAN' --operator act-data/keys/operator.key
            """)
        {
            Payout, Of, Executed, Failed, Operator,
        };
        command.AddBroker();
        command.Does(async (call, cancellationToken) =>
        {
            var payout = Call.DigestOf("the payout", call.Value(Payout));
            var (executed, failed) = (call.Value(Executed), call.Value(Failed));
            if ((executed is null) == (failed is null)) throw new BadInputException("Say either --executed REFERENCE or --failed REASON.");
            using var session = await call.ConnectAsync(cancellationToken);
            var (account, @operator) = (session.IdOf("--account", call.Value(Of)), KeyRing.LoadOperator(call.Value(Operator), session.Broker.Authority));
            var close = new ClosePayout { Payout = payout.ToWire(), Account = account, Executed = executed is not null, Reference = executed ?? failed };
            var content = new Content { Header = session.Client.NewHeader(@operator, (uint)ActId.BucketOf(account)), ClosePayout = close };
            (await session.Client.SendAsync(content, @operator, cancellationToken)).OrThrow();
            session.Screen.Tell("closed", executed is not null ? "Closed: executed." : "Closed: failed; the money is available again.", new { payout = payout.ToString(), account, executed = executed is not null }, "green");
            return ExitCodes.Fine;
        });
        return command;
    }

    // Partition by partition, until the broker says that there is no such one.
    static async IAsyncEnumerable<OpenPayout> WaitingAsync(
        Session session, ActIdentity @operator, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var partition = 0u; partition < PartitionsMax; partition++)
        {
            AskResponse answer;
            try
            {
                answer = await session.Client.AskAsync(new Ask { Payouts = new AskPayouts { Partition = partition } }, @operator, cancellationToken);
            }
            catch (ActRefusedException refused) when (refused.Refusal.Code is ErrorCode.Malformed && partition > 0)
            {
                yield break;
            }
            foreach (var open in answer.Payouts.Payouts) yield return open;
        }
    }
}
