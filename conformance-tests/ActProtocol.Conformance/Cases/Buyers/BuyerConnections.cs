using ActProtocol.Conformance.Agents;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Runs;
using ActProtocol.V1;

namespace ActProtocol.Conformance.Cases.Buyers;

/// <summary>A buyer's stream and mailbox.</summary>
static class BuyerConnections
{
    [Check("NET-02.buyer-signs-no-proof-for-a-false-broker", "A challenge that is not the broker's, by its name or by its signature, gets no proof, and the stream is ended.", Exact = true, Also = ["DIR-18"],
        Values = ["name", "relayed", "key", "stolen-thumbprint", "nonce-changed", "untagged", "receipt-key", "retired-key"])]
    public static async Task FalseBroker(BuyerScenario scenario, string value)
    {
        scenario.Stage.ChallengeFault = value;
        await scenario.OpenAsync();
        var wanted = scenario.Wanting();
        // It has a reason to stay: a lock that is not confirmed.
        var deal = (await scenario.DealsAsync(wanted))[0];
        deal.Quote();
        var locking = LockAsync(wanted, deal);
        await FalseBrokers.NoProofAsync(scenario.Stage, value);
        await scenario.EndAsync();
        await FalseBrokers.ForgetAsync(locking);
        scenario.Stage.ChallengeFault = null;
        await scenario.OpenAsync();
        var honest = scenario.Wanting(order: "honest");
        var second = (await scenario.DealsAsync(honest))[0];
        second.Quote();
        locking = LockAsync(honest, second);
        await scenario.Stage.UntilAsync("a proof on a stream whose challenge holds", () => scenario.Stage.Streams.FirstOrDefault(stream => stream.ProofsSent > 0));
        await second.SaidAsync(StepKind.Lock);
        second.Confirm();
        await FalseBrokers.ForgetAsync(locking);
    }

    [Check("NET-10.buyer-goes-on-after-a-cut", "Cut between every two steps, it goes on with the purchase, each step said once.", Exact = true, Also = ["NET-03"])]
    public static async Task Cut(BuyerScenario scenario)
    {
        await scenario.OpenAsync();
        var deal = (await scenario.WantAsync())[0];
        scenario.Stage.Cut();
        deal.Quote();
        await deal.LockedAsync();
        scenario.Stage.Cut();
        deal.Confirm();
        await deal.PaidAsync();
        deal.Once("a purchase over cuts", StepKind.Lock);
        deal.Once("a purchase over cuts", StepKind.Commit);
    }

    [Check("MBX-03.buyer-takes-mail-again", "Quotes, confirms and settlements that are delivered three times buy once.", Exact = true)]
    public static async Task Thrice(BuyerScenario scenario)
    {
        await scenario.OpenAsync();
        var stage = scenario.Stage;
        var deal = (await scenario.WantAsync())[0];
        Again(scenario, deal.Quote());
        await deal.LockedAsync();
        Again(scenario, deal.Confirm());
        await deal.PaidAsync();
        Again(scenario, stage.Records[^1]);
        var next = (await scenario.WantAsync(order: "order-2"))[0];
        await next.UntilConfirmedAsync();
        await next.PaidAsync();
        deal.Once("a purchase whose mail came three times", StepKind.Lock);
        deal.Once("a purchase whose mail came three times", StepKind.Commit);
    }

    [Check("MBX-04.buyer-takes-transactions-in-any-order", "Late, and in another order over the sellers that it asked, quotes come to the same purchase as in order.", Exact = true)]
    public static async Task AnyOrder(BuyerScenario scenario)
    {
        await scenario.OpenAsync();
        var stage = scenario.Stage;
        var deals = await scenario.WantAsync(sellers: 3);
        stage.HoldMail = true;
        var quotes = deals.Select(deal => deal.Quote()).ToList();
        stage.HoldMail = false;
        stage.Deliver(Enumerable.Reverse(quotes).Select(record => stage.MailOf(record, scenario.Subject!.Id)));
        await deals[1].LockedAsync();
        deals[1].Confirm();
        await deals[1].PaidAsync();
        Expectations.Equal("locks of one purchase", 1, deals.Sum(deal => deal.Sent(StepKind.Lock).Count));
    }

    static void Again(BuyerScenario scenario, StageRecord record)
    {
        var mail = scenario.Stage.MailOf(record, scenario.Subject!.Id);
        scenario.Stage.Deliver(mail, mail);
    }

    static async Task LockAsync(WantedOrder wanted, BuyerDeal deal)
    {
        if ((await wanted.Told).IsOk) await deal.LockAsync();
    }
}
