using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.Conformance.Brokers.Expectations;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Commits
{
    [Check("TXN-34.before-the-confirmation", "A commit before the seller confirmed is step_out_of_order, and the lock stays as it was; after it the commit is taken.", Also = ["TXN-05"])]
    public static async Task BeforeTheConfirmation(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Locked);
        await scenario.RefusedAsync("step_out_of_order", "a commit of what is not confirmed", sale.Commit());
        await scenario.HasAsync(sale.Principal, Xts.Of(900), held: Xts.Of(100));
        await scenario.AcceptedAsync("the seller confirms", sale.Confirm());
        await scenario.AcceptedAsync("a commit", sale.Commit());
    }

    [Check("TXN-34.another-quote", "A commit names the locked quote: another digest is quote_unknown.")]
    public static async Task AnotherQuote(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Quoted);
        var first = ByteString.CopyFrom(sale.QuoteDigest);
        await scenario.BuildAsync(sale.Quote());
        await sale.UntilAsync(Confirmed);
        await scenario.RefusedAsync("quote_unknown", "the digest of an earlier quote", sale.Commit(commit => commit.Quote = first));
        await scenario.RefusedAsync("quote_unknown", "a digest of nothing", sale.Commit(commit => commit.Quote = ByteString.CopyFrom(scenario.Random.Bytes(32))), sale.Commit());
    }

    [Check("TXN-34.after-the-hold", "A commit stamped at or after the end of the hold is deadline_passed, and the funds are free.", Also = ["TXN-09", "TXN-33"])]
    public static async Task AfterTheHold(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Confirmed, quote: quote => quote.Terms.HoldForMs = 1000);
        await scenario.OwnStepAsync(sale, StepKind.Expire);
        await scenario.RefusedAsync("deadline_passed", "a commit after the hold", sale.Commit());
        await scenario.HasAsync(sale.Principal, Xts.Of(1000));
        var control = await scenario.Another(sale).UntilAsync(Confirmed);
        await scenario.AcceptedAsync("a commit within the hold", control.Commit());
    }

    [Check("TXN-10.commit-and-settlement-together", "Under instant terms the commit and its settlement are two records that follow each other, with one stamp, chained; the payee is credited once.", Also = ["TXN-35", "JRN-02"])]
    public static async Task CommitAndSettlementTogether(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Confirmed);
        var taken = await scenario.AcceptedAsync("a commit", sale.Commit());
        Equal("the state in the answer", Committed, taken.Accepted.State);
        Equal("the payment in the answer", PaymentKind.Committed, taken.Accepted.Payment?.Kind);
        var records = await scenario.RecordsAsync(sale);
        var settled = records.FirstOrDefault(record => record.Step?.Kind is StepKind.Settle) ?? throw Failed("the transaction's records", "a settlement", "none");
        Equal("where the settlement stands", (taken.Decision.Position + 1, taken.Decision.StampMs), (settled.Position, settled.StampMs));
        Equal("its payment", PaymentKind.Settled, settled.Decision?.Accepted?.Payment?.Kind);
        await scenario.GetsAsync(sale.Seller.Owner, Xts.Of(100));
        await scenario.HasAsync(sale.Principal, Xts.Of(900));
    }

    [Check("TXN-34.twice", "A second commit under another message id is step_out_of_order; the money leaves once.")]
    public static async Task Twice(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Settled);
        await scenario.RefusedAsync("step_out_of_order", "a second commit", sale.Commit());
        await scenario.HasAsync(sale.Principal, Xts.Of(900));
        await scenario.GetsAsync(sale.Seller.Owner, Xts.Of(100));
    }

    [Check("TXN-36.fulfilled-once", "What was settled at once can be fulfilled once, as evidence; the second time is step_out_of_order, and it stays settled.")]
    public static async Task FulfilledOnce(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Settled);
        var taken = await scenario.AcceptedAsync("evidence", sale.Fulfil(fulfil => fulfil.Evidence.Add(new Evidence { Digest = ByteString.CopyFrom(scenario.Random.Bytes(32)), MediaType = "text/plain" })));
        Equal("the state", Settled, taken.Accepted.State);
        await scenario.RefusedAsync("step_out_of_order", "evidence again", sale.Fulfil());
    }

    [Check("TXN-36.escrow-that-was-settled", "What was settled under escrow can't be fulfilled after that: step_out_of_order.")]
    public static async Task EscrowThatWasSettled(BrokerScenario scenario)
    {
        var sale = await scenario.SaleInAsync(Settled);
        await scenario.RefusedAsync("step_out_of_order", "evidence after the settlement", sale.Fulfil());
    }

    static readonly Dictionary<string, (TransactionState Before, Func<Sale, Action<Header>, Envelope> Step)> Following = new()
    {
        ["quote"] = (Open, (sale, header) => sale.Quote(header: header)),
        ["counter"] = (Quoted, (sale, header) => sale.Step(sale.Buyer, new Counter { Intent = new Intent { Budget = Xts.Of(400) } }, header)),
        ["lock"] = (Quoted, (sale, header) => sale.Lock(header: header)),
        ["confirm"] = (Locked, (sale, header) => sale.Confirm(header)),
        ["commit"] = (Confirmed, (sale, header) => sale.Commit(header: header)),
    };

    [Check("TXN-12.follows", "A quote, counter, lock, confirm or commit that does not follow the other side's last accepted envelope is follows_stale: with none, with one's own last, with one that is no more the last.",
        Values = ["quote", "counter", "lock", "confirm", "commit"])]
    public static async Task Follows(BrokerScenario scenario, string value)
    {
        var (before, step) = Following[value];
        var sale = await (await scenario.SaleAsync()).UntilAsync(before);
        if (before is not Open) await scenario.RefusedAsync("follows_stale", "the digest of the intent's own revision", step(sale, header => header.Follows = ByteString.CopyFrom(value == "confirm" ? sale.QuoteDigest : sale.IntentDigest)));
        await scenario.RefusedAsync("follows_stale", "a digest of nothing", step(sale, header => header.Follows = ByteString.CopyFrom(scenario.Random.Bytes(32))));
        await scenario.RefusedAsync("follows_stale", "no digest", step(sale, header => header.Follows = ByteString.Empty), step(sale, _ => { }));
    }

    [Check("TXN-12.last-but-one", "A lock that follows the last but one of two quotes is follows_stale, though it names the last.")]
    public static async Task LastButOne(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Quoted);
        var first = ByteString.CopyFrom(sale.QuoteDigest);
        await scenario.BuildAsync(sale.Quote());
        await scenario.RefusedAsync("follows_stale", "a lock that has seen the first quote alone", sale.Lock(header: header => header.Follows = first), sale.Lock());
    }

    [Check("TXN-12.not-looked-at-in-ways-out", "A cancel, decline, dispute or accept is taken whatever it follows: nobody is kept in by an old view.", Values = ["cancel", "decline", "accept", "dispute"])]
    public static async Task NotLookedAtInWaysOut(BrokerScenario scenario, string value)
    {
        var sale = await scenario.SaleInAsync(value is "accept" or "dispute" ? Fulfilled : Quoted);
        void Stale(Header header) => header.Follows = ByteString.CopyFrom(scenario.Random.Bytes(32));
        await scenario.AcceptedAsync($"a {value} that follows nothing that is", value switch
        {
            "cancel" => sale.Cancel(Stale),
            "decline" => sale.Decline(Stale),
            "accept" => sale.Step(sale.Buyer, new Accept(), Stale),
            _ => sale.Step(sale.Buyer, new Dispute(), Stale),
        });
    }

    static readonly Dictionary<string, (TransactionState Before, Action<Sale, Header> Wrong, Func<Sale, Action<Header>, Envelope> Step)> Addressed = new()
    {
        ["buyer-to-nobody"] = (Quoted, (_, header) => header.Recipients.Clear(), (sale, header) => sale.Lock(header: header)),
        ["buyer-to-its-principal"] = (Quoted, (sale, header) => header.Recipients[0] = sale.Principal.Id, (sale, header) => sale.Lock(header: header)),
        ["buyer-to-one-more"] = (Quoted, (sale, header) => header.Recipients.Add(sale.Principal.Id), (sale, header) => sale.Cancel(header)),
        ["seller-to-nobody"] = (Open, (_, header) => header.Recipients.Clear(), (sale, header) => sale.Quote(header: header)),
        ["principal-to-the-seller"] = (AwaitingApproval, (sale, header) => header.Recipients.Add(sale.Seller.Id), (sale, header) => sale.Step(sale.Principal, new Deny(), header)),
        ["arbiter-to-the-buyer"] = (Disputed, (sale, header) => header.Recipients.Add(sale.Buyer.Id), (sale, header) => sale.Step(sale.Arbiter!, new Resolve { ToSeller = Xts.Of(0), ToBuyer = Xts.Of(100) }, header)),
    };

    [Check("TXN-11.recipients-first", "The buyer names exactly the seller, the seller exactly the buyer, the principal and the arbiter nobody: otherwise recipient_wrong, before role and state are looked at.", Also = ["ENV-19"],
        Values = ["buyer-to-nobody", "buyer-to-its-principal", "buyer-to-one-more", "seller-to-nobody", "principal-to-the-seller", "arbiter-to-the-buyer"])]
    public static async Task RecipientsFirst(BrokerScenario scenario, string value)
    {
        var (before, wrong, step) = Addressed[value];
        var sale = await scenario.SaleInAsync(before);
        await scenario.RefusedAsync("recipient_wrong", value, step(sale, header => wrong(sale, header)), step(sale, _ => { }));
    }

    [Check("TXN-11.recipients-before-the-state", "A step out of order to wrong recipients is recipient_wrong; out of order and stale, step_out_of_order; stale and without its needs, follows_stale.", Also = ["ERR-02"])]
    public static async Task RecipientsBeforeTheState(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync(Xts.Of(1))).UntilAsync(Quoted);
        void Stale(Header header) => header.Follows = ByteString.Empty;
        AsRefused("recipient_wrong", "a commit to nobody", await scenario.SendAsync(sale.Commit(header: header => header.Recipients.Clear())));
        AsRefused("step_out_of_order", "a commit that follows nothing", await scenario.SendAsync(sale.Commit(header: Stale)));
        AsRefused("follows_stale", "a lock without funds that follows nothing", await scenario.SendAsync(sale.Lock(header: Stale)));
        AsRefused("funds_insufficient", "a lock without funds", await scenario.SendAsync(sale.Lock()));
        await scenario.FundAsync(sale.Principal, Xts.Of(100));
        await scenario.AcceptedAsync("a lock with funds", sale.Lock());
    }

    [Check("TXN-18.what-an-answer-tells", "Each answer tells the new state, its deadline, and the money that the step moved or bound, with the digests of the intent and the quote.", Values = ["instant", "escrow"])]
    public static async Task WhatAnAnswerTells(BrokerScenario scenario, string value)
    {
        var sale = value == "instant" ? await scenario.SaleAsync() : await scenario.EscrowSaleAsync();
        var intent = await scenario.AcceptedAsync("an intent", sale.Intent());
        Equal("the deadline of what is open", sale.IntentExpiresAtMs, intent.Accepted.DeadlineMs);
        Equal("the payment of a quote", null, (await scenario.AcceptedAsync("a quote", sale.Quote())).Accepted.Payment);
        var held = await scenario.AcceptedAsync("a lock", sale.Lock());
        Equal("the deadline of what is locked", held.Decision.StampMs + 600_000, held.Accepted.DeadlineMs);
        var payment = held.Accepted.Payment ?? throw Failed("the payment of a lock", "HELD", null);
        Equal("what a lock tells of money", (PaymentKind.Held, Xts.Of(100), sale.Buyer.Id, sale.Seller.Id), (payment.Kind, payment.Amount, payment.Buyer, payment.Seller));
        Equal("the digest of the intent", ByteString.CopyFrom(sale.IntentDigest), payment.Intent);
        Equal("the digest of the quote", ByteString.CopyFrom(sale.QuoteDigest), payment.Quote);
        await scenario.AcceptedAsync("a confirmation", sale.Confirm());
        var committed = await scenario.AcceptedAsync("a commit", sale.Commit());
        Equal("the deadline of what is committed", value == "instant" ? 0 : committed.Decision.StampMs + 3_600_000, committed.Accepted.DeadlineMs);
    }
}
