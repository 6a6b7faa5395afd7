using ActProtocol.Conformance.Agents;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Runs;
using ActProtocol.V1;

namespace ActProtocol.Conformance.Cases.Sellers;

/// <summary>What a seller holds, for whom, and until when.</summary>
static class SellerGoods
{
    [Check("TXN-53.seller-confirms-no-more-than-it-holds", "Of two locks on the last item one is confirmed, and the other declined.", Exact = true, Also = ["TXN-29", "TXN-30"])]
    public static async Task LastItem(SellerScenario scenario)
    {
        await OpenWithOneAsync(scenario);
        SellerDeal[] deals = [scenario.Ask(), scenario.Ask()];
        foreach (var deal in deals) await deal.OfferedAsync();
        foreach (var deal in deals) deal.Lock();
        foreach (var deal in deals) await AnsweredAsync(scenario, deal);
        Expectations.Equal("confirms for the last item", 1, deals.Sum(deal => deal.Said(StepKind.Confirm).Count()));
    }

    [Check("TXN-53.seller-frees-what-was-not-bought", "When a lock ends without a commit, the item is free for the next buyer, and nothing is delivered.", Exact = true, Also = ["TXN-31", "TXN-32", "TXN-33"], Values = ["cancelled", "expired", "released"])]
    public static async Task Freed(SellerScenario scenario, string value)
    {
        await OpenWithOneAsync(scenario);
        var deal = await scenario.Ask().UntilConfirmedAsync();
        var end = value switch
        {
            "cancelled" => scenario.Stage.Act(deal.Buyer, new Cancel(), deal.Transaction),
            "expired" => scenario.Stage.ActSelf(deal.Transaction, StepKind.Expire),
            _ => scenario.Stage.ActSelf(deal.Transaction, StepKind.Release),
        };
        await deal.AcknowledgedAsync(end);
        await SellsAgainAsync(scenario, value);
        Expectations.Equal("deliveries of what was never committed", 0, await scenario.DeliveriesAsync(deal.Transaction));
    }

    [Check("TXN-53.seller-frees-what-it-could-not-confirm", "A confirm that was lost until the lock expired holds nothing: it is not delivered, and the item is free for the next buyer.", Exact = true, Also = ["ENV-22", "TXN-33"])]
    public static async Task LostConfirm(SellerScenario scenario)
    {
        await OpenWithOneAsync(scenario);
        var deal = scenario.Ask();
        await deal.OfferedAsync();
        // It expires while the confirm is on its way.
        StageRecord? expired = null;
        scenario.Stage.React(StepKind.Confirm, new Reaction.After(() => expired = scenario.Stage.ActSelf(deal.Transaction, StepKind.Expire)));
        deal.Lock();
        await scenario.Stage.UntilAsync("a confirm", () => deal.FirstSent(StepKind.Confirm));
        await deal.AcknowledgedAsync(expired!);
        await SellsAgainAsync(scenario, "a lock that expired while its confirm was on its way");
        Expectations.Equal("deliveries of what expired", 0, await scenario.DeliveriesAsync(deal.Transaction));
    }

    [Check("TXN-17.seller-confirms-what-was-approved", "A lock that waited for its principal is confirmed once it is approved: the confirm follows the buyer's lock.", Exact = true, Also = ["TXN-12", "TXN-49"])]
    public static async Task Approved(SellerScenario scenario)
    {
        await scenario.OpenAsync();
        scenario.Stage.ApprovalAbove = 0;
        var deal = scenario.Ask();
        await deal.OfferedAsync();
        deal.Lock();
        await scenario.CaughtUpAsync();
        deal.Silent("a lock that waits for approval", StepKind.Confirm, StepKind.Decline);
        scenario.Stage.Act(deal.Buyer.Owner, new Approve { Quote = Google.Protobuf.ByteString.CopyFrom(deal.Transaction.QuoteDigest), Rendering = Google.Protobuf.ByteString.CopyFrom(scenario.Stage.Random.Bytes(32)), Language = "en" }, deal.Transaction, content =>
        {
            content.Header.Recipients.Clear();
            content.Header.Follows = Google.Protobuf.ByteString.Empty;
        });
        await deal.ConfirmedAsync();
        scenario.Judge("TXN-12");
    }

    [Check("TXN-30.seller-declines-what-is-gone", "With nothing left it declines, or offers nothing, rather than confirm.", Exact = true)]
    public static async Task Gone(SellerScenario scenario)
    {
        await OpenWithOneAsync(scenario);
        await scenario.Ask().UntilConfirmedAsync();
        var late = scenario.Ask();
        if ((await late.AnsweredAsync()).Step is StepKind.Decline) return;
        late.Lock();
        await AnsweredAsync(scenario, late);
        late.Silent("a lock on what is sold", StepKind.Confirm);
    }

    static async Task OpenWithOneAsync(SellerScenario scenario)
    {
        if (!scenario.IsHooked) throw new UntestedException("It needs the control hook, to have one item in stock.");
        await scenario.OpenAsync(stock: 1);
    }

    static async Task SellsAgainAsync(SellerScenario scenario, string about)
    {
        var next = scenario.Ask();
        var said = await next.AnsweredAsync();
        Expectations.True($"the item, after the lock on it ended ({about})", said.Step is StepKind.Quote, "an offer of it to the next buyer", said.Step);
        next.Lock();
        await AnsweredAsync(scenario, next);
        Expectations.True($"the item, after the lock on it ended ({about})", next.Said(StepKind.Confirm).Any(), "a confirm for the next buyer", "a decline");
    }

    static Task AnsweredAsync(SellerScenario scenario, SellerDeal deal) =>
        scenario.Stage.UntilAsync("an answer to the lock", () => deal.Said(StepKind.Confirm).Concat(deal.Said(StepKind.Decline)).FirstOrDefault());
}
