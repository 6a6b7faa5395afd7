using System.CommandLine;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;

namespace ActProtocol.Tools;

/// <summary><c>act outcome</c>: what became of an envelope.</summary>
static class OutcomeCommand
{
    static readonly Argument<string> Message = new("message") { Description = "Its message id: 32 hexadecimal digits" };
    static readonly Option<string> As = new("--as") { Description = "Who sent it", Required = true, HelpName = "name" };
    static readonly Option<string?> Transaction = new("--transaction") { Description = "The transaction it belongs to, if any", HelpName = "id" };

    public static ActCommand Create()
    {
        var command = new ActCommand("outcome", "Ask what became of an envelope of yours, after a time-out.", """
            act outcome 0199… --as alice
            act outcome 0199… --as shopper --transaction 5c3f0a…
            """)
        {
            Message, As, Transaction,
        };
        command.AddBroker();
        command.Does(async (call, cancellationToken) =>
        {
            var message = Call.Id("the message", call.Value(Message));
            Id16? transaction = call.Value(Transaction) is { } text ? Call.Id("--transaction", text) : null;
            using var session = await call.ConnectAsync(cancellationToken);
            var sender = session.Keys.Load(call.Value(As));
            var home = transaction is { } id ? (await TransactionView.FindAsync(session, sender, id, cancellationToken)).Home : sender.Home;
            var ask = new AskOutcome { MessageId = message.ToWire(), TransactionId = (transaction ?? default).IsNone ? Google.Protobuf.ByteString.Empty : transaction!.Value.ToWire() };
            var answer = (await session.Client.AskAsync(new Ask { Outcome = ask }, sender, cancellationToken, home)).Outcome;
            if (!answer.Known)
            {
                session.Screen.Tell("outcome", $"No envelope with that id of {sender.Id} was decided. It may still be on its way: the same bytes may be sent again.", new { known = false });
                return ExitCodes.Unknown;
            }
            return Tell(session.Screen, answer.Decision, null);
        });
        return command;
    }

    /// <summary>A decision, taken or refused.</summary>
    public static int Tell(Screen screen, Decision decision, string? digest)
    {
        var (accepted, refusal) = (decision.Accepted, Refusal.FromWire(decision.Refused));
        var place = $"partition {decision.Partition}, position {decision.Position}, {Words.Time(decision.StampMs)}";
        var opened = accepted?.Transactions.Select(each => new { transaction = Id16.FromWire(each.TransactionId).ToString(), seller = each.Seller }).ToList();
        screen.Tell(
            "outcome",
            refusal is not null ? $"Refused ({place}). {Advice.Sentence(refusal)}"
                : $"Taken: durable at {place}.{(accepted!.State is TransactionState.Unspecified ? "" : $" Now {Words.Of(accepted.State)}.")}"
                    + string.Concat(opened!.Select(each => $"\n  transaction {each.transaction} with {each.seller}")),
            new
            {
                known = true,
                accepted = accepted is not null,
                state = accepted is { State: not TransactionState.Unspecified } ? Words.Of(accepted.State) : null,
                code = refusal is { Code: not ErrorCode.Unspecified } ? refusal.Code.Entry.Name : null,
                detail = refusal?.Detail,
                decision.Partition,
                decision.Position,
                decision.StampMs,
                digest,
                transactions = opened,
            },
            refusal is null ? "green" : "red");
        return refusal is null ? ExitCodes.Fine : ExitCodes.Failed;
    }
}
