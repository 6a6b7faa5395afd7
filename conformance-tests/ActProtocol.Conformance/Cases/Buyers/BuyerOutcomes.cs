using ActProtocol.Conformance.Agents;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.V1;

namespace ActProtocol.Conformance.Cases.Buyers;

/// <summary>What a buyer makes of answers that do not come, of refusals, and of its own end: never a second purchase.</summary>
static class BuyerOutcomes
{
    static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(700);

    [Check("ENV-22.buyer-says-the-same-intent-again", "An intent of which no answer came is said again in the same bytes, or asked for: there is never a second one.", Exact = true, Values = ["answer-lost", "lost", "internal"], Also = ["ERR-09", "ERR-10"])]
    public static async Task Intent(BuyerScenario scenario, string value)
    {
        await scenario.OpenAsync();
        scenario.Stage.React(StepKind.Intent, Lost(value));
        var deal = (await scenario.WantAsync())[0];
        await deal.UntilConfirmedAsync();
        await deal.PaidAsync();
        var intents = scenario.Stage.Steps.Where(step => step.Kind is StepKind.Intent).Select(step => step.MessageId).Distinct().Count();
        Expectations.Equal($"intents, when the outcome of the first is not known ({value})", 1, intents);
    }

    [Check("ENV-22.buyer-says-the-same-lock-again", "A lock of which no answer came is said again under its message id, or asked for: never under another.", Exact = true, Values = ["answer-lost", "lost", "internal"], Also = ["ERR-09", "ERR-10", "TXN-13"])]
    public static Task Lock(BuyerScenario scenario, string value) => OnceAsync(scenario, StepKind.Lock, value);

    [Check("ENV-22.buyer-says-the-same-commit-again", "A commit of which no answer came is said again under its message id, or asked for: never under another.", Exact = true, Values = ["answer-lost", "lost", "internal"], Also = ["ERR-09", "ERR-10"])]
    public static Task Commit(BuyerScenario scenario, string value) => OnceAsync(scenario, StepKind.Commit, value);

    [Check("ENV-22.buyer-goes-on-after-a-kill", "Killed while its lock or its commit is under way, and started again, it goes on with the same purchase, and buys nothing twice.", Exact = true, Values = ["lock", "commit"], Also = ["TXN-13"])]
    public static async Task Killed(BuyerScenario scenario, string value)
    {
        await scenario.OpenAsync();
        var stage = scenario.Stage;
        var step = value is "lock" ? StepKind.Lock : StepKind.Commit;
        var never = new TaskCompletionSource();
        stage.React(step, new Reaction.Hold(never.Task));
        var wanted = scenario.Wanting();
        await wanted.Told;
        var deal = (await scenario.DealsAsync(wanted))[0];
        deal.Quote();
        var locking = deal.LockAsync();
        if (value is "commit")
        {
            await locking;
            deal.Confirm();
            locking = deal.CommitAsync();
        }
        await stage.UntilAsync($"a {step}", () => deal.Sent(step) is [var sent, ..] ? sent : null);
        await scenario.KillAndForgetAsync(locking);
        if (value is "lock") deal.Confirm();
        await scenario.OpenAsync();
        BuyerDeal.Ok("want", await scenario.AskAgainAsync(wanted));
        await deal.PaidAsync();
        deal.Once("a purchase over kill -9", StepKind.Lock);
        deal.Once("a purchase over kill -9", StepKind.Commit);
        Expectations.Equal("intents over kill -9", 1, stage.Steps.Where(one => one.Kind is StepKind.Intent).Select(one => one.MessageId).Distinct().Count());
    }

    [Check("ENV-21.buyer-buys-an-order-once", "Told twice to buy the same order, it buys it once.", Exact = true, Also = ["TXN-13"])]
    public static async Task Twice(BuyerScenario scenario)
    {
        await scenario.OpenAsync();
        var wanted = scenario.Wanting();
        await wanted.Told;
        var deal = (await scenario.DealsAsync(wanted))[0];
        await deal.UntilConfirmedAsync();
        await deal.PaidAsync();
        BuyerDeal.Ok("want", await scenario.AskAgainAsync(wanted));
        await deal.LockAsync();
        await deal.CommitAsync();
        Expectations.Equal("intents for one order", 1, scenario.Stage.Steps.Where(one => one.Kind is StepKind.Intent).Select(one => one.MessageId).Distinct().Count());
        deal.Once("an order that was told twice", StepKind.Lock);
        deal.Once("an order that was told twice", StepKind.Commit);
        Expectations.Equal("payments that it tells of", 1, (await scenario.PaidAsync()).Count);
    }

    [Check("ERR-06.buyer-waits-as-it-is-asked", "A refusal that asks to wait is obeyed: the same bytes come again, no sooner.", Exact = true, Should = true, Values = ["overloaded", "quota_exceeded", "partition_fenced", "clock_unsure"], Also = ["ERR-09"])]
    public static async Task Waits(BuyerScenario scenario, string value)
    {
        await scenario.OpenAsync();
        scenario.Stage.React(StepKind.Lock, new Reaction.Refuse(value, Wait));
        var deal = (await scenario.WantAsync())[0];
        await deal.UntilConfirmedAsync();
        var sent = scenario.Stage.Steps.Where(step => step.Transaction == deal.Transaction.Hex && step.Kind is StepKind.Lock).ToList();
        Expectations.True($"how long it waited after {value}", sent[1].At - sent[0].At >= Wait * 0.9, $"{Wait.TotalMilliseconds} ms", $"{(sent[1].At - sent[0].At).TotalMilliseconds:0} ms");
        deal.Once($"a lock that was refused with {value}", StepKind.Lock);
        await deal.PaidAsync();
    }

    [Check("ERR-09.buyer-takes-no-for-an-answer", "A lock that is refused for good, or until somebody else has acted, is not said again under another id.", Exact = true, Values = ["mandate_exceeded", "funds_insufficient", "constraint_unsatisfied"])]
    public static async Task ForGood(BuyerScenario scenario, string value)
    {
        await scenario.OpenAsync();
        scenario.Stage.React(StepKind.Lock, new Reaction.Refuse(value, Decided: true));
        var deal = (await scenario.WantAsync())[0];
        deal.Quote();
        var answer = await deal.LockAsync();
        Expectations.True($"a lock that was refused with {value}", !answer.IsOk && deal.Sent(StepKind.Lock).Count == 1, "cannot, and one Lock", $"{answer}, and {deal.Sent(StepKind.Lock).Count}");
        var honest = (await scenario.WantAsync(order: "order-2"))[0];
        await honest.UntilConfirmedAsync();
        await honest.PaidAsync();
    }

    [Check("TXN-12.buyer-decides-afresh-on-a-stale-view", "When the seller quoted anew while the lock was on its way, the old quote is locked no more; a dearer quote that the owner did not choose is not locked instead.", Exact = true, Also = ["ERR-09", "INT-11"])]
    public static async Task Stale(BuyerScenario scenario)
    {
        await scenario.OpenAsync();
        var deal = (await scenario.WantAsync())[0];
        deal.Quote();
        var old = deal.Transaction.QuoteDigest;
        scenario.Stage.React(StepKind.Lock, new Reaction.After(() => deal.Quote(quote => (quote.Total, quote.Lines[0].UnitPrice, quote.Lines[0].Amount) = (Xts.Of(499), Xts.Of(499), Xts.Of(499)))));
        var answer = await deal.LockAsync(old);
        Expectations.True("a lock on what was requoted", !answer.IsOk && deal.Sent(StepKind.Lock).Count == 1, "cannot, and no further Lock", $"{answer}, and {deal.Sent(StepKind.Lock).Count} Locks");
        Expectations.Equal("the state", TransactionState.Quoted, deal.Transaction.State);
        await deal.LockedAsync();
    }

    static async Task OnceAsync(BuyerScenario scenario, StepKind step, string value)
    {
        await scenario.OpenAsync();
        scenario.Stage.React(step, Lost(value));
        var deal = (await scenario.WantAsync())[0];
        await deal.UntilConfirmedAsync();
        await deal.PaidAsync();
        deal.Once($"a {step} whose outcome it did not learn ({value})", step);
    }

    static Reaction Lost(string value) => value switch
    {
        "answer-lost" => new Reaction.LoseAnswer(),
        "lost" => new Reaction.Lose(),
        _ => new Reaction.Internal(),
    };
}
