using ActProtocol.Conformance.Agents;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Runs;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Cases.Sellers;

/// <summary>What a seller believes of its mail, and how often it acts on it.</summary>
static class SellerMail
{
    [Check("JRN-20.seller-quotes-on-no-forged-intent", "A delivery that proves nothing is not acted on; the same record with its proof is.", Exact = true,
        Values = ["no-proof", "unknown-key", "stolen-thumbprint", "signature", "root-of-another-broker", "record-of-another-broker", "path", "index", "record-changed", "untagged"])]
    public static async Task ForgedIntent(SellerScenario scenario, string value)
    {
        await scenario.OpenAsync();
        var stage = scenario.Stage;
        var next = stage.Records.Count;
        stage.Forge(record => record.Position == (ulong)next + 1, record => stage.Proofs.Of(record.Bytes, value));
        var forged = scenario.Ask();
        await scenario.CaughtUpAsync();
        forged.Silent($"an intent whose receipt is false ({value})", StepKind.Quote, StepKind.Decline);
        stage.ForgeNoMore();
        stage.Deliver(stage.MailOf(forged.Asked, scenario.SellerId));
        await forged.OfferedAsync();
    }

    [Check("TXN-53.seller-delivers-on-no-forged-commit", "A commit that is not proven delivers nothing; the same record with its proof delivers once.", Exact = true, Also = ["JRN-20"],
        Values = ["no-proof", "unknown-key", "stolen-thumbprint", "signature", "root-of-another-broker", "record-of-another-broker", "path", "record-changed"])]
    public static async Task ForgedCommit(SellerScenario scenario, string value)
    {
        await scenario.OpenAsync();
        var deal = await scenario.Ask().UntilConfirmedAsync();
        var stage = scenario.Stage;
        var last = (ulong)stage.Records.Count;
        stage.Forge(record => record.Position > last && record.Transaction == deal.Transaction.Hex, record => stage.Proofs.Of(record.Bytes, value));
        var commit = deal.Commit();
        await scenario.CaughtUpAsync();
        Expectations.Equal($"deliveries on a commit whose receipt is false ({value})", 0, await scenario.DeliveriesAsync(deal.Transaction));
        stage.ForgeNoMore();
        stage.Deliver(stage.Mails.Where(mail => mail.Agent == scenario.SellerId && mail.Record.Position > last && mail.Record.Transaction == deal.Transaction.Hex));
        await DeliversOnceAsync(scenario, deal, commit, "the same commit, proven");
    }

    [Check("JRN-21.seller-checks-the-buyers-signature", "The broker's proof does not stand in for the buyer's signature: without it an intent is not acted on.", Exact = true,
        Values = ["none", "of-another", "under-its-thumbprint", "second-does-not-hold", "suite-unknown"])]
    public static async Task Unsigned(SellerScenario scenario, string value)
    {
        await scenario.OpenAsync();
        var stranger = new KeyPair(scenario.Stage.Random.Bytes(32));
        var forged = scenario.Ask(shown: envelope =>
        {
            var changed = envelope.Clone();
            var signature = changed.Signatures[0];
            if (value is "none") changed.Signatures.Clear();
            if (value is "of-another") changed.Signatures[0] = stranger.SignContent(envelope.Content);
            if (value is "under-its-thumbprint") signature.Value = stranger.SignContent(envelope.Content).Value;
            if (value is "second-does-not-hold") changed.Signatures.Add(stranger.SignContent(envelope.Content));
            if (value is "suite-unknown") signature.Suite = (SignatureSuite)77;
            return changed;
        });
        await scenario.CaughtUpAsync();
        forged.Silent($"an intent whose signature does not hold ({value})", StepKind.Quote, StepKind.Decline);
    }

    [Check("JRN-21.seller-takes-keys-that-have-ended", "A record signed by a key that was revoked since holds: the directory keeps such keys.", Exact = true, Also = ["DIR-13"])]
    public static async Task EndedKey(SellerScenario scenario)
    {
        await scenario.OpenAsync();
        var stage = scenario.Stage;
        var buyer = stage.NewParty("buyer", stage.NewParty("owner"));
        stage.HoldMail = true;
        var deal = scenario.Ask(buyer: buyer);
        stage.EndKeys(buyer.Id, new KeyPair(stage.Random.Bytes(32)));
        stage.HoldMail = false;
        stage.Deliver(stage.MailOf(deal.Asked, scenario.SellerId));
        await deal.OfferedAsync();
    }

    [Check("MBX-03.seller-answers-an-intent-once", "An intent that is delivered three times gets one quote: whatever is sent again has the same message id.", Exact = true, Should = true)]
    public static async Task IntentThrice(SellerScenario scenario)
    {
        await scenario.OpenAsync();
        var deal = scenario.Ask();
        await deal.OfferedAsync();
        await AgainAsync(scenario, deal.Asked);
        deal.Once("an intent that was delivered three times", StepKind.Quote);
    }

    [Check("MBX-03.seller-answers-a-lock-once", "A lock that is delivered three times gets one confirm, and takes one item from stock.", Exact = true, Also = ["TXN-53"])]
    public static async Task LockThrice(SellerScenario scenario)
    {
        await scenario.OpenAsync(stock: 2);
        var deal = scenario.Ask();
        await deal.OfferedAsync();
        var locked = deal.Lock();
        await deal.ConfirmedAsync();
        await AgainAsync(scenario, locked);
        deal.Once("a lock that was delivered three times", StepKind.Confirm);
        if (scenario.IsHooked) await scenario.Ask().UntilConfirmedAsync();
    }

    [Check("MBX-03.seller-takes-mail-again-on-another-connection", "What was not acknowledged before a cut comes again on the next connection, and is answered under the same message id.", Exact = true)]
    public static async Task AnotherConnection(SellerScenario scenario)
    {
        await scenario.OpenAsync();
        var stage = scenario.Stage;
        stage.React(StepKind.Quote, new Reaction.LoseAnswer());
        var deal = scenario.Ask();
        await deal.OfferedAsync();
        stage.Cut();
        await scenario.CaughtUpAsync();
        deal.Once("an intent that was delivered on two connections", StepKind.Quote);
    }

    [Check("TXN-53.seller-delivers-once", "A commit that is delivered three times, on two connections, delivers once.", Exact = true, Also = ["MBX-03"])]
    public static async Task CommitThrice(SellerScenario scenario)
    {
        await scenario.OpenAsync();
        var deal = await scenario.Ask().UntilConfirmedAsync();
        var commit = deal.Commit();
        await DeliversOnceAsync(scenario, deal, commit, "a commit, delivered once");
        await AgainAsync(scenario, commit);
        scenario.Stage.Cut();
        await scenario.CaughtUpAsync();
        await AgainAsync(scenario, commit);
        Expectations.Equal("deliveries of goods for a commit that came five times", 1, await scenario.DeliveriesAsync(deal.Transaction));
    }

    [Check("TXN-53.seller-delivers-once-over-a-restart", "A commit that comes again after kill -9 delivers no second time.", Exact = true, Also = ["MBX-03"])]
    public static async Task CommitAfterKill(SellerScenario scenario)
    {
        await scenario.OpenAsync();
        var deal = await scenario.Ask().UntilConfirmedAsync();
        var commit = deal.Commit();
        await DeliversOnceAsync(scenario, deal, commit, "a commit, delivered once");
        await scenario.RestartAsync();
        await AgainAsync(scenario, commit);
        Expectations.Equal("deliveries of goods for a commit that came again after kill -9", 1, await scenario.DeliveriesAsync(deal.Transaction));
    }

    [Check("MBX-03.seller-acknowledges-what-it-has-dealt-with", "It acknowledges an intent only once its answer can't be lost: killed right after the acknowledgement, it still answers.", Exact = true, Should = true)]
    public static async Task Acknowledges(SellerScenario scenario)
    {
        await scenario.OpenAsync();
        var stage = scenario.Stage;
        stage.React(StepKind.Quote, new Reaction.Lose());
        stage.React(StepKind.Quote, new Reaction.Lose());
        var deal = scenario.Ask();
        // Whichever it does first: a quote, which is lost on the way, or an acknowledgement.
        var mail = stage.MailOf(deal.Asked, scenario.SellerId);
        await stage.UntilAsync("a quote or an acknowledgement", () => deal.Sent(StepKind.Quote).Count > 0 || mail.AcknowledgedAfter is not null ? "" : null);
        await scenario.RestartAsync();
        stage.ReactNoMore();
        await deal.OfferedAsync();
    }

    [Check("MBX-03.seller-answers-once-over-a-kill", "Killed before its quote was answered, and started again, it answers the same intent under the same message id.", Exact = true, Should = true, Also = ["ENV-21"])]
    public static async Task OnceOverKill(SellerScenario scenario)
    {
        await scenario.OpenAsync();
        scenario.Stage.React(StepKind.Quote, new Reaction.Hold(new TaskCompletionSource().Task));
        var deal = scenario.Ask();
        await deal.OfferedAsync();
        await scenario.RestartAsync();
        await deal.AcknowledgedAsync(deal.Asked);
        deal.Once("an intent that was answered before kill -9", StepKind.Quote);
    }

    [Check("MBX-04.seller-takes-transactions-in-any-order", "Records of different transactions in another order, and late, are each answered; within a transaction they come in theirs.", Exact = true)]
    public static async Task AnyOrder(SellerScenario scenario)
    {
        await scenario.OpenAsync();
        var stage = scenario.Stage;
        stage.HoldMail = true;
        var deals = Enumerable.Range(0, 5).Select(_ => scenario.Ask()).ToList();
        stage.HoldMail = false;
        stage.Deliver(Enumerable.Reverse(deals).Select(deal => stage.MailOf(deal.Asked, scenario.SellerId)));
        foreach (var deal in deals) await deal.OfferedAsync();
        stage.HoldMail = true;
        var locks = deals.Select(deal => deal.Lock()).ToList();
        stage.HoldMail = false;
        stage.Deliver(Enumerable.Reverse(locks).Select(record => stage.MailOf(record, scenario.SellerId)));
        foreach (var deal in deals) await deal.ConfirmedAsync();
    }

    static async Task AgainAsync(SellerScenario scenario, StageRecord record)
    {
        var mail = scenario.Stage.MailOf(record, scenario.SellerId);
        scenario.Stage.Deliver(mail, mail);
        await scenario.CaughtUpAsync();
    }

    static async Task DeliversOnceAsync(SellerScenario scenario, SellerDeal deal, StageRecord commit, string about)
    {
        await deal.AcknowledgedAsync(commit);
        await scenario.CaughtUpAsync();
        var count = await scenario.DeliveriesAsync(deal.Transaction);
        if (count == 0 && !scenario.IsHooked) throw new UntestedException("It does not say when it delivers; with the control hook it would report it.");
        Expectations.Equal(about, 1, count);
    }
}
