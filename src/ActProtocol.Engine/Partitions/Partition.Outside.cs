using ActProtocol.Engine.Ledger;
using ActProtocol.Engine.Mandates;
using ActProtocol.Engine.Stored;
using ActProtocol.Engine.Transactions;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.Ledger;
using ActProtocol.Mandates;
using ActProtocol.Transactions;
using ActProtocol.V1;
using Party = ActProtocol.Engine.Transactions.Party;

namespace ActProtocol.Engine.Partitions;

/// <summary>Envelopes outside transactions: intents, which open them, and everything about accounts.</summary>
/// <remarks>A refusal is recorded only for somebody who holds authority over the account concerned: nobody else can fill a journal.</remarks>
sealed partial class Partition
{
    readonly Dictionary<string, SellerStanding> _standing = [];
    readonly HashSet<Digest> _references = [];
    readonly Dictionary<string, Party> _sellers = [];

    (AccountEntry?, Verdict) TakeIntent(OpenedEnvelope envelope, Context context, long stamp)
    {
        var intent = envelope.Content.Intent;
        if (ActId.BucketOf(context.Principal) != envelope.Home) return (null, Drop(ErrorCode.HomeWrong));

        var refusal = IntentFault(envelope, context, stamp);
        // Whoever holds no mandate here hears the same, but nothing is recorded for it.
        if (!Mandates.TryGetValue(envelope.Mandate, out var named) || !IsHolder(named.Terms, envelope.Sender, context))
        {
            return (null, new Verdict.Drop(refusal!));
        }
        var account = Books.Open(named.Terms.Account); // Open already: lodging the mandate did it.
        if (IsFull(account, stamp)) return (null, Drop(ErrorCode.QuotaExceeded));
        if (refusal is not null) return (account, new Verdict.Refuse(refusal));

        var entry = new IntentEntry(envelope.Digest, account.Id, intent, IntentEntry.LocksMaxOf(intent)) { Position = NextPosition };
        Intents.Add(entry.Digest, entry);
        var accepted = new Accepted { State = TransactionState.Open, DeadlineMs = intent.ExpiresAtMs, Vouched = Vouch(account, intent) };
        // The same instance each time: a party's id is kept once, not once a transaction.
        var buyer = new Party(named.Terms.Agent, context.Principal == account.Id ? account.Id : context.Principal);
        foreach (var seller in context.Parties.Items)
        {
            var transaction = Open(entry, buyer, Known(seller), envelope);
            accepted.Transactions.Add(new OpenedTransaction { TransactionId = transaction.Id.ToWire(), Seller = seller.Id });
            MailTo(seller.Id, envelope.Sender);
        }
        return (account, new Verdict.Take(accepted));
    }

    Refusal? IntentFault(OpenedEnvelope envelope, Context context, long stamp)
    {
        var intent = envelope.Content.Intent;
        if ((envelope.Recipients.Count == 0) == (intent.Capability.Length == 0)) return new Refusal(ErrorCode.RecipientWrong);
        if (IntentRules.Check(intent, stamp) is { } code) return new Refusal(code);
        foreach (var seller in context.Parties.Items)
        {
            if (seller.Principal.Length == 0) return new Refusal(ErrorCode.AgentUnknown, seller.Id);
        }
        if (context.Parties.Count == 0) return new Refusal(ErrorCode.NoSeller);
        foreach (var seller in context.Parties.Items)
        {
            if (seller.Principal == context.Principal) return new Refusal(ErrorCode.SamePrincipal, seller.Id);
        }
        var (mandate, refusal) = MandateFor(envelope, context, context.Principal, stamp);
        if (mandate is null) return refusal;
        if (mandate.LimitIn(intent.Budget.CurrencyCode) is null) return new Refusal(ErrorCode.MandateCurrency);
        foreach (var seller in context.Parties.Items)
        {
            if (!AllowsSeller(mandate.Terms, new Party(seller.Id, seller.Principal))) return new Refusal(ErrorCode.MandateSeller, seller.Id);
        }
        if (IntentBeyond(mandate, intent) is { } beyond) return beyond;
        if (Books.Find(context.Principal)?.OpenTransactions + context.Parties.Count > EngineLimits.OpenTransactionsMax) return new Refusal(ErrorCode.TooManyOpen);
        foreach (var seller in context.Parties.Items)
        {
            if (!Mail.HasRoomFor(seller.Id, envelope.Sender, EngineLimits.MailboxMax)) return new Refusal(ErrorCode.MailboxFull, seller.Id);
        }
        // Who reads nothing opens nothing more: what sellers and time will say must have room too.
        return Mail.IsFull(envelope.Sender, EngineLimits.MailboxMax) ? new Refusal(ErrorCode.MailboxFull, envelope.Sender) : null;
    }

    TransactionEntry Open(IntentEntry intent, Party buyer, Party seller, OpenedEnvelope envelope)
    {
        var transaction = new TransactionEntry(DerivedIds.Transaction(intent.Digest, seller.Agent), intent, buyer, seller)
        {
            Revision = intent.First,
            RevisionDigest = intent.Digest,
            LastOfBuyer = envelope.Digest,
        };
        transaction.Records.Add(NextPosition);
        Transactions.Add(transaction.Id, transaction);
        var account = Books.Open(intent.Account);
        account.OpenTransactions++;
        intent.Opened();
        transaction.Deadline = intent.First.ExpiresAtMs;
        account.Deadlines.Add(transaction);
        _deadlines.Add(transaction);
        return transaction;
    }

    // A seller's id and principal, each kept once. Only sellers that the directory knows come here, so it bounds this.
    Party Known(Stored.Party seller)
    {
        if (_sellers.TryGetValue(seller.Id, out var known) && known.Principal == seller.Principal) return known;
        return _sellers[seller.Id] = new Party(seller.Id, seller.Principal);
    }

    static Vouched Vouch(AccountEntry account, Intent intent) => new()
    {
        MandateLive = true,
        BudgetCovered = account[intent.Budget.CurrencyCode].Available >= Nanos(intent.Budget),
        Standing = new() { Settled = (ulong)account.Settled, Disputed = (ulong)account.Disputed, Lost = (ulong)account.Lost },
    };

    (AccountEntry?, Verdict) TakeMandate(OpenedEnvelope envelope, Context context, long stamp)
    {
        var (sender, mandate) = (envelope.Sender, envelope.Content.Mandate);
        // Only a principal has an account, and only its own.
        if (context.Principal != sender) return (null, Drop(ErrorCode.RoleMissing));
        if (ActId.BucketOf(sender) != envelope.Home) return (null, Drop(ErrorCode.HomeWrong));

        if (Books.Find(sender) is { } full && IsFull(full, stamp)) return (null, Drop(ErrorCode.QuotaExceeded));
        var account = Books.Open(sender);
        if (MandateFault(mandate, context, sender, account, stamp) is { } refusal) return (account, new Verdict.Refuse(refusal));

        Mandates.Add(envelope.Digest, new MandateEntry(envelope.Digest, sender, mandate));
        account.LiveMandates++;
        MailTo(mandate.Agent, sender);
        return (account, new Verdict.Take(new Accepted()));
    }

    static Refusal? MandateFault(Mandate mandate, Context context, string sender, AccountEntry account, long stamp)
    {
        if (MandateRules.Check(mandate, stamp) is { } code) return new Refusal(code);
        // An agent acts for one principal: a mandate for somebody else's agent would make it act for two.
        if (context.Parties[0].Principal != sender) return new Refusal(ErrorCode.AgentUnknown, mandate.Agent);
        if (mandate.Account != sender) return new Refusal(ErrorCode.AccountUnknown);
        return account.LiveMandates >= EngineLimits.LiveMandatesMax ? new Refusal(ErrorCode.TooManyOpen) : null;
    }

    (AccountEntry?, Verdict) TakeRevocation(OpenedEnvelope envelope, long stamp)
    {
        var sender = envelope.Sender;
        if (!Mandates.TryGetValue(Digest.FromWire(envelope.Content.RevokeMandate.Mandate), out var mandate) || mandate.Principal != sender)
        {
            return (null, Drop(ErrorCode.MandateUnknown));
        }
        if (ActId.BucketOf(mandate.Terms.Account) != envelope.Home) return (null, Drop(ErrorCode.HomeWrong));
        var account = Books.Open(mandate.Terms.Account);
        // Nothing keeps anybody from revoking; from saying it again and again, the quota does.
        if (mandate.Revoked && IsFull(account, stamp)) return (null, Drop(ErrorCode.QuotaExceeded));
        if (!mandate.Revoked)
        {
            mandate.Revoked = true;
            account.LiveMandates--;
            foreach (var transaction in mandate.Holding.Order()) _owed.Enqueue((StepKind.Release, transaction));
            MailTo(mandate.Terms.Agent, sender);
        }
        return (account, new Verdict.Take(new Accepted()));
    }

    (AccountEntry?, Verdict) TakeFunding(OpenedEnvelope envelope, Context context, long stamp)
    {
        var (sender, fund) = (envelope.Sender, envelope.Content.Fund);
        var allowed = ((OperatorRoles)context.Roles).HasFlag(OperatorRoles.Fund) || (Play && sender == fund.Account && context.Principal == sender);
        if (!allowed) return (null, Drop(ErrorCode.RoleMissing));
        if (ActId.BucketOf(fund.Account) != envelope.Home) return (null, Drop(ErrorCode.HomeWrong));

        if (Books.Find(fund.Account) is { } full && IsFull(full, stamp)) return (null, Drop(ErrorCode.QuotaExceeded));
        var fault = Money.TryFromWire(fund.Amount, out var amount);
        // Each partition's share: however money moves, no account ever holds more than an amount can say (LED-13).
        if (fault is null && (amount.Nanos <= 0 || amount.Nanos - Books.FundingOf(amount.Currency) > Money.NanosMax / Partitions)) fault = ErrorCode.AmountInvalid;
        if (context.Parties[0].Principal != fund.Account) return (null, Drop(fault ?? ErrorCode.AccountUnknown));

        var account = Books.Open(fund.Account);
        if (fault is { } code) return (account, Refuse(code));
        if (!_references.Add(ReferenceOf(fund.Reference))) return (account, Refuse(ErrorCode.ReferenceUsed));

        Books.Fund(account, amount.Currency, amount.Nanos);
        MailTo(account.Id, sender);
        return (account, new Verdict.Take(new Accepted()));
    }

    (AccountEntry?, Verdict) TakePayoutRequest(OpenedEnvelope envelope, Context context, long stamp)
    {
        var (sender, request) = (envelope.Sender, envelope.Content.RequestPayout);
        if (context.Principal != sender) return (null, Drop(ErrorCode.RoleMissing));
        if (ActId.BucketOf(sender) != envelope.Home) return (null, Drop(ErrorCode.HomeWrong));
        var fault = Money.TryFromWire(request.Amount, out var amount);
        if (fault is null && amount.Nanos <= 0) fault = ErrorCode.AmountInvalid;
        if (Books.Find(sender) is not { } account) return (null, Drop(fault ?? ErrorCode.AccountUnknown));
        if (IsFull(account, stamp)) return (null, Drop(ErrorCode.QuotaExceeded));
        if (fault is { } code) return (account, Refuse(code));
        if (account[amount.Currency].Available < amount.Nanos) return (account, Refuse(ErrorCode.FundsInsufficient));
        if (account.OpenPayouts >= EngineLimits.PayoutsMax) return (account, Refuse(ErrorCode.TooManyOpen));

        account.OpenPayouts++;
        Books.Hold(account, amount.Currency, amount.Nanos);
        Payouts.Add(envelope.Digest, new PayoutEntry(envelope.Digest, sender, amount.Currency, amount.Nanos, request.Destination));
        return (account, new Verdict.Take(new Accepted()));
    }

    (AccountEntry?, Verdict) TakePayoutClosing(OpenedEnvelope envelope, Context context)
    {
        var close = envelope.Content.ClosePayout;
        if (!((OperatorRoles)context.Roles).HasFlag(OperatorRoles.Fund)) return (null, Drop(ErrorCode.RoleMissing));
        if (ActId.BucketOf(close.Account) != envelope.Home) return (null, Drop(ErrorCode.HomeWrong));
        if (!Payouts.TryGetValue(Digest.FromWire(close.Payout), out var payout) || payout.Account != close.Account)
        {
            return (null, Drop(ErrorCode.PayoutUnknown));
        }
        var account = Books.Open(payout.Account);
        if (close.Executed && !_references.Add(ReferenceOf(close.Reference))) return (account, Refuse(ErrorCode.ReferenceUsed));

        if (close.Executed) Books.PayOut(account, payout.Currency, payout.Nanos);
        else Books.Release(account, payout.Currency, payout.Nanos);
        Payouts.Remove(payout.Digest);
        account.OpenPayouts--;
        MailTo(account.Id, envelope.Sender);
        return (account, new Verdict.Take(new Accepted()));
    }

    (AccountEntry?, Verdict) TakeMailReplay(OpenedEnvelope envelope)
    {
        var (sender, replay) = (envelope.Sender, envelope.Content.ReplayMail);
        // Any 64 bits may come, and positions have 63.
        if (replay.Position > long.MaxValue || Mail.Find(sender) is not { } box || !box.Revive((long)replay.Position)) return (null, Drop(ErrorCode.MailUnknown));
        Deliver(sender, (long)replay.Position);
        return (Books.Open(sender), new Verdict.Take(new Accepted()));
    }

    static Digest ReferenceOf(string reference) => SignedBytes.HashOf(System.Text.Encoding.UTF8.GetBytes(reference));

    SellerStanding StandingOf(string seller)
    {
        if (!_standing.TryGetValue(seller, out var standing)) _standing[seller] = standing = new SellerStanding();
        return standing;
    }

    sealed class SellerStanding
    {
        public long Settled { get; set; }

        public long Disputed { get; set; }

        public long Lost { get; set; }

        public long DistinctPayers { get; set; }
    }
}
