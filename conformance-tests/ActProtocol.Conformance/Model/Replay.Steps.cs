using ActProtocol.V1;
using Google.Protobuf;
using Google.Type;

namespace ActProtocol.Conformance.Model;

/// <summary>What an accepted step does, and whether the record tells it (TXN-18).</summary>
sealed partial class Replay
{
    void Apply(Moment moment, Step step, Accepted told)
    {
        var trade = step.Trade;
        var payment = Move(moment, step);
        if (step.By is Role.Buyer) trade.LastOfBuyer = step.Digest;
        if (step.By is Role.Seller) trade.LastOfSeller = step.Digest;
        if (told.State != trade.State) throw Wrong(moment, $"the state {trade.State}", told.State);
        if (told.DeadlineMs != trade.Deadline) throw Wrong(moment, $"the deadline {trade.Deadline} (TXN-07)", told.DeadlineMs);
        if (FaultIn(told.Payment, payment, trade) is { } fault) throw Wrong(moment, $"the payment: {payment?.ToString() ?? "none"}", fault);
    }

    /// <summary>Money that the step moved or bound, as the record has to tell it.</summary>
    sealed record Moved(PaymentKind Kind, Int128 Amount, Int128? Refunded = null);

    Moved? Move(Moment moment, Step step)
    {
        var (trade, content, stamp) = (step.Trade, step.Content, step.Stamp);
        switch (step.Kind)
        {
            case StepKind.Quote:
                if (trade.Quote is not null) trade.Superseded.Add(trade.QuoteDigest);
                (trade.Quote, trade.QuoteDigest, trade.Quotes) = (content.Quote, step.Digest, trade.Quotes + 1);
                return Enter(trade, TransactionState.Quoted, trade.Wanted.First.ExpiresAtMs);
            case StepKind.Counter:
                trade.Superseded.Add(trade.QuoteDigest);
                (trade.Quote, trade.QuoteDigest, trade.Quotes, trade.Counters) = (null, "", 0, trade.Counters + 1);
                (trade.Revision, trade.RevisionDigest) = (content.Counter.Intent, step.Digest);
                return Enter(trade, TransactionState.Open, trade.Wanted.First.ExpiresAtMs);
            case StepKind.Lock:
                return Lock(step);
            case StepKind.Approve:
                Enter(trade, TransactionState.Locked, stamp + trade.Quote!.Terms.HoldForMs);
                return new Moved(PaymentKind.Held, trade.Amount);
            case StepKind.Confirm:
                return Enter(trade, TransactionState.Confirmed, trade.Deadline);
            case StepKind.Commit:
                Enter(trade, TransactionState.Committed, trade.Escrow is { } escrow ? stamp + escrow.FulfilWithinMs : 0);
                if (trade.Escrow is null) _owed = (moment, trade.Account, "its settlement in the same append (TXN-10)");
                return new Moved(PaymentKind.Committed, trade.Amount);
            case StepKind.Fulfil:
                trade.Fulfilled = true;
                return trade.State is TransactionState.Committed ? Enter(trade, TransactionState.Fulfilled, stamp + trade.Escrow!.DisputeWindowMs) : null;
            case StepKind.Dispute:
                return Enter(trade, TransactionState.Disputed, stamp + trade.Escrow!.ResolveWithinMs);
            case StepKind.Accept:
                return Settle(trade);
            case StepKind.Settle:
                if (trade.State is TransactionState.Fulfilled) trade.LapsedFrom = TransactionState.Fulfilled;
                else _owed = null;
                return Settle(trade);
            case StepKind.Resolve:
                return Resolved(trade, content.Resolve);
            case StepKind.Refund when trade.State is TransactionState.Settled:
                (trade.Refunding, trade.RefundsAsked) = (Amounts.NanosOf(content.Refund.Amount), trade.RefundsAsked + 1);
                return Enter(trade, TransactionState.Refunding, 0);
            case StepKind.Refund:
                return GiveBack(trade);
            case StepKind.RefundPaid:
                trade.Refunded += trade.Refunding;
                Accounts.Collect(trade.Shares(trade.Amount)[0].Account ?? "", trade.Currency, trade.Refunding);
                Accounts.Add(trade.Account, trade.Currency, trade.Refunding);
                Enter(trade, trade.Refunded == trade.Amount ? TransactionState.Refunded : TransactionState.Settled, 0);
                return new Moved(PaymentKind.Refunded, trade.Refunding, trade.Refunded);
            case StepKind.RefundInsufficient:
                return Enter(trade, TransactionState.Settled, 0);
            case StepKind.Expire:
                trade.LapsedFrom = trade.State;
                return trade.State is TransactionState.Committed or TransactionState.Disputed ? GiveBack(trade) : End(trade, TransactionState.Expired);
            case StepKind.Release:
                return Released(moment, trade);
            case StepKind.Decline:
                return End(trade, trade.IsHolding ? TransactionState.Released : TransactionState.Declined);
            case StepKind.Deny:
                return End(trade, TransactionState.Denied);
            case StepKind.Cancel:
                return End(trade, trade.State is TransactionState.Locked or TransactionState.Confirmed ? TransactionState.Released : TransactionState.Cancelled);
            default:
                throw new InvalidDataException($"The table lets pass a step that this suite does not know: {step.Kind}.");
        }
    }

    Moved Lock(Step step)
    {
        var (trade, quote, mandate) = (step.Trade, step.Trade.Quote!, _mandates[Hex(step.Content.Header.Mandate)]);
        (trade.Mandate, trade.Amount, trade.EverLocked) = (mandate, Amounts.NanosOf(quote.Total), true);
        Accounts.Hold(trade.Account, trade.Currency, trade.Amount);
        Bind(trade, trade.Amount, 1);
        var until = step.Stamp + quote.Terms.HoldForMs;
        // MAN-09
        if (mandate.LimitIn(trade.Currency)?.ApprovalAbove is { } above && trade.Amount > Amounts.NanosOf(above))
        {
            Enter(trade, TransactionState.AwaitingApproval, new[] { quote.ValidUntilMs, until, step.Stamp + DayMs }.Min());
        }
        else
        {
            Enter(trade, TransactionState.Locked, until);
        }
        return new Moved(PaymentKind.Held, trade.Amount);
    }

    static void Bind(Trade trade, Int128 nanos, int locks)
    {
        (trade.Wanted.Locks, trade.Wanted.Used) = (trade.Wanted.Locks + locks, trade.Wanted.Used + nanos);
        trade.Mandate!.Spent[trade.Currency] = trade.Mandate.Spent.GetValueOrDefault(trade.Currency) + nanos;
    }

    // What was held is free: funds, intent and mandate.
    Moved? End(Trade trade, TransactionState to)
    {
        var held = trade.IsHolding;
        Enter(trade, to, 0);
        if (!held) return null;
        Accounts.Hold(trade.Account, trade.Currency, -trade.Amount);
        Bind(trade, -trade.Amount, -1);
        return new Moved(PaymentKind.Released, trade.Amount);
    }

    Moved? Released(Moment moment, Trade trade)
    {
        var moved = End(trade, TransactionState.Released);
        OweReleases(_owed?.By ?? moment, trade.Account);
        return moved;
    }

    // TXN-32: one by one, each in the append of the revocation.
    void OweReleases(Moment by, string account) =>
        _owed = _trades.Values.Any(trade => trade.Account == account && trade.IsHolding && trade.Mandate!.Revoked) ? (by, account, "the release of what was held under the mandate, in the same append (TXN-32)") : null;

    Moved Settle(Trade trade)
    {
        Pay(trade, trade.Amount);
        Enter(trade, TransactionState.Settled, 0);
        return new Moved(PaymentKind.Settled, trade.Amount);
    }

    Moved GiveBack(Trade trade)
    {
        Accounts.Hold(trade.Account, trade.Currency, -trade.Amount);
        trade.Refunded = trade.Amount;
        Enter(trade, TransactionState.Refunded, 0);
        return new Moved(PaymentKind.Refunded, trade.Amount, trade.Amount);
    }

    Moved Resolved(Trade trade, Resolve resolve)
    {
        var (toSeller, toBuyer) = (Amounts.NanosOf(resolve.ToSeller), Amounts.NanosOf(resolve.ToBuyer));
        if (toBuyer == 0) return Settle(trade);
        if (toSeller == 0) return GiveBack(trade);
        Accounts.Hold(trade.Account, trade.Currency, -toBuyer);
        Pay(trade, toSeller);
        trade.Amount = toSeller;
        Enter(trade, TransactionState.Settled, 0);
        return new Moved(PaymentKind.Split, toSeller, toBuyer);
    }

    void Pay(Trade trade, Int128 amount)
    {
        Accounts.Spend(trade.Account, trade.Currency, amount);
        foreach (var (payee, nanos) in trade.Shares(amount)) Accounts.Credit(payee ?? "", trade.Currency, nanos);
    }

    static Moved? Enter(Trade trade, TransactionState state, long deadline)
    {
        (trade.State, trade.Deadline) = (state, deadline);
        return null;
    }

    static string? FaultIn(Payment? told, Moved? moved, Trade trade)
    {
        if (moved is null) return told is null ? null : told.ToString();
        if (told is null) return "none";
        var isSame = told.Kind == moved.Kind && Is(told.Amount, moved.Amount) && (moved.Refunded is { } refunded ? Is(told.Refunded, refunded) : told.Refunded is null || Is(told.Refunded, 0))
            && told.Buyer == trade.Buyer && told.Seller == trade.Seller && Hex(told.Intent) == trade.Wanted.Digest && Hex(told.Quote) == trade.QuoteDigest;
        return isSame ? null : told.ToString();

        bool Is(Money? money, Int128 nanos) => money is not null && money.CurrencyCode == trade.Currency && Amounts.FaultOf(money) is null && Amounts.NanosOf(money) == nanos;
    }
}
