using ActProtocol.Client;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;

namespace ActProtocol.Tools;

/// <summary>A purchase as it is told while it happens.</summary>
/// <param name="key">The name under which it is remembered, beside the keys.</param>
sealed class Purchase(Session session, ActIdentity agent, ActIdentity? principal, Digest mandate, string key)
{
    readonly Timeline _timeline = new(session.Screen, TimeProvider.System);
    readonly string _who = Words.Short(agent.Id);
    readonly HashSet<Id16> _mine = [];
    (int Offers, int Refused) _seen;
    bool _compared;
    volatile bool _locked;
    volatile bool _committed;
    int _confirmed;
    int _settled;
    Intent? _intent;

    public Task<PurchaseResult> BuyAsync(IntentFile wanted, bool dearestFirst, TimeSpan wait, CancellationToken cancellationToken)
    {
        _intent = wanted.Intent;
        var buyer = new Buyer(session.Client, agent, mandate)
        {
            Purchases = Path.Combine(session.Keys.Folder, "purchases"),
            Taken = (step, decision) => TellTaken(wanted.Intent, step, decision),
            Seen = TellMail,
            LockRefused = (quote, refusal) => TellRefused(quote, refusal, "broker", "Refuses a lock on"),
            Unfit = (quote, refusal) => TellRefused(quote, refusal, _who, "Passes over"),
        };
        var order = new PurchaseOrder(wanted.Intent) { Sellers = wanted.Sellers, Order = quotes => InOrder(quotes, dearestFirst), QuotesWithin = wait, Patience = wait };
        return buyer.BuyAsync(key, order, cancellationToken);
    }

    public async Task TellMoneyAsync(string when, CancellationToken cancellationToken)
    {
        if (principal is null) return;
        var money = await session.MoneyOfAsync(principal, cancellationToken);
        _timeline.Tell($"money_{when}", _who, $"Money {when}: {money}.", new { money }, "yellow");
    }

    /// <summary>The settlement, where its letter has not come yet.</summary>
    public void TellPaid(Mail bought)
    {
        if (bought.Accepted.Payment is { Kind: PaymentKind.Settled } payment && _confirmed != 0) TellSettled(payment);
    }

    public void TellBought(Mail bought, string receipt)
    {
        var payment = bought.Accepted.Payment;
        var kept = payment.Kind is PaymentKind.Committed;
        _timeline.Tell(
            "bought",
            _who,
            $"{(kept ? "Committed" : "Paid")} {Words.Of(payment.Amount)} to {payment.Seller}{(kept ? ", kept until the seller delivers" : "")}. Receipt: {receipt}",
            new { key, paid = Words.Of(payment.Amount), seller = payment.Seller, transaction = bought.TransactionFor(agent.Id).ToString(), receipt },
            "green");
        session.Screen.Next($"Each step of it: act trace {bought.TransactionFor(agent.Id)} --as {_who}");
    }

    public int TellNot(PurchaseResult result)
    {
        if (result is PurchaseResult.Refused { Refusal: var refusal }) throw new ActRefusedException(refusal);
        var unfinished = result as PurchaseResult.Unfinished;
        var why = unfinished is not null ? unfinished.Why.TrimEnd('.')
            : _seen.Offers == 0 ? "no seller made an offer"
            : _seen.Refused >= _seen.Offers ? "no offer could be locked, for the reasons above"
            : "no seller held the goods";
        _timeline.Tell(
            unfinished is null ? "nothing" : "unfinished",
            _who,
            unfinished is null ? $"Nothing was bought: {why}." : $"Not bought yet. {why}.",
            new { key, offers = _seen.Offers, refused_locks = _seen.Refused, outcome_unknown = unfinished?.OutcomeUnknown ?? false },
            "red");
        if (unfinished is not null) session.Screen.Next($"Money may be held. Go on with the same purchase: act buy --key {key} and the same options.");
        return unfinished is { OutcomeUnknown: true } ? ExitCodes.Unknown : ExitCodes.Failed;
    }

    void TellTaken(Intent intent, StepKind step, Decision decision)
    {
        var accepted = decision.Accepted;
        if (step is StepKind.Intent) _mine.UnionWith(accepted.Transactions.Select(opened => Id16.FromWire(opened.TransactionId)));
        // What a commit answers was there before it, though its letter may come after.
        if (step is StepKind.Commit) TellConfirmed(accepted.Payment.Seller);
        var sentence = step switch
        {
            StepKind.Intent => $"Asks {Words.Count(accepted.Transactions.Count, "seller")}{(intent.Words.Length > 0 ? $": {Inert.Quote(intent.Words)}" : "")}.",
            StepKind.Lock when accepted.State is TransactionState.AwaitingApproval =>
                $"Locked: {Words.Of(accepted.Payment.Amount)} held. The principal must approve: act approve, until {Words.Time(accepted.DeadlineMs)}.",
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
        _locked |= step is StepKind.Lock;
        _committed |= step is StepKind.Commit;
    }

    // Quotes are compared when all are there, own steps are told when they are taken, and other purchases' letters are not ours to tell.
    void TellMail(Mail mail)
    {
        var (sender, transaction) = (mail.Content?.Header.Sender ?? mail.Record.Broker, mail.TransactionFor(agent.Id));
        if (mail.Accepted is not { State: not TransactionState.Unspecified } accepted || sender == agent.Id || mail.Step is StepKind.Quote) return;
        if (!_mine.Contains(transaction)) return;
        // A letter may overtake the answer to the step that it answers. Then it is told after that: with the commit, or at the end.
        if (mail.Step is StepKind.Confirm && !_locked) return;
        if (mail.Step is StepKind.Settle && !_committed) return;
        if (mail.Step is StepKind.Confirm) TellConfirmed(sender);
        else if (mail.Step is StepKind.Settle) TellSettled(accepted.Payment);
        else TellStep(mail.Step, sender, mail.Content switch
        {
            { Decline: { } decline } => $"Declines: {Inert.Quote(decline.Reason)}.",
            { Deny: { } deny } => $"Denies it: {Inert.Quote(deny.Reason)}.",
            { Approve: not null } => "Approves it.",
            _ => $"{mail.Step}: now {Words.Of(accepted.State)}.",
        });
    }

    void TellConfirmed(string seller)
    {
        if (Interlocked.Exchange(ref _confirmed, 1) == 0) TellStep(StepKind.Confirm, seller, "Confirms: the goods are held, and it is bound.");
    }

    void TellSettled(Payment payment)
    {
        if (Interlocked.Exchange(ref _settled, 1) == 0) TellStep(StepKind.Settle, "broker", $"Settles: {Words.Of(payment.Amount)} paid to {Words.Short(payment.Seller)}.");
    }

    void TellStep(StepKind step, string who, string sentence) => _timeline.Tell("mail", Words.Short(who), sentence, new { step = Words.Of(step), sender = who });

    // By the broker, or by the buyer itself, before it asked.
    void TellRefused(Mail quote, Refusal refusal, string who, string says)
    {
        _seen.Refused++;
        var (seller, detail) = (quote.Content!.Header.Sender, refusal.Detail ?? refusal.Code.Entry.Meaning);
        _timeline.Tell(
            "lock_refused",
            who,
            $"{says} {Words.Short(seller)}'s offer: {detail} ({refusal.Code.Entry.Name}).",
            new { seller, code = refusal.Code.Entry.Name, detail = refusal.Detail, transaction = quote.TransactionFor(agent.Id).ToString() },
            "red");
    }

    IEnumerable<Mail> InOrder(IEnumerable<Mail> quotes, bool dearestFirst)
    {
        var offers = quotes.OrderBy(quote => Ledger.Money.FromWire(quote.Content!.Quote.Total).Nanos).ToList();
        if (dearestFirst) offers.Reverse();
        _seen.Offers = Math.Max(_seen.Offers, offers.Count);
        if (offers.Count == 0 || _compared) return offers;

        _compared = true;
        var compared = offers.Select(offer => Offer.Of(offer, _intent?.Constraint)).ToList();
        if (session.Screen.Json) _timeline.Tell("offers", _who, $"{Words.Count(offers.Count, "offer")}.", new { offers = compared });
        else session.Screen.Show(Offer.Compare(compared));
        return offers;
    }
}
