using ActProtocol.Engine.Transactions;
using ActProtocol.Envelopes;
using ActProtocol.Transactions;
using ActProtocol.V1;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Engine.Partitions;

/// <summary>What should come of an envelope.</summary>
enum Expected
{
    Accepted,

    /// <summary>Refused, and a record says so.</summary>
    Refused,

    /// <summary>Refused without a record.</summary>
    Dropped,
}

/// <summary>A second, simple idea of the ledger and the rules: decimals, lists and the designed table; nothing of the engine's.</summary>
sealed class Model
{
    public sealed class Account
    {
        public decimal Available { get; set; }

        public decimal Held { get; set; }
    }

    public sealed class MandateModel
    {
        public required string Agent { get; init; }

        public decimal? Each { get; init; }

        public decimal? Total { get; init; }

        public decimal? ApprovalAbove { get; init; }

        public bool Revoked { get; set; }

        public decimal Spent { get; set; }
    }

    public sealed class IntentModel
    {
        public required string Buyer { get; init; }

        public decimal Budget { get; init; }

        public int LocksMax { get; init; }

        public long ExpiresAtMs { get; init; }

        public int Locks { get; set; }

        public decimal Used { get; set; }
    }

    /// <summary>A deal and what the model thinks of it.</summary>
    public sealed class DealModel
    {
        public required Deal Deal { get; init; }

        public required IntentModel Intent { get; init; }

        public TransactionState State { get; set; } = TransactionState.Open;

        public long Deadline { get; set; }

        public decimal Budget { get; set; }

        public int Quotes { get; set; }

        public int Rounds { get; set; }

        public decimal Price { get; set; }

        /// <summary>The part of the price that the platform gets; the rest is the seller's.</summary>
        public decimal Cut { get; set; }

        public bool Escrow { get; set; }

        public MandateModel? Mandate { get; set; }

        public decimal Amount { get; set; }

        public decimal Refunded { get; set; }

        public bool EverLocked { get; set; }

        public bool Fulfilled { get; set; }

        public Dictionary<Role, int> Refusals { get; } = [];
    }

    public const long HoldMs = 600_000;
    public const long HourMs = 3_600_000;
    public const string Platform = "platform-owner";

    public Dictionary<string, Account> Accounts { get; } = [];

    public List<DealModel> Deals { get; } = [];

    public Dictionary<Digest, MandateModel> Mandates { get; } = [];

    public decimal Funded { get; set; }

    public Account Of(string owner) => Accounts.TryGetValue(owner, out var account) ? account : Accounts[owner] = new Account();

    public void Pass(long nowMs)
    {
        foreach (var deal in Deals.Where(deal => deal.Deadline != 0 && deal.Deadline <= nowMs))
        {
            switch (deal.State)
            {
                case Committed or Disputed:
                    GiveBack(deal);
                    break;
                case Fulfilled:
                    Settle(deal, deal.Amount);
                    break;
                case AwaitingApproval or Locked or Confirmed:
                    Free(deal);
                    Enter(deal, Expired);
                    break;
                default:
                    Enter(deal, Expired);
                    break;
            }
        }
    }

    public void Revoke(MandateModel mandate)
    {
        mandate.Revoked = true;
        foreach (var deal in Deals.Where(deal => deal.Mandate == mandate && deal.State is AwaitingApproval or Locked or Confirmed))
        {
            Free(deal);
            Enter(deal, Released);
        }
    }

    /// <summary>A well-formed step, following what was said last unless <paramref name="stale"/>. What it does is done when it is accepted.</summary>
    public Expected Step(DealModel deal, Role by, StepKind step, StepFacts facts, long nowMs)
    {
        if (by is Role.Arbiter && !(deal.EverLocked && deal.Escrow)) return Expected.Dropped;
        if (Take(deal, by, step, facts, nowMs)) return Expected.Accepted;

        deal.Refusals[by] = deal.Refusals.GetValueOrDefault(by) + 1;
        return deal.Refusals[by] > 64 ? Expected.Dropped : Expected.Refused;
    }

    bool Take(DealModel deal, Role by, StepKind step, StepFacts facts, long nowMs)
    {
        if (facts.WrongRecipient) return false;
        if (DesignTable.After(deal.State, by, step).Length == 0) return false;
        if (facts.Stale && step is StepKind.Quote or StepKind.Counter or StepKind.Lock or StepKind.Confirm or StepKind.Commit) return false;
        switch (step)
        {
            case StepKind.Quote:
                if (deal.Quotes >= 8 || facts.Broken) return false;
                (deal.Quotes, deal.Price, deal.Cut, deal.Escrow) = (deal.Quotes + 1, facts.Amount, facts.Cut, facts.Escrow);
                return Enter(deal, Quoted, deal.Intent.ExpiresAtMs);
            case StepKind.Counter:
                if (deal.Rounds >= 8 || facts.Amount > deal.Budget || !Covers(facts.Mandate, deal, facts.Amount)) return false;
                (deal.Rounds, deal.Quotes, deal.Budget) = (deal.Rounds + 1, 0, facts.Amount);
                return Enter(deal, TransactionState.Open, deal.Intent.ExpiresAtMs);
            case StepKind.Lock:
                return Lock(deal, facts.Mandate, nowMs);
            case StepKind.Approve:
                return !facts.Broken && Enter(deal, Locked, nowMs + HoldMs);
            case StepKind.Confirm:
                return Enter(deal, Confirmed, deal.Deadline);
            case StepKind.Commit:
                if (deal.Escrow) return Enter(deal, Committed, nowMs + HourMs);
                return Settle(deal, deal.Amount);
            case StepKind.Cancel or StepKind.Decline or StepKind.Deny:
                var to = step is StepKind.Deny ? Denied
                    : deal.State is Locked or Confirmed ? Released
                    : step is StepKind.Cancel ? Cancelled : Declined;
                if (deal.State is AwaitingApproval or Locked or Confirmed) Free(deal);
                return Enter(deal, to);
            case StepKind.Fulfil:
                if (deal.Escrow == deal.State is Settled || deal.Fulfilled) return false;
                deal.Fulfilled = true;
                return deal.State is Settled || Enter(deal, Fulfilled, nowMs + HourMs);
            case StepKind.Dispute:
                return Enter(deal, Disputed, nowMs + HourMs);
            case StepKind.Accept:
                return Settle(deal, deal.Amount);
            case StepKind.Resolve:
                // The facts name what the seller gets; the buyer gets the rest, unless the sum is broken.
                if (facts.Broken || facts.Amount < 0 || facts.Amount > deal.Amount) return false;
                if (facts.Amount == 0 && deal.Amount != 0) return GiveBack(deal);
                return Settle(deal, facts.Amount);
            case StepKind.Refund when deal.State is Settled:
                return Refund(deal, facts.Amount);
            case StepKind.Refund:
                return facts.Amount > 0 && facts.Amount == deal.Amount && GiveBack(deal);
            default:
                throw new ArgumentOutOfRangeException(nameof(step), step, null);
        }
    }

    bool Lock(DealModel deal, MandateModel? mandate, long nowMs)
    {
        var (intent, account) = (deal.Intent, Of($"{deal.Deal.Buyer}-owner"));
        if (intent.Locks >= intent.LocksMax || intent.Used + deal.Price > deal.Budget) return false;
        if (mandate is null || mandate.Revoked || mandate.Agent != deal.Deal.Buyer) return false;
        if (deal.Price > (mandate.Each ?? deal.Price) || mandate.Spent + deal.Price > (mandate.Total ?? decimal.MaxValue)) return false;
        if (account.Available < deal.Price) return false;

        (account.Available, account.Held) = (account.Available - deal.Price, account.Held + deal.Price);
        mandate.Spent += deal.Price;
        (intent.Locks, intent.Used) = (intent.Locks + 1, intent.Used + deal.Price);
        (deal.Mandate, deal.Amount, deal.EverLocked) = (mandate, deal.Price, true);
        var waits = deal.Price > (mandate.ApprovalAbove ?? decimal.MaxValue);
        return Enter(deal, waits ? AwaitingApproval : Locked, waits ? Math.Min(nowMs + HoldMs, deal.Intent.ExpiresAtMs) : nowMs + HoldMs);
    }

    bool Refund(DealModel deal, decimal amount)
    {
        if (amount <= 0 || deal.Refunded + amount > deal.Amount) return false;
        var (seller, buyer) = (Of($"{deal.Deal.Seller}-owner"), Of($"{deal.Deal.Buyer}-owner"));
        if (seller.Available < amount) return true;
        seller.Available -= amount;
        buyer.Available += amount;
        deal.Refunded += amount;
        if (deal.Refunded == deal.Amount) Enter(deal, Refunded);
        return true;
    }

    // The rest of what was held is the buyer's again.
    bool Settle(DealModel deal, decimal paid)
    {
        var buyer = Of($"{deal.Deal.Buyer}-owner");
        buyer.Held -= deal.Amount;
        buyer.Available += deal.Amount - paid;
        var cut = deal.Price == 0 ? 0 : decimal.Truncate(paid * deal.Cut * 1_000_000_000 / deal.Price) / 1_000_000_000;
        Of(Platform).Available += cut;
        Of($"{deal.Deal.Seller}-owner").Available += paid - cut;
        deal.Amount = paid;
        return Enter(deal, Settled);
    }

    bool GiveBack(DealModel deal)
    {
        var buyer = Of($"{deal.Deal.Buyer}-owner");
        (buyer.Available, buyer.Held) = (buyer.Available + deal.Amount, buyer.Held - deal.Amount);
        return Enter(deal, Refunded);
    }

    void Free(DealModel deal)
    {
        GiveBack(deal);
        deal.Mandate!.Spent -= deal.Amount;
        (deal.Intent.Locks, deal.Intent.Used) = (deal.Intent.Locks - 1, deal.Intent.Used - deal.Amount);
    }

    public static bool Covers(MandateModel? mandate, DealModel deal, decimal budget) => Covers(mandate, deal.Deal.Buyer, budget);

    public static bool Covers(MandateModel? mandate, string agent, decimal budget) =>
        mandate is { Revoked: false } && mandate.Agent == agent && budget <= (mandate.Total ?? decimal.MaxValue);

    static bool Enter(DealModel deal, TransactionState state, long deadline = 0)
    {
        (deal.State, deal.Deadline) = (state, deadline);
        return true;
    }
}

/// <summary>What the rules look at in a step.</summary>
sealed record StepFacts
{
    public decimal Amount { get; init; }

    public decimal Cut { get; init; }

    public bool Escrow { get; init; }

    public bool Stale { get; init; }

    public bool WrongRecipient { get; init; }

    /// <summary>A total, a sum or a rendering that is not right.</summary>
    public bool Broken { get; init; }

    public Model.MandateModel? Mandate { get; init; }
}
