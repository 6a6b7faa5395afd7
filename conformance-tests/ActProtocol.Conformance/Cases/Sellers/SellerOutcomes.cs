using ActProtocol.Conformance.Agents;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.V1;

namespace ActProtocol.Conformance.Cases.Sellers;

/// <summary>What a seller makes of answers that do not come, and of refusals.</summary>
static class SellerOutcomes
{
    [Check("ENV-22.seller-says-the-same-quote-again", "A quote of which no answer came is said again in the same bytes, or under the same message id, or asked for: there is never a second one.", Exact = true,
        Values = ["answer-lost", "lost", "internal"], Also = ["ERR-09", "ERR-10"])]
    public static async Task Quote(SellerScenario scenario, string value)
    {
        await scenario.OpenAsync();
        scenario.Stage.React(StepKind.Quote, Lost(value));
        var deal = scenario.Ask();
        await deal.OfferedAsync();
        await scenario.CaughtUpAsync();
        deal.Once($"a quote whose outcome it did not learn ({value})", StepKind.Quote);
    }

    [Check("ENV-22.seller-says-the-same-confirm-again", "A confirm of which no answer came is said again under its message id, and the goods stay held.", Exact = true, Values = ["answer-lost", "lost", "internal"], Also = ["ERR-09", "ERR-10"])]
    public static async Task Confirm(SellerScenario scenario, string value)
    {
        await scenario.OpenAsync();
        scenario.Stage.React(StepKind.Confirm, Lost(value));
        var deal = await scenario.Ask().UntilConfirmedAsync();
        await scenario.CaughtUpAsync();
        deal.Once($"a confirm whose outcome it did not learn ({value})", StepKind.Confirm);
        deal.Silent("a confirm whose outcome it did not learn", StepKind.Decline);
    }

    [Check("ERR-06.seller-waits-as-it-is-asked", "A refusal that asks to wait is obeyed: the quote comes again, no sooner.", Exact = true, Should = true, Values = ["overloaded", "quota_exceeded", "partition_fenced"], Also = ["ERR-09"])]
    public static async Task Waits(SellerScenario scenario, string value)
    {
        await scenario.OpenAsync();
        var wait = TimeSpan.FromMilliseconds(700);
        // What it postpones does not come sooner than it may answer.
        scenario.Stage.FailedAgain = wait * 1.5;
        scenario.Stage.React(StepKind.Quote, new Reaction.Refuse(value, wait));
        var deal = scenario.Ask();
        await deal.OfferedAsync();
        var sent = scenario.Stage.Steps.Where(step => step.Transaction == deal.Transaction.Hex && step.Kind is StepKind.Quote).ToList();
        // Time goes by another clock there: a little sooner is the same.
        Expectations.True($"how long it waited after {value}", sent[1].At - sent[0].At >= wait * 0.9, $"{wait.TotalMilliseconds} ms", $"{(sent[1].At - sent[0].At).TotalMilliseconds:0} ms");
        deal.Once($"a quote that was refused with {value}", StepKind.Quote);
    }

    [Check("ERR-09.seller-takes-no-for-an-answer", "A quote that is refused for good is not said again in other words, however often the intent is delivered.", Exact = true, Values = ["rounds_exhausted", "terms_invalid"])]
    public static async Task ForGood(SellerScenario scenario, string value)
    {
        await scenario.OpenAsync();
        scenario.Stage.React(StepKind.Quote, new Reaction.Refuse(value, Decided: true));
        var deal = scenario.Ask();
        await scenario.Stage.UntilAsync("a quote", () => deal.FirstSent(StepKind.Quote));
        await scenario.CaughtUpAsync();
        scenario.Stage.Deliver(scenario.Stage.MailOf(deal.Asked, scenario.SellerId));
        await scenario.CaughtUpAsync();
        Expectations.True($"quotes after {value}", deal.Sent(StepKind.Quote).Count <= (value is "rounds_exhausted" ? 1 : 4), "none any more", $"{deal.Sent(StepKind.Quote).Count}");
    }

    static Reaction Lost(string value) => value switch
    {
        "answer-lost" => new Reaction.LoseAnswer(),
        "lost" => new Reaction.Lose(),
        _ => new Reaction.Internal(),
    };
}
