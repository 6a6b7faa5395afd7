using ActProtocol.Engine.Stored;
using ActProtocol.Engine.Transactions;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using static ActProtocol.V1.TransactionState;
using Body = ActProtocol.V1.Content.BodyOneofCase;

namespace ActProtocol.Engine.Partitions;

/// <summary>Steps of the broker's own: which are owed, and what they do.</summary>
sealed partial class Partition
{
    // Derived from the state, so in no snapshot: what time ends, and what was caused and is not recorded yet.
    readonly Deadlines _deadlines = new();
    readonly Queue<(StepKind Kind, Id16 Transaction)> _owed = new();

    public bool Owes => _owed.Count > 0;

    /// <summary>The next step that a record made necessary: a settlement, a release, the end of a refund.</summary>
    public Cause? NextOwed()
    {
        while (_owed.TryDequeue(out var step))
        {
            if (IsDue(step.Kind, Transactions[step.Transaction])) return Cause.Of(step.Kind, step.Transaction);
        }
        return null;
    }

    /// <summary>The next transaction that time has ended: of one account, or of any. By deadline, then by id.</summary>
    public Cause? NextExpired(long stamp, string? account = null)
    {
        var deadlines = account is null ? _deadlines : Books.Find(account)?.Deadlines;
        if (deadlines?.First() is not { } transaction || transaction.Deadline > stamp) return null;

        return Cause.Of(transaction.State is Fulfilled ? StepKind.Settle : StepKind.Expire, transaction.Id);
    }

    /// <summary>The account whose deadlines come before a step; null when the step concerns none.</summary>
    public string? AccountOf(OpenedEnvelope envelope) => envelope.Content.BodyCase switch
    {
        Body.Intent => AccountOfMandate(envelope.Mandate),
        Body.RevokeMandate => AccountOfMandate(Digest.FromWire(envelope.Content.RevokeMandate.Mandate)),
        Body.Mandate or Body.RequestPayout => envelope.Sender,
        Body.Fund => envelope.Content.Fund.Account,
        Body.ClosePayout => envelope.Content.ClosePayout.Account,
        _ => Transactions.TryGetValue(envelope.TransactionId, out var transaction) ? transaction.Intent.Account : null,
    };

    string? AccountOfMandate(Digest digest) =>
        Mandates.TryGetValue(digest, out var mandate) ? mandate.Terms.Account : null;

    static bool IsDue(StepKind kind, TransactionEntry transaction) => kind switch
    {
        StepKind.Settle => transaction.State is Committed && Escrow(transaction) is null,
        StepKind.Release => transaction.State is AwaitingApproval or Locked or Confirmed,
        StepKind.RefundPaid => transaction.State is Refunding && transaction.Answer is RefundAnswer.Paid,
        StepKind.RefundInsufficient => transaction.State is Refunding && transaction.Answer is RefundAnswer.Insufficient,
        _ => false,
    };

    Verdict DecideStep(BrokerStep step, Context context, long stamp)
    {
        if (step.Kind is StepKind.Unspecified) return DecideOther(step.Name, context);

        var transaction = Transactions[Id16.FromWire(step.TransactionId)];
        transaction.Records.Add(NextPosition);
        return new Verdict.Take(TakeOwn(step.Kind, transaction, stamp));
    }

    Accepted TakeOwn(StepKind kind, TransactionEntry transaction, long stamp) => kind switch
    {
        StepKind.Expire => Expire(transaction, stamp),
        StepKind.Settle => SettleByItself(transaction),
        StepKind.Release => Release(transaction),
        StepKind.RefundPaid => EndRefund(transaction, paid: true),
        StepKind.RefundInsufficient => EndRefund(transaction, paid: false),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    Accepted Expire(TransactionEntry transaction, long stamp)
    {
        if (transaction.Deadline == 0 || stamp < transaction.Deadline) throw new InvalidOperationException($"{transaction.Id} has not expired.");

        var from = transaction.State;
        transaction.LapsedFrom = from;
        if (from is Disputed) CountLost(transaction);
        if (from is Committed or Disputed) return GiveBack(transaction, Broker);
        return EndByItself(transaction, Expired, freed: from is AwaitingApproval or Locked or Confirmed);
    }

    Accepted SettleByItself(TransactionEntry transaction)
    {
        if (transaction.State is Fulfilled) transaction.LapsedFrom = Fulfilled;
        return Settle(transaction, Broker);
    }

    Accepted Release(TransactionEntry transaction) => EndByItself(transaction, Released, freed: true);

    Accepted EndByItself(TransactionEntry transaction, TransactionState to, bool freed)
    {
        var payment = freed ? Paid(transaction, PaymentKind.Released, transaction.Amount) : null;
        if (freed) Unbind(transaction);
        if (transaction.State is AwaitingApproval) MailTo(transaction.Buyer.Principal, Broker);
        Enter(transaction, to, 0);
        MailToBoth(transaction, Broker);
        return Standing(transaction, payment);
    }

    Accepted EndRefund(TransactionEntry transaction, bool paid)
    {
        var amount = transaction.Refunding;
        (transaction.Refunding, transaction.Answer) = (0, RefundAnswer.None);
        if (paid) transaction.Refunded += amount;
        Enter(transaction, transaction.Refunded == transaction.Amount ? Refunded : Settled, 0);
        MailToBoth(transaction, Broker);
        return Standing(transaction, paid ? Paid(transaction, PaymentKind.Refunded, amount, transaction.Refunded) : null);
    }

    Verdict DecideOther(string name, Context context)
    {
        switch (context.StepCase)
        {
            case Context.StepOneofCase.Genesis:
                Begin(context.Genesis);
                break;
            case Context.StepOneofCase.Transfer:
                if (!Outboxes.IsNext(context.Transfer)) return Drop(ErrorCode.Internal, "not the next transfer");
                Outboxes.Take(context.Transfer);
                TakeTransfer(context.Transfer);
                break;
            case Context.StepOneofCase.Housekeeping:
                KeepHouse(context.Housekeeping);
                break;
            case Context.StepOneofCase.DeadLetter:
                Mail.Find(context.DeadLetter.Agent)?.Bury((long)context.DeadLetter.Position);
                break;
            case Context.StepOneofCase.Recovered or Context.StepOneofCase.None:
                throw new InvalidOperationException($"A partition takes no step '{name}'.");
        }
        return new Verdict.Take(new Accepted());
    }

    void Begin(Genesis genesis)
    {
        Partitions = (int)genesis.Partitions;
        Play = genesis.Play;
        DefaultArbiter = genesis.Arbiter;
        Zones = genesis.Zones;
    }

    void KeepHouse(Housekeeping housekeeping)
    {
        foreach (var taken in housekeeping.Mail.Items)
        {
            foreach (var position in taken.Positions.Items) Mail.Take(taken.Agent, (long)position);
        }
        foreach (var taken in housekeeping.Outbox.Items) Outboxes.Forget((int)taken.Destination, taken.Number);
    }

    void TakeTransfer(Transfer transfer)
    {
        switch (transfer.WhatCase)
        {
            case Transfer.WhatOneofCase.Credit:
                var credit = transfer.Credit;
                Books.Receive(Books.Open(credit.Account), credit.Currency, Amounts.FromWire(credit.Nanos), (int)transfer.Source);
                break;
            case Transfer.WhatOneofCase.Collect:
                Collect(transfer.Collect, (int)transfer.Source);
                break;
            case Transfer.WhatOneofCase.Collected:
                TakeCollected(transfer.Collected, (int)transfer.Source);
                break;
            case Transfer.WhatOneofCase.KeyRevoked:
                _revokedKeys[Digest.FromWire(transfer.KeyRevoked.Key)] = NextPosition;
                break;
            case Transfer.WhatOneofCase.Announced:
                foreach (var agent in transfer.Announced.To) Announce(agent, transfer.Announced.Entry);
                break;
            case Transfer.WhatOneofCase.None:
                throw new InvalidOperationException("An empty transfer.");
        }
    }

    // Whoever has a stolen key can rotate for ever; the first few tell as much as all. No id begins so, and nothing else counts here.
    void Announce(string agent, string entry)
    {
        var sender = $"directory:{entry}";
        if (Mail.CountOf(agent, sender) < EngineLimits.AnnouncementsMax) MailTo(agent, sender);
    }

    void Collect(Collect collect, int source)
    {
        var nanos = Amounts.FromWire(collect.Nanos);
        var account = Books.Find(collect.Account);
        var paid = account is not null && account[collect.Currency].Available >= nanos;
        if (paid) Books.SendAvailable(account!, collect.Currency, nanos, source);
        Send(source, new Transfer
        {
            Collected = new() { TransactionId = collect.TransactionId, Paid = paid, Currency = collect.Currency, Nanos = collect.Nanos },
        });
    }

    void TakeCollected(Collected collected, int source)
    {
        var transaction = Transactions[Id16.FromWire(collected.TransactionId)];
        if (collected.Paid)
        {
            Books.Receive(Books.Open(transaction.Intent.Account), collected.Currency, Amounts.FromWire(collected.Nanos), source);
        }
        transaction.Answer = collected.Paid ? RefundAnswer.Paid : RefundAnswer.Insufficient;
        _owed.Enqueue((collected.Paid ? StepKind.RefundPaid : StepKind.RefundInsufficient, transaction.Id));
    }
}
