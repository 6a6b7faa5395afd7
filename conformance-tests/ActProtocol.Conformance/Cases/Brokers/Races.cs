using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Runs;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.Conformance.Brokers.Expectations;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Conformance.Cases.Brokers;

/// <summary>
/// Two steps at once, over two connections. Which of them is first is the broker's to say: the model holds each against the order of the records. What a case adds is what
/// may never be, whichever came first.
/// </summary>
static class Races
{
    const int Rounds = 12;

    [Check("TXN-13.two-locks-at-once", "Of two locks at once on two quotes of an intent that allows one, exactly one is accepted; the other is intent_used.", Also = ["TXN-14"])]
    public static async Task TwoLocksAtOnce(BrokerScenario scenario)
    {
        var first = await scenario.SaleAsync(Xts.Of(100 * Rounds));
        var seller = await scenario.SellerAsync();
        for (var round = 0; round < Rounds; round++)
        {
            var (one, two) = (scenario.Another(first), scenario.Another(first, seller));
            await scenario.BuildAsync(one.Intent(header: header => header.Recipients.Add(seller.Id)));
            await scenario.BuildAsync(one.Quote());
            await scenario.BuildAsync(two.Quote());
            await OneWinsAsync(scenario, "intent_used", one.Lock(), two.Lock());
        }
    }

    [Check("MAN-05.two-locks-at-once", "Of two locks at once that the mandate covers one of, exactly one is accepted; the other is mandate_exceeded.")]
    public static async Task TwoLocksOfAMandate(BrokerScenario scenario)
    {
        var first = await scenario.SaleAsync();
        for (var round = 0; round < Rounds; round++)
        {
            var mandate = await scenario.MandateAsync(first.Buyer, each => each.Limits[0].InTotal = Xts.Of(150));
            var (one, two) = (scenario.Another(first), scenario.Another(first));
            one.Mandate = two.Mandate = mandate;
            foreach (var sale in new[] { one, two }) await sale.UntilAsync(Quoted, intent => intent.Budget = Xts.Of(150));
            await OneWinsAsync(scenario, "mandate_exceeded", one.Lock(), two.Lock());
            await scenario.BuildAsync((one.State is Locked ? one : two).Cancel());
        }
    }

    [Check("LED-05.two-locks-at-once", "Of two locks at once that the funds cover one of, exactly one is accepted; the other is funds_insufficient, and nobody is below zero.", Also = ["TXN-26"])]
    public static async Task TwoLocksOfTheFunds(BrokerScenario scenario)
    {
        var first = await scenario.SaleAsync(Xts.Of(199, 999_999_999));
        for (var round = 0; round < Rounds; round++)
        {
            var (one, two) = (scenario.Another(first), scenario.Another(first));
            foreach (var sale in new[] { one, two }) await sale.UntilAsync(Quoted);
            await OneWinsAsync(scenario, "funds_insufficient", one.Lock(), two.Lock());
            await scenario.BuildAsync((one.State is Locked ? one : two).Cancel());
        }
    }

    [Check("TXN-45.two-refunds-at-once", "Of two refunds at once that together are more than was paid, one is taken; the other is out of order meanwhile, or refund_exceeds after it.", Also = ["TXN-46"])]
    public static async Task TwoRefundsAtOnce(BrokerScenario scenario)
    {
        var first = await scenario.SaleAsync();
        for (var round = 0; round < 6; round++)
        {
            var sale = await scenario.Another(first).UntilAsync(Settled);
            await scenario.GetsAsync(sale.Seller.Owner, Xts.Of(100 + (40 * round)));
            var outcomes = await AtOnceAsync(scenario, sale.Refund(Xts.Of(60)), sale.Refund(Xts.Of(60)));
            Equal("how many of two were accepted", 1, outcomes.Count(outcome => outcome is Outcome.Taken));
            True("the other", outcomes.Any(outcome => outcome is Outcome.Refused { Code: "step_out_of_order" or "refund_exceeds" }), "step_out_of_order or refund_exceeds", outcomes[0] is Outcome.Taken ? outcomes[1] : outcomes[0]);
            await scenario.OwnStepAsync(sale, StepKind.RefundPaid);
        }
    }

    [Check("TXN-31.cancel-against-confirm", "A cancel and a confirmation at once, where the terms let cancel only before it: one of them wins, and the money goes with it.", Also = ["TXN-29"])]
    public static async Task CancelAgainstConfirm(BrokerScenario scenario)
    {
        var first = await scenario.SaleAsync(Xts.Of(100 * Rounds));
        for (var round = 0; round < Rounds; round++)
        {
            var sale = await scenario.Another(first).UntilAsync(Locked, quote: quote => quote.Terms.Cancel = CancelTerms.UntilConfirm);
            var (cancel, confirm) = (sale.Cancel(), sale.Confirm());
            var outcomes = await AtOnceAsync(scenario, round % 2 == 0 ? [cancel, confirm] : [confirm, cancel]);
            Equal("how many of two were accepted", 1, outcomes.Count(outcome => outcome is Outcome.Taken));
            True("the other", outcomes.Any(outcome => outcome is Outcome.Refused { Code: "step_out_of_order" or "terms_forbid" }), "step_out_of_order or terms_forbid", string.Join(", ", outcomes));
        }
    }

    [Check("TXN-40.accept-against-dispute", "An acceptance and a dispute at once: settled once, or disputed and then settled, as the records say.", Also = ["TXN-42"])]
    public static async Task AcceptAgainstDispute(BrokerScenario scenario)
    {
        var first = await scenario.EscrowSaleAsync(Xts.Of(100 * Rounds));
        for (var round = 0; round < Rounds; round++)
        {
            var sale = await scenario.Another(first).UntilAsync(Fulfilled);
            var (accept, dispute) = (sale.Accept(), sale.Dispute());
            var outcomes = await AtOnceAsync(scenario, round % 2 == 0 ? [accept, dispute] : [dispute, accept]);
            // An acceptance is in order before and after a dispute.
            True("the acceptance", outcomes[round % 2] is Outcome.Taken, "accepted", outcomes[round % 2]);
            Equal("the state", Settled, await scenario.StateOfAsync(sale));
        }
        await scenario.GetsAsync(first.Seller.Owner, Xts.Of(100 * Rounds));
    }

    [Check("MAN-07.revocation-against-commit", "A revocation and a commit at once: either the commit stands and is settled, or the hold is released and the commit refused; never both.", Also = ["TXN-32", "TXN-34"])]
    public static async Task RevocationAgainstCommit(BrokerScenario scenario)
    {
        var first = await scenario.SaleAsync(Xts.Of(100 * Rounds));
        for (var round = 0; round < Rounds; round++)
        {
            var sale = scenario.Another(first);
            sale.Mandate = await scenario.MandateAsync(sale.Buyer);
            await sale.UntilAsync(Confirmed);
            var (commit, revocation) = (sale.Commit(), scenario.Seal(sale.Principal, new RevokeMandate { Mandate = ByteString.CopyFrom(sale.Mandate) }));
            var outcomes = await AtOnceAsync(scenario, round % 2 == 0 ? [commit, revocation] : [revocation, commit]);
            var committed = outcomes[round % 2] is Outcome.Taken;
            True("the revocation", outcomes[1 - (round % 2)] is Outcome.Taken, "accepted", outcomes[1 - (round % 2)]);
            Equal("the state", committed ? Settled : Released, await scenario.StateOfAsync(sale));
        }
    }

    [Check("DIR-09.key-revocation-against-lock", "A revocation of the buyer's key and a lock by it at once: the lock stands when it came first; what is sent after the revocation was acknowledged is key_revoked.", Also = ["ERR-02"], Exact = true)]
    public static async Task KeyRevocationAgainstLock(BrokerScenario scenario)
    {
        for (var round = 0; round < 4; round++)
        {
            var sale = await (await scenario.SaleAsync()).UntilAsync(Quoted);
            var revocation = scenario.Seal(sale.Principal, new RevokeKey { Id = sale.Buyer.Id, Key = ByteString.CopyFrom(sale.Buyer.Key.Thumbprint) });
            var outcomes = await AtOnceAsync(scenario, sale.Lock(), revocation);
            True("the revocation", outcomes[1] is Outcome.Taken, "accepted", outcomes[1]);
            if (outcomes[0] is not Outcome.Taken) AsRefused("key_revoked", "the lock, when it came second", outcomes[0]);
            AsRefused("key_revoked", "a cancel after the revocation", await scenario.SendAsync(sale.Cancel()));
            await scenario.HasAsync(sale.Principal, outcomes[0] is Outcome.Taken ? Xts.Of(900) : Xts.Of(1000), held: outcomes[0] is Outcome.Taken ? Xts.Of(100) : Xts.Of(0));
        }
    }

    [Check("TXN-08.commit-against-expiry", "Commits around the end of the hold are taken when their stamp is before it, and deadline_passed from that instant on: judged by the stamps, over phases that see both.", Also = ["TXN-34", "TXN-33", "JRN-10"])]
    public static async Task CommitAgainstExpiry(BrokerScenario scenario)
    {
        var first = await scenario.SaleAsync(Xts.Of(100 * 20));
        var sales = Enumerable.Range(0, 20).Select(_ => scenario.Another(first)).ToList();
        foreach (var sale in sales) await sale.UntilAsync(Quoted, quote: quote => quote.Terms.HoldForMs = 1500);
        var outcomes = await Task.WhenAll(sales.Select((sale, phase) => CommitAroundAsync(scenario, sale, (phase - 16) * 30)));
        foreach (var (sale, outcome) in sales.Zip(outcomes).Where(pair => pair.Second is not Outcome.Taken))
        {
            AsRefused("deadline_passed", "a commit at or after the end", outcome);
            await scenario.OwnStepAsync(sale, StepKind.Expire);
        }
        if (outcomes.All(outcome => outcome is Outcome.Taken) || outcomes.All(outcome => outcome is Outcome.Refused)) throw new InconclusiveException("In twenty phases only one side was seen.");
    }

    // The phase is by the suite's clock; the verdict is not.
    static async Task<Outcome> CommitAroundAsync(BrokerScenario scenario, Sale sale, int phaseMs)
    {
        var before = scenario.NowMs;
        var locked = await scenario.BuildAsync(sale.Lock());
        var ahead = locked.Decision.StampMs - ((before + scenario.NowMs) / 2);
        await scenario.BuildAsync(sale.Confirm());
        var commit = sale.Commit();
        var wait = locked.Accepted.DeadlineMs + phaseMs - ahead - scenario.NowMs;
        if (wait > 0) await Task.Delay(TimeSpan.FromMilliseconds(wait), scenario.Time, scenario.CancellationToken);
        return await scenario.SendAsync(commit);
    }

    static async Task OneWinsAsync(BrokerScenario scenario, string code, params Envelope[] envelopes)
    {
        var outcomes = await AtOnceAsync(scenario, envelopes);
        Equal("how many of two were accepted", 1, outcomes.Count(outcome => outcome is Outcome.Taken));
        AsRefused(code, "the other of two at once", outcomes.First(outcome => outcome is not Outcome.Taken));
    }

    static async Task<Outcome[]> AtOnceAsync(BrokerScenario scenario, params Envelope[] envelopes) => await Task.WhenAll(envelopes.Select(envelope => Task.Run(() => scenario.SendAsync(envelope))));
}
