using ActProtocol.Client;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Tools;

/// <summary>What <c>act buy</c> was asked for.</summary>
sealed record BuyOrder(string IntentPath, string Name, string? Fund, string Limit, string ReceiptPath, bool DearestFirst);

/// <summary><c>act buy</c>: one purchase by an intent from a file.</summary>
static class BuyCommand
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(Session session, BuyOrder order, CancellationToken cancellationToken)
    {
        var file = Files.Read<Files.IntentFile>(order.IntentPath);
        var intent = file.ToIntent(order.IntentPath, TimeProvider.System.GetUtcNow());
        var limit = Files.Amount("--limit", "amount", order.Limit);
        var (principal, agent) = await session.EnterAsync(order.Name, null, cancellationToken);
        if (order.Fund is { } fund) await FundAsync(session, principal, Files.Amount("--fund", "amount", fund), cancellationToken);
        var mandate = await MandateAsync(session, principal, agent, limit, cancellationToken);

        var before = await session.MoneyOfAsync(principal, cancellationToken);
        session.Tell("money_before", $"Money before: {before}", new { money = before });
        var buyer = new Buyer(session.Client, agent, mandate)
        {
            Taken = (step, decision) => session.Tell("taken", Sentence(step, decision), new { step = step.ToString(), state = decision.Accepted.State.ToString() }),
            Seen = mail => TellMail(session, mail),
            LockRefused = (quote, refusal) => TellRefused(session, quote, refusal),
        };
        var bought = await buyer.BuyAsync(intent, file.Sellers, quotes => InOrder(quotes, order.DearestFirst), Patience, cancellationToken);
        if (bought is null)
        {
            session.Tell("nothing", "No quote could be bought.", new { });
            return ExitCodes.Failed;
        }
        await File.WriteAllBytesAsync(order.ReceiptPath, bought.Receipt.ToByteArray(), cancellationToken);
        var after = await session.MoneyOfAsync(principal, cancellationToken);
        session.Tell("money_after", $"Money after: {after}", new { money = after });
        var paid = Ledger.Money.FromWire(bought.Accepted.Payment.Amount).ToString();
        session.Tell("bought", $"Paid {paid} to {bought.Accepted.Payment.Seller}. Receipt: {order.ReceiptPath}", new { paid, receipt = order.ReceiptPath });
        return ExitCodes.Fine;
    }

    static async Task FundAsync(Session session, ActIdentity principal, Ledger.Money amount, CancellationToken cancellationToken)
    {
        var header = session.Client.NewHeader(principal);
        var fund = new Fund { Account = principal.Id, Amount = amount.ToWire(), Reference = $"play {Convert.ToHexStringLower(header.MessageId.Span)}" };
        (await session.Client.SendAsync(new Content { Header = header, Fund = fund }, principal, cancellationToken)).OrThrow();
    }

    static async Task<Digest> MandateAsync(Session session, ActIdentity principal, ActIdentity agent, Ledger.Money limit, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow();
        var mandate = new Mandate
        {
            Agent = agent.Id,
            AgentKey = agent.Signer.PublicKey.Thumbprint.ToWire(),
            Account = principal.Id,
            Limits = { new CurrencyLimit { Currency = limit.Currency, PerTransaction = limit.ToWire(), InTotal = limit.ToWire() } },
            ValidFromMs = now.ToUnixTimeMilliseconds() - EnvelopeLimits.SkewMs,
            ValidUntilMs = now.AddDays(1).ToUnixTimeMilliseconds(),
        };
        var envelope = Sealing.Seal(new Content { Header = session.Client.NewHeader(principal), Mandate = mandate }, principal.Signer);
        (await session.Client.SendAsync(envelope, cancellationToken)).OrThrow();
        return SignedBytes.DigestOf(envelope.Content.Span);
    }

    // Nights first among the dear ones, so that everything that must be refused is tried before what may be bought.
    static IEnumerable<Mail> InOrder(IEnumerable<Mail> quotes, bool dearestFirst)
    {
        var cheapestFirst = quotes.OrderBy(quote => Ledger.Money.FromWire(quote.Content!.Quote.Total).Nanos);
        return dearestFirst ? cheapestFirst.Reverse() : cheapestFirst;
    }

    static string Sentence(StepKind step, Decision decision) => step switch
    {
        StepKind.Intent => $"Intent to {decision.Accepted.Transactions.Count} sellers.",
        StepKind.Lock => $"Locked: {Ledger.Money.FromWire(decision.Accepted.Payment.Amount)} held.",
        StepKind.Commit => $"Committed {Ledger.Money.FromWire(decision.Accepted.Payment.Amount)}: the point of no return.",
        _ => $"{step}: {decision.Accepted.State}.",
    };

    static void TellMail(Session session, Mail mail)
    {
        var sender = mail.Content?.Header.Sender ?? mail.Record.Broker;
        var sentence = mail.Step is StepKind.Quote
            ? $"{sender} offers {mail.Content!.Quote.Lines[0].Description} for {Ledger.Money.FromWire(mail.Content.Quote.Total)}."
            : $"{sender}: {mail.Step}, now {mail.Accepted.State}.";
        if (mail.Accepted.State is not TransactionState.Unspecified) session.Tell("mail", sentence, new { step = mail.Step.ToString(), sender });
    }

    static void TellRefused(Session session, Mail quote, Refusal refusal) => session.Tell(
        "lock_refused",
        $"The broker refuses a lock on {quote.Content!.Header.Sender}'s quote: {refusal.Code.Entry.Name}: {refusal.Detail ?? refusal.Code.Entry.Meaning}",
        new { seller = quote.Content.Header.Sender, code = refusal.Code.Entry.Name, detail = refusal.Detail });
}
