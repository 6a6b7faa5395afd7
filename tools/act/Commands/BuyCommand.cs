using System.CommandLine;
using ActProtocol.Client;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.Rendering;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Tools;

/// <summary><c>act buy</c>: one purchase by an intent from a file.</summary>
static class BuyCommand
{
    static readonly Option<string> IntentOption = new("--intent") { Description = "What is wanted (JSON); '-' for standard input", Required = true, HelpName = "file" };
    static readonly Option<string> As = new("--as") { Description = "The buying agent; made and registered, with its principal NAME-owner, when there is none", DefaultValueFactory = _ => "buyer", HelpName = "name" };
    static readonly Option<string?> Fund = new("--fund") { Description = "Play money for the principal's account first, such as '2000 CNY'", HelpName = "amount" };
    static readonly Option<string?> Mandate = new("--mandate") { Description = "A mandate to buy under, by its digest; else the one that 'act mandate lodge' saved", HelpName = "digest" };
    static readonly Option<string?> Limit = new("--limit") { Description = "Lodge a mandate for this much and buy under it; the budget when nothing else is given", HelpName = "amount" };
    static readonly Option<string> ReceiptOption = new("--receipt") { Description = "Where to write the receipt", DefaultValueFactory = _ => "receipt.bin", HelpName = "file" };
    static readonly Option<int> Wait = new("--wait") { Description = "Seconds to wait for answers", DefaultValueFactory = _ => 60, HelpName = "seconds" };
    static readonly Option<string?> Key = new("--key") { Description = "Your name for this purchase, such as an order number: run again with the same, it goes on and buys nothing twice" };
    static readonly Option<bool> DearestFirst = new("--dearest-first") { Description = "Try the dearest offer first: shows what the broker refuses" };
    static readonly Option<bool> DryRun = new("--dry-run") { Description = "Only show what the intent says; asks nobody" };

    public static ActCommand Create()
    {
        var command = new ActCommand("buy", "Buy once what an intent asks for: intent, quotes, lock, commit, receipt.", $"""
            act buy --intent my-intent.json --fund '2000 CNY'
            act buy --intent my-intent.json --as shopper --mandate 5f0c… --json
            act buy --intent my-intent.json --key order-17
            act buy --intent my-intent.json --dry-run

            {IntentFile.Sample}
            """)
        {
            IntentOption, As, Fund, Mandate, Limit, ReceiptOption, Key, Wait, DearestFirst, DryRun,
        };
        command.AddBroker();
        command.Does(RunAsync);
        return command;
    }

    static async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var wanted = IntentFile.Read(call.Value(IntentOption), TimeProvider.System.GetUtcNow());
        if (call.Value(DryRun)) return Show(call.Screen, wanted);
        if (call.Value(Wait) is < 1 or > 86_400) throw new BadInputException("--wait: write 1 to 86400 seconds.");
        Ledger.Money? fund = call.Value(Fund) is { } text ? Call.Amount("--fund", text, positive: true) : null;
        if (call.Value(Limit) is { } limit && Call.Amount("--limit", limit).Currency != wanted.Intent.Budget.CurrencyCode)
        {
            throw new BadInputException($"--limit: '{limit}' is not in the currency of the budget, {wanted.Intent.Budget.CurrencyCode}.");
        }
        if (call.Value(Mandate) is { } named) Call.DigestOf("--mandate", named);
        // Without a name it is a new purchase each time, that can still be gone on with by the name that is told.
        var key = call.Value(Key) ?? Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("N");
        if (key.Length is 0 or > 256 || key.Any(char.IsControl)) throw new BadInputException("--key: write 1 to 256 characters on one line.");

        using var session = await call.ConnectAsync(cancellationToken);
        var (agent, principal) = await BuyerAsync(session, call.Value(As), cancellationToken);
        if (fund is { } amount) await FundCommand.FundAsync(session, principal ?? throw NoPrincipal(session, agent, "--fund"), principal.Id, amount, null, cancellationToken);
        var mandate = await MandateAsync(call, session, agent, principal, wanted.Intent, cancellationToken);
        return await BuyAsync(new Purchase(session, agent, principal, mandate, key), wanted, call, cancellationToken);
    }

    static async Task<int> BuyAsync(Purchase purchase, IntentFile wanted, Call call, CancellationToken cancellationToken)
    {
        var receipt = call.Value(ReceiptOption);
        CheckWritable(receipt);
        await purchase.TellMoneyAsync("before", cancellationToken);
        var result = await purchase.BuyAsync(wanted, call.Value(DearestFirst), TimeSpan.FromSeconds(call.Value(Wait)), cancellationToken);
        if (result is not PurchaseResult.Bought bought) return purchase.TellNot(result);

        await File.WriteAllBytesAsync(receipt, bought.Record.Receipt.ToByteArray(), cancellationToken);
        purchase.TellPaid(bought.Record);
        await purchase.TellMoneyAsync("after", cancellationToken);
        purchase.TellBought(bought.Record, receipt);
        return ExitCodes.Fine;
    }

    // An agent that was registered for some principal keeps it; a new name gets one of its own.
    static async Task<(ActIdentity Agent, ActIdentity? Principal)> BuyerAsync(Session session, string name, CancellationToken cancellationToken)
    {
        if (session.Keys.Has(name) && session.Keys.Load(name) is var known && known.Principal != session.IdOf("--as", $"{Words.Short(known.Id)}-owner"))
        {
            return (known, session.Keys.Has(known.Principal) ? session.Keys.Load(known.Principal) : null);
        }
        var (principal, agent) = await session.EnterAsync(name, null, cancellationToken);
        return (agent, principal);
    }

    static async Task<Digest> MandateAsync(Call call, Session session, ActIdentity agent, ActIdentity? principal, Intent intent, CancellationToken cancellationToken)
    {
        if (call.Value(Mandate) is { } named) return Call.DigestOf("--mandate", named);
        if (call.Value(Limit) is null && SavedMandate.Find(session.Keys, agent.Id) is { } saved) return saved.Digest;

        var limit = call.Value(Limit) is { } text ? Call.Amount("--limit", text) : Ledger.Money.FromWire(intent.Budget);
        var now = TimeProvider.System.GetUtcNow();
        var terms = new Mandate
        {
            Agent = agent.Id,
            AgentKey = agent.Signer.PublicKey.Thumbprint.ToWire(),
            Limits = { new CurrencyLimit { Currency = limit.Currency, PerTransaction = limit.ToWire(), InTotal = limit.ToWire() } },
            ValidFromMs = now.ToUnixTimeMilliseconds() - EnvelopeLimits.SkewMs,
            ValidUntilMs = now.AddDays(1).ToUnixTimeMilliseconds(),
        };
        var envelope = await MandateCommand.LodgeAsync(session, principal ?? throw NoPrincipal(session, agent, "--limit"), terms, cancellationToken);
        return SignedBytes.DigestOf(envelope.Content.Span);
    }

    static int Show(Screen screen, IntentFile wanted)
    {
        var text = PurchaseRendering.Render(wanted.Intent, "en")!.TrimEnd('\n');
        screen.Tell("intent", text, new { wanted.Sellers, intent = JsonFormatter.Default.Format(wanted.Intent) });
        screen.Next($"Nobody was asked. It would go to {(wanted.Sellers.Count > 0 ? string.Join(", ", wanted.Sellers) : $"sellers of '{wanted.Intent.Capability}'")}.");
        return ExitCodes.Fine;
    }

    // Found out before money moves, not after.
    static void CheckWritable(string path)
    {
        if (Directory.Exists(path)) throw new BadInputException($"--receipt: '{path}' is a folder; a file is expected.");
        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path)))) throw new BadInputException($"--receipt: there is no folder for '{path}'.");
    }

    static BadInputException NoPrincipal(Session session, ActIdentity agent, string option) => new(
        $"{option}: the key of the principal {agent.Principal} is not in '{session.Keys.Folder}'; its owner runs 'act fund' and 'act mandate lodge', and you name the mandate with --mandate.");
}
