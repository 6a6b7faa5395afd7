using ActProtocol.Conformance.Agents;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Cases.Buyers;

/// <summary>What a buyer tells its owner, and when it commits.</summary>
static class BuyerPayments
{
    [Check("TXN-52.buyer-says-paid-on-no-forged-receipt", "The answer to a commit is no receipt: while the records of commit and settlement prove nothing, it does not say that it paid; on proven ones it does.", Exact = true, Also = ["JRN-20"],
        Values = ["no-proof", "unknown-key", "stolen-thumbprint", "signature", "root-of-another-broker", "record-of-another-broker", "path", "index", "record-changed", "untagged"])]
    public static async Task Forged(BuyerScenario scenario, string value)
    {
        await scenario.OpenAsync();
        scenario.Stage.Forge(record => record.Step is StepKind.Commit or StepKind.Settle, record => scenario.Stage.Proofs.Of(record.Bytes, value));
        await NotPaidAsync(scenario, $"a commit whose receipts are false ({value})");
        scenario.Stage.ForgeNoMore();
        await HonestAsync(scenario);
    }

    [Check("TXN-52.buyer-says-paid-on-no-other-payment", "Records of commit and settlement that hold, and tell of another amount, quote, intent or currency, are no payment of this purchase: it does not say that it paid.", Exact = true,
        Values = ["amount", "currency", "quote", "intent"])]
    public static async Task Other(BuyerScenario scenario, string value)
    {
        await scenario.OpenAsync();
        scenario.Stage.Forge(record => record.Step is StepKind.Commit or StepKind.Settle, record => scenario.Stage.Proofs.Of(Changed(record, value)));
        await NotPaidAsync(scenario, $"a payment with another {value}");
        scenario.Stage.ForgeNoMore();
        await HonestAsync(scenario);
    }

    [Check("TXN-34.buyer-commits-after-the-confirm", "It commits nothing that the seller has not confirmed; once it has, it does.", Exact = true, Also = ["TXN-05", "TXN-29"])]
    public static async Task AfterConfirm(BuyerScenario scenario)
    {
        await scenario.OpenAsync();
        var deal = (await scenario.WantAsync())[0];
        deal.Quote();
        await deal.LockedAsync();
        // Meanwhile a whole other purchase: time enough for one who commits by itself.
        await HonestAsync(scenario);
        var committing = deal.CommitAsync();
        await scenario.Stage.SeenAsync(() => deal.Sent(StepKind.Commit).Count > 0, TimeSpan.FromMilliseconds(300));
        Expectations.True("a lock that is not confirmed", deal.Sent(StepKind.Commit).Count == 0, "no Commit", "a Commit");
        deal.Confirm();
        BuyerDeal.Ok("commit", await committing);
        deal.Once("a purchase", StepKind.Commit);
    }

    [Check("TXN-30.buyer-commits-nothing-that-was-declined", "When the seller has no goods after all, nothing is committed, and nothing told as paid.", Exact = true)]
    public static async Task Declined(BuyerScenario scenario)
    {
        await scenario.OpenAsync();
        var deal = (await scenario.WantAsync())[0];
        deal.Quote();
        await deal.LockedAsync();
        deal.Decline();
        deal.Refused("a lock that the seller declined", await deal.CommitAsync(), StepKind.Commit);
        Expectations.Equal("payments that it tells of", 0, (await scenario.PaidAsync()).Count);
        await HonestAsync(scenario);
    }

    [Check("MAN-07.buyer-stops-when-its-mandate-ends", "Once its owner has revoked the mandate it commits nothing, and says that it can't.", Exact = true, Also = ["ERR-09", "TXN-32"])]
    public static async Task Revoked(BuyerScenario scenario)
    {
        await scenario.OpenAsync();
        await HonestAsync(scenario);
        var deal = (await scenario.WantAsync(order: "order-2"))[0];
        deal.Quote();
        await deal.LockedAsync();
        scenario.Revoke();
        var answer = await deal.CommitAsync();
        Expectations.True("a purchase whose mandate was revoked", !answer.IsOk && deal.Sent(StepKind.Commit).All(step => !step.Reply.IsAccepted), "cannot, and no commit", answer);
        Expectations.Equal("payments that it tells of", 1, (await scenario.PaidAsync()).Count);
    }

    [Check("TXN-49.buyer-waits-for-its-owner", "A lock that waits for the principal is not committed before it is approved and confirmed.", Exact = true)]
    public static async Task Approval(BuyerScenario scenario)
    {
        await scenario.OpenAsync();
        scenario.Stage.ApprovalAbove = 0;
        var deal = (await scenario.WantAsync())[0];
        deal.Quote();
        await deal.LockedAsync();
        var committing = deal.CommitAsync();
        await scenario.Stage.UntilAsync("a lock that waits", () => deal.Transaction.State is TransactionState.AwaitingApproval ? "" : null);
        var approve = new Approve { Quote = ByteString.CopyFrom(deal.Transaction.QuoteDigest), Rendering = ByteString.CopyFrom(scenario.Stage.Random.Bytes(32)), Language = "en" };
        scenario.Stage.Act(scenario.Subject!.Owner, approve, deal.Transaction, content =>
        {
            content.Header.Recipients.Clear();
            content.Header.Follows = ByteString.Empty;
        });
        Expectations.True("a lock that waits for the principal", deal.Sent(StepKind.Commit).Count == 0, "no Commit", "a Commit");
        deal.Confirm();
        BuyerDeal.Ok("commit", await committing);
        deal.Once("a purchase", StepKind.Commit);
    }

    [Check("TXN-24.buyer-cancels", "Told to cancel, it cancels, whatever the seller quoted meanwhile.", Exact = true, Also = ["TXN-12"])]
    public static async Task Cancels(BuyerScenario scenario)
    {
        await scenario.OpenAsync();
        var deal = (await scenario.WantAsync())[0];
        deal.Quote();
        BuyerDeal.Ok("cancel", await deal.CancelAsync());
        await deal.SaidAsync(StepKind.Cancel);
        Expectations.Equal("the state", TransactionState.Cancelled, deal.Transaction.State);
    }

    [Check("TXN-42.buyer-disputes", "Told to dispute what was delivered under escrow, it disputes within the window.", Exact = true, Profile = "escrow")]
    public static async Task Disputes(BuyerScenario scenario)
    {
        await scenario.OpenAsync();
        var arbiter = scenario.Stage.NewParty("arbiter", scenario.Stage.NewParty("court"));
        var deal = (await scenario.WantAsync(intent: intent => intent.Arbiters.Add(arbiter.Id)))[0];
        deal.Quote(quote => quote.Terms.Escrow = new Escrow { FulfilWithinMs = 3_600_000, DisputeWindowMs = 3_600_000, ResolveWithinMs = 3_600_000, Arbiter = arbiter.Id });
        await deal.LockedAsync();
        deal.Confirm();
        BuyerDeal.Ok("commit", await deal.CommitAsync());
        scenario.Stage.Act(deal.Seller, new Fulfil(), deal.Transaction);
        BuyerDeal.Ok("dispute", await deal.DisputeAsync("the box was empty"));
        await deal.SaidAsync(StepKind.Dispute);
    }

    static async Task NotPaidAsync(BuyerScenario scenario, string about)
    {
        var deal = (await scenario.WantAsync(order: "forged"))[0];
        await deal.UntilConfirmedAsync();
        var answer = await deal.CommitAsync();
        await deal.SaidAsync(StepKind.Commit);
        var paid = await scenario.PaidAsync();
        Expectations.True(about, !answer.IsOk && paid.All(one => one.Transaction != deal.Transaction.Hex), "an error, and not that it was paid", answer.IsOk ? "ok" : "that it was paid");
    }

    static async Task HonestAsync(BuyerScenario scenario)
    {
        var honest = (await scenario.WantAsync(order: "honest"))[0];
        await honest.UntilConfirmedAsync();
        await honest.PaidAsync();
    }

    static ByteString Changed(StageRecord record, string value)
    {
        var changed = record.Record.Clone();
        var payment = changed.Decision.Accepted.Payment;
        if (value is "amount") payment.Amount = Xts.Of(10_000);
        if (value is "currency") payment.Amount.CurrencyCode = "EUR";
        if (value is "quote") payment.Quote = ByteString.CopyFrom(new byte[32]);
        if (value is "intent") payment.Intent = ByteString.CopyFrom(new byte[32]);
        return changed.ToByteString();
    }
}
