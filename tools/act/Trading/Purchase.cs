using ActProtocol.Client;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;

namespace ActProtocol.Tools;

/// <summary>A purchase as it is told while it happens.</summary>
sealed class Purchase(Session session, ActIdentity agent, ActIdentity? principal, Digest mandate)
{
    readonly Timeline _timeline = new(session.Screen, TimeProvider.System);
    readonly string _who = Words.Short(agent.Id);
    (int Offers, int Refused, bool Waiting) _seen;
    Intent? _intent;

    public Task<Mail?> BuyAsync(IntentFile wanted, bool dearestFirst, TimeSpan wait, CancellationToken cancellationToken)
    {
        _intent = wanted.Intent;
        var buyer = new Buyer(session.Client, agent, mandate)
        {
            Taken = (step, decision) => TellTaken(wanted.Intent, step, decision),
            Seen = TellMail,
            LockRefused = TellRefused,
        };
        return buyer.BuyAsync(wanted.Intent, wanted.Sellers, quotes => InOrder(quotes, dearestFirst), wait, cancellationToken);
    }

    public async Task TellMoneyAsync(string when, CancellationToken cancellationToken)
    {
        if (principal is null) return;
        var money = await session.MoneyOfAsync(principal, cancellationToken);
        _timeline.Tell($"money_{when}", _who, $"Money {when}: {money}.", new { money }, "yellow");
    }

    public void TellBought(Mail bought, string receipt)
    {
        var payment = bought.Accepted.Payment;
        var kept = payment.Kind is PaymentKind.Committed;
        _timeline.Tell(
            "bought",
            _who,
            $"{(kept ? "Committed" : "Paid")} {Words.Of(payment.Amount)} to {payment.Seller}{(kept ? ", kept until the seller delivers" : "")}. Receipt: {receipt}",
            new { paid = Words.Of(payment.Amount), seller = payment.Seller, transaction = bought.TransactionFor(agent.Id).ToString(), receipt },
            "green");
        session.Screen.Next($"Each step of it: act trace {bought.TransactionFor(agent.Id)} --as {_who}");
    }

    public int TellNothing()
    {
        var why = _seen.Offers == 0 ? "no seller made an offer in time"
            : _seen.Waiting ? "the principal's approval did not come in time; the lock still waits for 'act approve'"
            : _seen.Refused == _seen.Offers ? "the broker refused a lock on each offer, for the reasons above"
            : "no seller confirmed in time";
        _timeline.Tell("nothing", _who, $"Nothing was bought: {why}.", new { offers = _seen.Offers, refused_locks = _seen.Refused }, "red");
        return ExitCodes.Failed;
    }

    void TellTaken(Intent intent, StepKind step, Decision decision)
    {
        var accepted = decision.Accepted;
        _seen.Waiting = accepted.State is TransactionState.AwaitingApproval;
        var sentence = step switch
        {
            StepKind.Intent => $"Asks {Words.Count(accepted.Transactions.Count, "seller")}{(intent.Words.Length > 0 ? $": {Inert.Quote(intent.Words)}" : "")}.",
            StepKind.Lock when _seen.Waiting => $"Locked: {Words.Of(accepted.Payment.Amount)} held, once the principal approves. It runs 'act approve' until {Words.Time(accepted.DeadlineMs)}.",
            StepKind.Lock => $"Locked: {Words.Of(accepted.Payment.Amount)} held until the seller confirms.",
            StepKind.Commit => $"Committed {Words.Of(accepted.Payment.Amount)}: the point of no return.",
            _ => $"{step}: now {Words.Of(accepted.State)}.",
        };
        _timeline.Tell("taken", _who, sentence, new
        {
            step = Words.Of(step),
            state = Words.Of(accepted.State),
            transactions = accepted.Transactions.Select(opened => new { transaction = Id16.FromWire(opened.TransactionId).ToString(), seller = opened.Seller }),
        });
    }

    void TellMail(Mail mail)
    {
        var sender = mail.Content?.Header.Sender ?? mail.Record.Broker;
        var (who, state) = (Words.Short(sender), mail.Accepted?.State ?? TransactionState.Unspecified);
        // Its own steps were told when they were taken.
        if (state is TransactionState.Unspecified || sender == agent.Id) return;
        if (mail.Step is not StepKind.Quote) _seen.Waiting = false;
        var sentence = mail.Step switch
        {
            StepKind.Quote => $"Offers {Inert.Quote(Offer.Of(mail, null).Title)} for {Words.Of(mail.Content!.Quote.Total)}.",
            StepKind.Decline => $"Declines: {Inert.Quote(mail.Content!.Decline.Reason)}.",
            StepKind.Deny => $"Denies it: {Inert.Quote(mail.Content!.Deny.Reason)}.",
            StepKind.Confirm => "Confirms: the goods are held, and it is bound.",
            StepKind.Approve => "Approves it.",
            StepKind.Settle => $"Settles: {Words.Of(mail.Accepted!.Payment?.Amount)} paid to {Words.Short(mail.Accepted.Payment?.Seller ?? "")}.",
            _ => $"{mail.Step}: now {Words.Of(state)}.",
        };
        _timeline.Tell("mail", who, sentence, new { step = Words.Of(mail.Step), sender, state = Words.Of(state), transaction = mail.TransactionFor(agent.Id).ToString() });
    }

    void TellRefused(Mail quote, Refusal refusal)
    {
        _seen.Refused++;
        var (seller, detail) = (quote.Content!.Header.Sender, refusal.Detail ?? refusal.Code.Entry.Meaning);
        _timeline.Tell(
            "lock_refused",
            "broker",
            $"Refuses a lock on {Words.Short(seller)}'s offer: {detail} ({refusal.Code.Entry.Name}).",
            new { seller, code = refusal.Code.Entry.Name, detail = refusal.Detail, transaction = quote.TransactionFor(agent.Id).ToString() },
            "red");
    }

    IEnumerable<Mail> InOrder(IEnumerable<Mail> quotes, bool dearestFirst)
    {
        var offers = quotes.OrderBy(quote => Ledger.Money.FromWire(quote.Content!.Quote.Total).Nanos).ToList();
        if (dearestFirst) offers.Reverse();
        _seen.Offers = offers.Count;
        if (offers.Count == 0) return offers;

        var compared = offers.Select(offer => Offer.Of(offer, _intent?.Constraint)).ToList();
        if (session.Screen.Json) _timeline.Tell("offers", _who, $"{Words.Count(offers.Count, "offer")}.", new { offers = compared });
        else session.Screen.Show(Offer.Compare(compared));
        return offers;
    }
}
