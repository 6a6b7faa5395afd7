using ActProtocol.Engine.Ledger;
using ActProtocol.Engine.Transactions;
using ActProtocol.Envelopes;
using ActProtocol.Ledger;
using ActProtocol.Transactions;
using ActProtocol.V1;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Engine.Partitions;

/// <summary>What a step does once nothing is in its way.</summary>
sealed partial class Partition
{
    Accepted Take(TakenStep step) => step.Kind switch
    {
        StepKind.Quote => TakeQuote(step),
        StepKind.Decline => step.Transaction.State is Locked ? Free(step, Released) : End(step, Declined),
        StepKind.Counter => TakeCounter(step),
        StepKind.Cancel => step.Transaction.State is TransactionState.Open or Quoted ? End(step, Cancelled)
            : Free(step, step.Transaction.State is AwaitingApproval ? Cancelled : Released),
        StepKind.Lock => TakeLock(step),
        StepKind.Approve => TakeApproval(step),
        StepKind.Deny => Free(step, Denied),
        StepKind.Confirm => TakeConfirm(step),
        StepKind.Commit => TakeCommit(step),
        StepKind.Fulfil => TakeFulfil(step),
        StepKind.Accept => Settle(step.Transaction, step.Envelope.Sender),
        StepKind.Dispute => TakeDispute(step),
        StepKind.Resolve => TakeResolve(step),
        StepKind.Refund => step.Transaction.State is Settled ? AskForRefund(step) : GiveBack(step.Transaction, step.Envelope.Sender),
        StepKind.Intent or StepKind.Expire or StepKind.Release or StepKind.Settle or StepKind.RefundPaid or StepKind.RefundInsufficient
            or StepKind.Unspecified => throw new System.Diagnostics.UnreachableException(),
    };

    Accepted TakeQuote(TakenStep step)
    {
        var (transaction, quote) = (step.Transaction, step.Content.Quote);
        if (transaction.Quote is not null) (transaction.Superseded ??= []).Add(transaction.QuoteDigest);
        (transaction.Quote, transaction.QuoteDigest) = (quote, step.Envelope.Digest);
        transaction.Quotes++;
        transaction.Arbiter = quote.Terms.Escrow is { } escrow ? new Party(escrow.Arbiter, step.Context.Parties[0].Principal) : default;
        Enter(transaction, Quoted, transaction.Intent.First.ExpiresAtMs);
        MailTo(transaction.Buyer.Agent, transaction.Seller.Agent);
        return Standing(transaction);
    }

    Accepted TakeCounter(TakenStep step)
    {
        var transaction = step.Transaction;
        (transaction.Superseded ??= []).Add(transaction.QuoteDigest);
        (transaction.Quote, transaction.QuoteDigest, transaction.Quotes, transaction.Arbiter) = (null, default, 0, default);
        (transaction.Revision, transaction.RevisionDigest) = (IntentRules.Revise(transaction.Intent.First, step.Content.Counter.Intent), step.Envelope.Digest);
        transaction.Rounds++;
        Enter(transaction, TransactionState.Open, transaction.Intent.First.ExpiresAtMs);
        MailTo(transaction.Seller.Agent, transaction.Buyer.Agent);
        return Standing(transaction);
    }

    Accepted TakeLock(TakenStep step)
    {
        var transaction = step.Transaction;
        var (intent, quote, total) = (transaction.Intent, transaction.Quote!, TotalOf(transaction.Quote!));
        var mandate = Mandates[step.Envelope.Mandate];

        Ledger.Books.Hold(Books.Open(intent.Account), total.Currency, total.Nanos);
        mandate.Spend(total.Currency, total.Nanos);
        mandate.Holding.Add(transaction.Id);
        (intent.Locks, intent.Used) = (intent.Locks + 1, intent.Used + total.Nanos);
        (transaction.Mandate, transaction.Amount, transaction.Currency) = (mandate.Digest, total.Nanos, total.Currency);
        transaction.LockPosition = NextPosition;

        var lockUntil = step.Stamp + quote.Terms.HoldForMs;
        if (mandate.LimitIn(total.Currency)?.ApprovalAbove is { } above && total.Nanos > Nanos(above))
        {
            var waitUntil = Math.Min(Math.Min(quote.ValidUntilMs, lockUntil), step.Stamp + EngineLimits.ApprovalMs);
            Enter(transaction, AwaitingApproval, waitUntil);
            MailTo(transaction.Buyer.Principal, transaction.Buyer.Agent);
        }
        else
        {
            EnterLocked(transaction, lockUntil);
            MailTo(transaction.Seller.Agent, transaction.Buyer.Agent);
        }
        return Standing(transaction, Paid(transaction, PaymentKind.Held, transaction.Amount));
    }

    Accepted TakeApproval(TakenStep step)
    {
        var transaction = step.Transaction;
        EnterLocked(transaction, step.Stamp + transaction.Quote!.Terms.HoldForMs);
        // The seller hears of the lock only now, so it gets the lock and what allowed it.
        MailTo(transaction.Seller.Agent, transaction.Buyer.Agent, transaction.LockPosition);
        MailTo(transaction.Seller.Agent, transaction.Buyer.Principal);
        MailTo(transaction.Buyer.Agent, transaction.Buyer.Principal);
        return Standing(transaction, Paid(transaction, PaymentKind.Held, transaction.Amount));
    }

    Accepted TakeConfirm(TakenStep step)
    {
        var transaction = step.Transaction;
        Enter(transaction, Confirmed, transaction.Deadline);
        MailTo(transaction.Buyer.Agent, transaction.Seller.Agent);
        return Standing(transaction);
    }

    Accepted TakeCommit(TakenStep step)
    {
        var transaction = step.Transaction;
        Mandates[transaction.Mandate].Holding.Remove(transaction.Id);
        var escrow = Escrow(transaction);
        Enter(transaction, Committed, escrow is null ? 0 : step.Stamp + escrow.FulfilWithinMs);
        // Instant terms settle in this very append: a step of the broker's own, owed from now on.
        if (escrow is null) _owed.Enqueue((StepKind.Settle, transaction.Id));
        MailToBoth(transaction, transaction.Buyer.Agent);
        return Standing(transaction, Paid(transaction, PaymentKind.Committed, transaction.Amount));
    }

    Accepted TakeFulfil(TakenStep step)
    {
        var transaction = step.Transaction;
        transaction.Fulfilled = true;
        if (transaction.State is Committed) Enter(transaction, Fulfilled, step.Stamp + Escrow(transaction)!.DisputeWindowMs);
        MailTo(transaction.Buyer.Agent, transaction.Seller.Agent);
        return Standing(transaction);
    }

    Accepted TakeDispute(TakenStep step)
    {
        var transaction = step.Transaction;
        Enter(transaction, Disputed, step.Stamp + Escrow(transaction)!.ResolveWithinMs);
        if (Books.Find(transaction.Intent.Account) is { } account) account.Disputed++;
        StandingOf(transaction.Seller.Agent).Disputed++;
        MailTo(transaction.Seller.Agent, transaction.Buyer.Agent);
        MailTo(transaction.Arbiter.Agent, transaction.Buyer.Agent);
        return Standing(transaction);
    }

    Accepted TakeResolve(TakenStep step)
    {
        var (transaction, resolve) = (step.Transaction, step.Content.Resolve);
        var (toSeller, toBuyer) = (Nanos(resolve.ToSeller), Nanos(resolve.ToBuyer));
        if (toBuyer == 0) return Settle(transaction, step.Envelope.Sender);

        CountLost(transaction);
        if (toSeller == 0) return GiveBack(transaction, step.Envelope.Sender);

        Ledger.Books.Release(Books.Open(transaction.Intent.Account), transaction.Currency, toBuyer);
        PayOut(transaction, toSeller);
        (transaction.Amount, transaction.Refunded) = (toSeller, 0);
        Enter(transaction, Settled, 0);
        MailToBoth(transaction, step.Envelope.Sender);
        return Standing(transaction, Paid(transaction, PaymentKind.Split, toSeller, toBuyer));
    }

    Accepted AskForRefund(TakenStep step)
    {
        var transaction = step.Transaction;
        transaction.Refunding = Nanos(step.Content.Refund.Amount);
        transaction.Answer = RefundAnswer.None;
        transaction.RefundsAsked++;
        Enter(transaction, Refunding, 0);
        var payee = transaction.FirstPayee;
        Send(PartitionOf(payee), new Stored.Transfer
        {
            Collect = new()
            {
                Account = payee,
                Currency = transaction.Currency,
                Nanos = Stored.Amounts.ToWire(transaction.Refunding),
                TransactionId = transaction.Id.ToWire(),
            },
        });
        MailTo(transaction.Buyer.Agent, transaction.Seller.Agent);
        return Standing(transaction);
    }

    /// <summary>Held money is free again, with its budget and its place in the intent.</summary>
    Accepted Free(TakenStep step, TransactionState to)
    {
        Unbind(step.Transaction);
        return End(step, to, Paid(step.Transaction, PaymentKind.Released, step.Transaction.Amount));
    }

    Accepted End(TakenStep step, TransactionState to, Payment? payment = null)
    {
        var transaction = step.Transaction;
        Enter(transaction, to, 0);
        if (step.By is not Role.Seller) MailTo(transaction.Seller.Agent, step.Envelope.Sender);
        if (step.By is not Role.Buyer) MailTo(transaction.Buyer.Agent, step.Envelope.Sender);
        return Standing(transaction, payment);
    }

    /// <summary>The money goes to the payees.</summary>
    Accepted Settle(TransactionEntry transaction, string sender)
    {
        PayOut(transaction, transaction.Amount);
        Enter(transaction, Settled, 0);
        MailToBoth(transaction, sender);
        return Standing(transaction, Paid(transaction, PaymentKind.Settled, transaction.Amount));
    }

    /// <summary>Committed money that was not settled goes back to the buyer.</summary>
    Accepted GiveBack(TransactionEntry transaction, string sender)
    {
        Ledger.Books.Release(Books.Open(transaction.Intent.Account), transaction.Currency, transaction.Amount);
        transaction.Refunded = transaction.Amount;
        Enter(transaction, Refunded, 0);
        MailToBoth(transaction, sender);
        return Standing(transaction, Paid(transaction, PaymentKind.Refunded, transaction.Amount, transaction.Amount));
    }

    void Unbind(TransactionEntry transaction)
    {
        Ledger.Books.Release(Books.Open(transaction.Intent.Account), transaction.Currency, transaction.Amount);
        var mandate = Mandates[transaction.Mandate];
        mandate.Spend(transaction.Currency, -transaction.Amount);
        mandate.Holding.Remove(transaction.Id);
        (transaction.Intent.Locks, transaction.Intent.Used) = (transaction.Intent.Locks - 1, transaction.Intent.Used - transaction.Amount);
    }

    void PayOut(TransactionEntry transaction, Int128 amount)
    {
        var account = Books.Open(transaction.Intent.Account);
        foreach (var (payee, nanos) in Splits.Of(PayeesOf(transaction), amount))
        {
            if (nanos == 0) continue;
            var destination = PartitionOf(payee);
            Books.Send(account, transaction.Currency, nanos, destination);
            Send(destination, new Stored.Transfer
            {
                Credit = new()
                {
                    Account = payee,
                    Currency = transaction.Currency,
                    Nanos = Stored.Amounts.ToWire(nanos),
                    TransactionId = transaction.Id.ToWire(),
                },
            });
        }
        account.Settled++;
        var standing = StandingOf(transaction.Seller.Agent);
        standing.Settled++;
        if (account.PaidSellers.Add(transaction.Seller.Agent)) standing.DistinctPayers++;
    }

    static (string Account, Int128 Nanos)[] PayeesOf(TransactionEntry transaction) =>
        transaction.Quote!.Payees.Count == 0
            ? [(transaction.Seller.Principal, Nanos(transaction.Quote.Total))]
            : [.. transaction.Quote.Payees.Select(payee => (payee.Account, Nanos(payee.Amount)))];

    void CountLost(TransactionEntry transaction)
    {
        if (Books.Find(transaction.Intent.Account) is { } account) account.Lost++;
        StandingOf(transaction.Seller.Agent).Lost++;
    }

    void EnterLocked(TransactionEntry transaction, long deadline)
    {
        Enter(transaction, Locked, deadline);
        if (transaction.RoomReserved) return;
        transaction.RoomReserved = true;
        Mail.Reserve(transaction.Buyer.Agent, EngineLimits.RoomOfLock);
        Mail.Reserve(transaction.Seller.Agent, EngineLimits.RoomOfLock);
    }

    void Enter(TransactionEntry transaction, TransactionState state, long deadline)
    {
        var account = Books.Open(transaction.Intent.Account);
        var wasOpen = !transaction.Ended && transaction.State is not (Settled or Refunding);
        if (transaction.Deadline != deadline) Move(account, transaction, deadline);
        transaction.State = state;
        // Settled may still be refunded, but nothing waits any more.
        var isOpen = !transaction.Ended && state is not (Settled or Refunding);
        account.OpenTransactions += (isOpen ? 1 : 0) - (wasOpen ? 1 : 0);
        if (wasOpen && !isOpen) Close(transaction);
        if (!isOpen && transaction.RoomReserved)
        {
            transaction.RoomReserved = false;
            Mail.Free(transaction.Buyer.Agent, EngineLimits.RoomOfLock);
            Mail.Free(transaction.Seller.Agent, EngineLimits.RoomOfLock);
        }
    }

    void Move(AccountEntry account, TransactionEntry transaction, long deadline)
    {
        if (transaction.Deadline != 0)
        {
            account.Deadlines.Leave();
            _deadlines.Leave();
        }
        transaction.Deadline = deadline;
        if (deadline == 0) return;
        account.Deadlines.Add(transaction);
        _deadlines.Add(transaction);
    }

    // Nothing waits any more; at most a refund may come. What was wanted and offered stands in the journal, and leaves memory.
    static void Close(TransactionEntry transaction)
    {
        if (transaction.State is Settled)
        {
            var first = Splits.Of(PayeesOf(transaction), transaction.Amount)[0];
            // A refund debits the first payee. A seller may spend its own principal's money on it, but of anybody else's no more than
            // what this very purchase brought: or naming a stranger as payee would be a way into the stranger's account.
            (transaction.FirstPayee, transaction.Refundable) = (first.Account, first.Account == transaction.Seller.Principal ? transaction.Amount : first.Nanos);
        }
        (transaction.Revision, transaction.Quote) = (null, null);
        transaction.Superseded = null;
        transaction.Intent.Closed();
    }

    void MailToBoth(TransactionEntry transaction, string sender)
    {
        MailTo(transaction.Buyer.Agent, sender);
        MailTo(transaction.Seller.Agent, sender);
    }

    static Accepted Standing(TransactionEntry transaction, Payment? payment = null)
    {
        var accepted = new Accepted { State = transaction.State, DeadlineMs = transaction.Deadline };
        if (payment is not null) accepted.Payment = payment;
        return accepted;
    }

    static Payment Paid(TransactionEntry transaction, PaymentKind kind, Int128 amount, Int128 refunded = default)
    {
        var payment = new Payment
        {
            Kind = kind,
            Amount = new Money(amount, transaction.Currency).ToWire(),
            Buyer = transaction.Buyer.Agent,
            Seller = transaction.Seller.Agent,
            Intent = transaction.Intent.Digest.ToWire(),
            Quote = transaction.QuoteDigest.ToWire(),
        };
        if (refunded != 0) payment.Refunded = new Money(refunded, transaction.Currency).ToWire();
        return payment;
    }
}
