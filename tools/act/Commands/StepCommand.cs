using System.CommandLine;
using ActProtocol.Client;
using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Tools;

/// <summary>Commands that take one step in a transaction: what differs between them is the body, and whose step it is.</summary>
static class StepCommand
{
    static readonly Argument<string> Transaction = new("transaction") { Description = "Its id: 32 hexadecimal digits" };
    static readonly Option<string?> As = new("--as") { Description = "Who takes the step; else whoever of the key folder may", HelpName = "name" };
    static readonly Option<string> Reason = new("--reason") { Description = "For the other side to read", DefaultValueFactory = _ => "" };
    static readonly Option<string> Amount = new("--amount") { Description = "How much, such as '80 CNY'", Required = true };
    static readonly Option<string> ToSeller = new("--to-seller") { Description = "Of what was held, to the payees", Required = true, HelpName = "amount" };
    static readonly Option<string> ToBuyer = new("--to-buyer") { Description = "Of what was held, back to the buyer", Required = true, HelpName = "amount" };
    static readonly Option<string[]> EvidenceFiles = new("--evidence") { Description = "A file that shows it, by its SHA-256; may be repeated", HelpName = "file" };

    public static IEnumerable<Command> All() =>
    [
        Create("cancel", "Buyer: give up a purchase before it is committed.", Role.Buyer, [Reason], call => new Content { Cancel = new() { Reason = call.Value(Reason) } }),
        Create("accept", "Buyer: received as agreed; what was kept goes to the seller.", Role.Buyer, [], _ => new Content { Accept = new() }),
        Create("dispute", "Buyer: not as agreed; the arbiter decides.", Role.Buyer, [Reason, EvidenceFiles], call => new Content { Dispute = new() { Reason = call.Value(Reason), Evidence = { EvidenceOf(call) } } }),
        Create("decline", "Seller: no offer, or no goods after all.", Role.Seller, [Reason], call => new Content { Decline = new() { Reason = call.Value(Reason) } }),
        Create("fulfil", "Seller: delivered, and this shows it.", Role.Seller, [EvidenceFiles], call => new Content { Fulfil = new() { Evidence = { EvidenceOf(call) } } }),
        Create("refund", "Seller: money back. Before settlement the whole; after it a part or the whole.", Role.Seller, [Amount, Reason],
            call => new Content { Refund = new() { Amount = Call.Amount("--amount", call.Value(Amount), positive: true).ToWire(), Reason = call.Value(Reason) } }, "--amount '80 CNY'"),
        Create("resolve", "Arbiter: who gets what was held.", Role.Arbiter, [ToSeller, ToBuyer, Reason],
            call => new Content
            {
                Resolve = new()
                {
                    ToSeller = Call.Amount("--to-seller", call.Value(ToSeller)).ToWire(),
                    ToBuyer = Call.Amount("--to-buyer", call.Value(ToBuyer)).ToWire(),
                    Reason = call.Value(Reason),
                },
            },
            "--to-seller '500 CNY' --to-buyer '280 CNY'"),
    ];

    /// <summary>Fills in the header, signs and sends.</summary>
    public static async Task<Decision> TakeAsync(Session session, TransactionView view, ActIdentity party, Content step, CancellationToken cancellationToken)
    {
        step.Header = session.Client.NewHeader(party, view.Home);
        step.Header.TransactionId = view.Id.ToWire();
        // The two sides name each other; the principal and the arbiter nobody.
        if (party.Id == view.Buyer) step.Header.Recipients.Add(view.Seller);
        if (party.Id == view.Seller) step.Header.Recipients.Add(view.Buyer);
        var follows = view.LastOf(party.Id == view.Buyer ? view.Seller : view.Buyer);
        if (!follows.IsZero) step.Header.Follows = follows.ToWire();
        return (await session.Client.SendAsync(step, party, cancellationToken)).OrThrow();
    }

    static ActCommand Create(string name, string description, Role role, Option[] options, Func<Call, Content> body, string example = "")
    {
        var command = new ActCommand(name, description, $"act {name} 5c3f0a… {example}".TrimEnd()) { Transaction, As };
        foreach (var option in options) command.Add(option);
        command.AddBroker();
        command.Does(async (call, cancellationToken) =>
        {
            var (id, step) = (Call.Id("the transaction", call.Value(Transaction)), body(call));
            using var session = await call.ConnectAsync(cancellationToken);
            var (view, party) = await PartyAsync(session, call.Value(As), id, role, cancellationToken);
            var decision = await TakeAsync(session, view, party, step, cancellationToken);
            var (accepted, payment) = (decision.Accepted, decision.Accepted.Payment);
            session.Screen.Tell(
                "taken",
                $"{name}: taken. The transaction is {Words.Of(accepted.State)} now{(payment is null ? "" : $"; {Words.Of(payment.Amount)} {Words.Of(payment.Kind)}")}.",
                new { transaction = id.ToString(), step = name, state = Words.Of(accepted.State), amount = payment is null ? null : Words.Of(payment.Amount), money = payment is null ? null : Words.Of(payment.Kind) },
                "green");
            return ExitCodes.Fine;
        });
        return command;
    }

    /// <summary>Who takes a step, by name or by the role that the step needs.</summary>
    public static async Task<(TransactionView View, ActIdentity Party)> PartyAsync(Session session, string? name, Id16 id, Role role, CancellationToken cancellationToken)
    {
        if (name is null) return await TransactionView.FindAsync(session, id, (view, key) => IsIn(view, key, role), cancellationToken);
        var party = session.Keys.Load(name);
        return (await TransactionView.FindAsync(session, party, id, cancellationToken), party);
    }

    static bool IsIn(TransactionView view, ActIdentity key, Role role) => role switch
    {
        Role.Buyer => key.Id == view.Buyer,
        Role.Seller => key.Id == view.Seller,
        // The one whose account pays: the transaction lies where that account does.
        Role.Principal => key.Principal == key.Id && key.Home == view.Home,
        Role.Arbiter => key.Id == view.Quote?.Content!.Quote.Terms.Escrow?.Arbiter,
        Role.Broker or Role.Unspecified => true,
    };

    static IEnumerable<Evidence> EvidenceOf(Call call) => (call.Value(EvidenceFiles) ?? []).Select(path => new Evidence
    {
        Digest = SignedBytes.HashOf(JsonFile.BytesOf(path)).ToWire(),
        MediaType = "application/octet-stream",
        Location = Path.GetFileName(path),
    });
}
