using System.CommandLine;
using ActProtocol.Client;
using ActProtocol.Envelopes;
using ActProtocol.Rendering;
using ActProtocol.V1;

namespace ActProtocol.Tools;

/// <summary><c>act approve</c> and <c>act deny</c>: a principal decides on a lock that waits for it.</summary>
static class ApproveCommand
{
    static readonly Argument<string?> Transaction = new("transaction") { Description = "Its id; without one, those that wait are listed", Arity = ArgumentArity.ZeroOrOne };
    static readonly Argument<string> Denied = new("transaction") { Description = "Its id: 32 hexadecimal digits" };
    static readonly Option<string?> As = new("--as") { Description = "The principal; else whoever of the key folder may", HelpName = "name" };
    static readonly Option<string> Language = new Option<string>("--language") { Description = "What is shown and approved: en or zh", DefaultValueFactory = _ => "en" }.AcceptOnlyFromAmong("en", "zh");
    static readonly Option<bool> Yes = new("--yes") { Description = "Approve without being asked" };
    static readonly Option<string> Reason = new("--reason") { Description = "For the agent to read", DefaultValueFactory = _ => "" };

    public static ActCommand Create()
    {
        var command = new ActCommand("approve", "Principal: allow a lock that waits for you, after reading what it is.", """
            act approve --as alice
            act approve 5c3f0a… --language zh
            act approve 5c3f0a… --yes --json
            """)
        {
            Transaction, As, Language, Yes,
        };
        command.AddBroker();
        command.Does(async (call, cancellationToken) =>
        {
            Id16? id = call.Value(Transaction) is { } text ? Call.Id("the transaction", text) : null;
            using var session = await call.ConnectAsync(cancellationToken);
            return id is { } named
                ? await ApproveAsync(call, session, named, cancellationToken)
                : await ListAsync(session, session.Keys.Load(call.Value(As) ?? throw new BadInputException("Name a transaction, or with --as the principal whose waiting locks are listed.")), cancellationToken);
        });
        return command;
    }

    public static ActCommand CreateDeny()
    {
        var command = new ActCommand("deny", "Principal: forbid a lock that waits for you.", "act deny 5c3f0a… --reason 'too dear'") { Denied, As, Reason };
        command.AddBroker();
        command.Does(async (call, cancellationToken) =>
        {
            var id = Call.Id("the transaction", call.Value(Denied));
            using var session = await call.ConnectAsync(cancellationToken);
            var (view, principal) = await StepCommand.PartyAsync(session, call.Value(As), id, Role.Principal, cancellationToken);
            var decision = await StepCommand.TakeAsync(session, view, principal, new Content { Deny = new Deny { Reason = call.Value(Reason) } }, cancellationToken);
            session.Screen.Tell("denied", $"Denied: {Words.Of(decision.Accepted.Payment.Amount)} are free again.", new { transaction = id.ToString(), state = Words.Of(decision.Accepted.State) }, "green");
            return ExitCodes.Fine;
        });
        return command;
    }

    static async Task<int> ApproveAsync(Call call, Session session, Id16 id, CancellationToken cancellationToken)
    {
        var (view, principal) = await StepCommand.PartyAsync(session, call.Value(As), id, Role.Principal, cancellationToken);
        if (view.State is not TransactionState.AwaitingApproval || view.Quote is not { } quote)
        {
            throw new FailedException($"Transaction {id} does not wait for an approval: it is {Words.Of(view.State)}.");
        }
        var text = PurchaseRendering.Render(view.Intent, quote.Content!.Quote, view.Seller, call.Value(Language))!;
        session.Screen.Tell("rendering", text.TrimEnd('\n'), new { transaction = id.ToString(), language = call.Value(Language), rendering = text });
        if (!call.Value(Yes) && !Ask(session.Screen)) throw new FailedException("Not approved: nothing was signed. 'act deny' frees the money at once.");

        var approve = new Approve { Quote = quote.Digest.ToWire(), Rendering = PurchaseRendering.DigestOf(text).ToWire(), Language = call.Value(Language) };
        var decision = await StepCommand.TakeAsync(session, view, principal, new Content { Approve = approve }, cancellationToken);
        session.Screen.Tell(
            "approved",
            $"Approved: {Words.Of(decision.Accepted.Payment.Amount)} stay held until {Words.Time(decision.Accepted.DeadlineMs)} at the latest; the seller is asked to confirm.",
            new { transaction = id.ToString(), state = Words.Of(decision.Accepted.State), amount = Words.Of(decision.Accepted.Payment.Amount) },
            "green");
        return ExitCodes.Fine;
    }

    static bool Ask(Screen screen)
    {
        if (!screen.IsInteractive) throw new BadInputException("Nobody can be asked here: after reading what stands above, run it again with --yes.");
        Console.Out.Write("Approve this and nothing else? Type 'yes': ");
        return string.Equals(Console.In.ReadLine()?.Trim(), "yes", StringComparison.OrdinalIgnoreCase);
    }

    // What waits in the principal's mailbox; each is looked up, since some have ended since.
    static async Task<int> ListAsync(Session session, ActIdentity principal, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var mail in await Letter.ReadAsync(session, principal, dead: false, cancellationToken))
        {
            if (mail.Record.Step is not StepKind.Lock || mail.Record.Accepted?.State is not TransactionState.AwaitingApproval) continue;
            var view = await TransactionView.FindAsync(session, principal, Id16.FromWire(mail.Record.Content!.Header.TransactionId), cancellationToken);
            if (view.State is not TransactionState.AwaitingApproval) continue;
            count++;
            var (amount, until) = (Words.Of(mail.Record.Accepted.Payment.Amount), mail.Record.Accepted.DeadlineMs);
            session.Screen.Tell("waits", $"{view.Id}  {amount} to {view.Seller}, until {Words.Time(until)}", new { transaction = view.Id.ToString(), amount, seller = view.Seller, until_ms = until });
        }
        session.Screen.Tell("waiting", $"{Words.Count(count, "lock")} waiting for {principal.Id}.", new { count });
        if (count > 0) session.Screen.Next("Next: act approve TRANSACTION, or act deny TRANSACTION");
        return ExitCodes.Fine;
    }
}
