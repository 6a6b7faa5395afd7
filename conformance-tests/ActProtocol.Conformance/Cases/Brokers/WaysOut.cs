using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.V1;
using static ActProtocol.Conformance.Brokers.Expectations;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Conformance.Cases.Brokers;

/// <summary>Cancel, decline, deny, and what ends by itself.</summary>
static class WaysOut
{
    [Check("TXN-24.cancel", "The buyer cancels what is open, quoted or awaits approval: an end, all is free, and the answer tells what was released.", Values = ["open", "quoted", "awaiting-approval"])]
    public static async Task Cancel(BrokerScenario scenario, string value)
    {
        var sale = await scenario.SaleInAsync(SaleStates.Named(value));
        var taken = await scenario.AcceptedAsync("a cancel", sale.Cancel());
        Equal("the state", Cancelled, taken.Accepted.State);
        Equal("the payment", value == "awaiting-approval" ? PaymentKind.Released : null, taken.Accepted.Payment?.Kind);
        await scenario.HasAsync(sale.Principal, Xts.Of(1000));
    }

    [Check("TXN-31.cancel-what-is-held", "The buyer cancels what is locked or confirmed where the terms allow it: released, and the funds are free.", Values = ["locked", "confirmed"])]
    public static async Task CancelWhatIsHeld(BrokerScenario scenario, string value)
    {
        var sale = await scenario.SaleInAsync(SaleStates.Named(value));
        Equal("the state", Released, (await scenario.AcceptedAsync("a cancel", sale.Cancel())).Accepted.State);
        await scenario.HasAsync(sale.Principal, Xts.Of(1000));
    }

    [Check("TXN-31.until-confirm", "Under UNTIL_CONFIRM a cancel of what is confirmed is terms_forbid, and one of what is only locked is taken.")]
    public static async Task UntilConfirm(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Confirmed, quote: quote => quote.Terms.Cancel = CancelTerms.UntilConfirm);
        await scenario.RefusedAsync("terms_forbid", "a cancel after the confirmation", sale.Cancel());
        await scenario.AcceptedAsync("a commit of what can't be cancelled", sale.Commit());
        var locked = await scenario.Another(sale).UntilAsync(Locked, quote: quote => quote.Terms.Cancel = CancelTerms.UntilConfirm);
        await scenario.AcceptedAsync("a cancel before the confirmation", locked.Cancel());
    }

    [Check("TXN-31.until-commit", "Under UNTIL_COMMIT, or when the terms say nothing, a confirmed purchase can be cancelled.", Values = ["said", "not-said"])]
    public static async Task UntilCommit(BrokerScenario scenario, string value)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Confirmed, quote: quote => quote.Terms.Cancel = value == "said" ? CancelTerms.UntilCommit : CancelTerms.Unspecified);
        await scenario.AcceptedAsync("a cancel after the confirmation", sale.Cancel());
    }

    [Check("TXN-31.after-the-commit", "After the commit nobody cancels: step_out_of_order.", Also = ["TXN-34"])]
    public static async Task AfterTheCommit(BrokerScenario scenario)
    {
        var sale = await (await scenario.EscrowSaleAsync()).UntilAsync(Committed);
        await scenario.RefusedAsync("step_out_of_order", "a cancel of what is committed", sale.Cancel());
        await scenario.AcceptedAsync("control: another sale is cancelled", (await scenario.Another(sale).UntilAsync(Locked)).Cancel());
    }

    [Check("TXN-22.decline", "The seller declines an intent, or takes its quote back: an end, and no quote comes any more.", Values = ["open", "quoted"])]
    public static async Task Decline(BrokerScenario scenario, string value)
    {
        var sale = await scenario.SaleInAsync(SaleStates.Named(value));
        var quoted = await scenario.Another(sale).UntilAsync(Open);
        Equal("the state", Declined, (await scenario.AcceptedAsync("a decline", sale.Decline())).Accepted.State);
        await scenario.RefusedAsync("step_out_of_order", "a quote after it", sale.Quote(), quoted.Quote());
    }

    [Check("TXN-30.decline-what-is-locked", "The seller declines what is locked: released, funds free. What it confirmed it can decline no more.")]
    public static async Task DeclineWhatIsLocked(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Locked);
        var confirmed = await scenario.Another(sale).UntilAsync(Confirmed);
        await scenario.RefusedAsync("step_out_of_order", "a decline of what is confirmed", confirmed.Decline(), sale.Decline());
        Equal("the state", Released, sale.State);
        await scenario.HasAsync(sale.Principal, Xts.Of(900), held: Xts.Of(100));
    }

    static readonly Dictionary<string, (TransactionState State, Action<BrokerScenario, Intent>? Intent, Action<Quote>? Quote, StepKind Kind, TransactionState Then, bool Free)> Deadlines = new()
    {
        ["open"] = (Open, (scenario, intent) => intent.ExpiresAtMs = scenario.NowMs + 1200, null, StepKind.Expire, Expired, true),
        ["quoted"] = (Quoted, (scenario, intent) => intent.ExpiresAtMs = scenario.NowMs + 1200, null, StepKind.Expire, Expired, true),
        ["awaiting-approval"] = (AwaitingApproval, null, quote => quote.Terms.HoldForMs = 1000, StepKind.Expire, Expired, true),
        ["locked"] = (Locked, null, quote => quote.Terms.HoldForMs = 1000, StepKind.Expire, Expired, true),
        ["confirmed"] = (Confirmed, null, quote => quote.Terms.HoldForMs = 1000, StepKind.Expire, Expired, true),
        ["committed"] = (Committed, null, quote => quote.Terms.Escrow.FulfilWithinMs = 1000, StepKind.Expire, Refunded, true),
        ["fulfilled"] = (Fulfilled, null, quote => quote.Terms.Escrow.DisputeWindowMs = 600, StepKind.Settle, Settled, false),
        ["disputed"] = (Disputed, null, quote => quote.Terms.Escrow.ResolveWithinMs = 1000, StepKind.Expire, Refunded, true),
    };

    [Check("TXN-07.ends-by-itself", "Left alone, each state ends by itself at its deadline: the broker's record is stamped at or after it and within the bound, both sides have it in the mailbox, and the money is where the table says.",
        Also = ["TXN-08", "TXN-17", "TXN-25", "TXN-33", "TXN-38", "TXN-41", "TXN-44"],
        Values = ["open", "quoted", "awaiting-approval", "locked", "confirmed", "committed", "fulfilled", "disputed"])]
    public static async Task EndsByItself(BrokerScenario scenario, string value)
    {
        var (state, intent, quote, kind, then, free) = Deadlines[value];
        var sale = await scenario.EscrowSaleAsync(mandate: mandate => mandate.Limits[0].ApprovalAbove = state is AwaitingApproval ? Xts.Of(0) : null);
        await sale.UntilAsync(state is AwaitingApproval ? Quoted : state, wanted => intent?.Invoke(scenario, wanted), quote);
        if (state is AwaitingApproval) await scenario.BuildAsync(sale.Lock());
        var before = (await scenario.RecordsAsync(sale))[^1].Decision?.Accepted?.DeadlineMs ?? 0;
        var record = await scenario.OwnStepAsync(sale, kind);
        Equal("the state that follows", then, record.Decision?.Accepted?.State);
        True("the stamp of the end", record.StampMs >= before && record.StampMs <= before + 2000, $"at or soon after {before}", record.StampMs);
        Equal("copies for the seller", 1, await scenario.MailOfAsync(sale.Seller, sale, kind));
        if (free) await scenario.HasAsync(sale.Principal, Xts.Of(1000));
        else await scenario.GetsAsync(sale.Seller.Owner, Xts.Of(100));
    }

    static readonly Dictionary<string, (TransactionState State, Func<Sale, Envelope> Step)> Late = new()
    {
        ["confirm"] = (Locked, sale => sale.Confirm()),
        ["cancel"] = (Confirmed, sale => sale.Cancel()),
        ["decline"] = (Locked, sale => sale.Decline()),
        ["fulfil"] = (Committed, sale => sale.Fulfil()),
        ["dispute"] = (Fulfilled, sale => sale.Dispute()),
        ["accept"] = (Fulfilled, sale => sale.Accept()),
        ["resolve"] = (Disputed, sale => sale.Resolve(Xts.Of(100), Xts.Of(0))),
        ["lock"] = (Quoted, sale => sale.Lock()),
        ["counter"] = (Quoted, sale => sale.Counter()),
        ["quote"] = (Open, sale => sale.Quote()),
    };

    [Check("TXN-09.too-late", "A step that would have been in order in the state that a deadline ended is deadline_passed, not step_out_of_order; in time, the same step is taken.", Also = ["TXN-37", "TXN-42"],
        Values = ["confirm", "cancel", "decline", "fulfil", "dispute", "accept", "resolve", "lock", "counter", "quote"])]
    public static async Task TooLate(BrokerScenario scenario, string value)
    {
        var (state, step) = Late[value];
        var (_, intent, quote, kind, _, _) = Deadlines[Deadlines.First(row => row.Value.State == state).Key];
        var sale = await scenario.EscrowSaleAsync();
        await sale.UntilAsync(state, wanted => intent?.Invoke(scenario, wanted), quote);
        await scenario.OwnStepAsync(sale, kind);
        await scenario.RefusedAsync("deadline_passed", $"a {value} after the deadline", step(sale));
        var control = await scenario.Another(sale).UntilAsync(state);
        await scenario.AcceptedAsync($"a {value} in time", step(control));
    }

    [Check("TXN-08.deadlines-before-a-step", "Before a step of the account is decided, all its deadlines that have passed are recorded, by deadline.", Also = ["TXN-33"])]
    public static async Task DeadlinesBeforeAStep(BrokerScenario scenario)
    {
        var first = await (await scenario.SaleAsync()).UntilAsync(Quoted, quote: quote => quote.Terms.HoldForMs = 1010);
        var sales = new List<Sale> { first };
        for (var each = 0; each < 3; each++) sales.Add(await scenario.Another(first).UntilAsync(Quoted, quote: quote => quote.Terms.HoldForMs = 1010 - (each * 5)));
        long last = 0;
        foreach (var sale in sales) last = Math.Max(last, (await scenario.BuildAsync(sale.Lock())).Accepted.DeadlineMs);
        // Steps of the account, one after the other, across all the deadlines: the model holds each against those that had passed by its stamp.
        await scenario.StampedAfterAsync(last - 30, first.Principal);
        for (long stamp = 0; stamp < last + 30;) stamp = (await scenario.BuildAsync(scenario.Seal(first.Principal, scenario.NewFund(first.Principal, Xts.Of(0, 1))))).Decision.StampMs;
        foreach (var sale in sales) Equal($"the state of {Convert.ToHexStringLower(sale.TransactionId)}", Expired, await scenario.StateOfAsync(sale));
        Equal("nanos held", 0, (await scenario.BalanceAsync(first.Principal)).Held);
    }

    [Check("TXN-07.from-the-stamp-of-the-lock", "The hold runs from the lock's stamp, and a confirmation does not prolong it.", Also = ["TXN-29"])]
    public static async Task FromTheStampOfTheLock(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Quoted);
        var locked = await scenario.AcceptedAsync("a lock", sale.Lock());
        var confirmed = await scenario.AcceptedAsync("a confirmation", sale.Confirm());
        Equal("the deadline after it", locked.Decision.StampMs + 600_000, confirmed.Accepted.DeadlineMs);
    }
}
