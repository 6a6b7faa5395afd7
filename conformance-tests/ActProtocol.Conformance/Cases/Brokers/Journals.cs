using System.Security.Cryptography;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.Conformance.Brokers.Expectations;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Journals
{
    [Check("JRN-03.what-a-record-names", "A record names the broker, where it stands, the stamp, the envelope with the bytes and signatures that it came with, and the decision; the decision within it leaves out where it stands.", Also = ["JRN-04", "ENV-01"])]
    public static async Task WhatARecordNames(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Open);
        var quote = sale.Quote();
        var taken = await scenario.AcceptedAsync("a quote", quote);
        var record = (await scenario.RecordsAsync(sale))[^1];
        Equal("its broker", scenario.Target.Id, record.Broker);
        Equal("where it stands", (taken.Decision.Partition, taken.Decision.Position, taken.Decision.StampMs), (record.Partition, record.Position, record.StampMs));
        Equal("its content", quote.Content, record.Envelope?.Content);
        Equal("its signatures", string.Join(", ", quote.Signatures), string.Join(", ", record.Envelope?.Signatures ?? []));
        Equal("its decision", taken.Accepted, record.Decision?.Accepted);
        Equal("where the decision within it stands", (0u, 0ul, 0L), (record.Decision?.Partition, record.Decision?.Position, record.Decision?.StampMs));
    }

    [Check("JRN-02.chained", "A record names the chain's head before it: of two that follow each other, the hash of the first one's own head and its leaf.")]
    public static async Task Chained(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Settled);
        var (answer, _) = await scenario.AskAsync(sale.Buyer, new Ask { Transaction = new AskTransaction { TransactionId = ByteString.CopyFrom(sale.TransactionId) } });
        var records = (answer?.Transaction?.Records ?? []).Select(receipt => (Bytes: receipt.Record, Record: Records.Verified(scenario, receipt))).ToList();
        var pairs = records.Zip(records.Skip(1)).Where(pair => pair.Second.Record.Position == pair.First.Record.Position + 1).ToList();
        True("records that follow each other", pairs.Count > 0, "the commit and its settlement", "none");
        foreach (var (before, after) in pairs)
        {
            var head = SHA256.HashData([.. before.Record.Previous.Span, .. ReceiptProof.Leaf(before.Bytes.Span)]);
            Equal($"the head before {after.Record.Position}", ByteString.CopyFrom(head), after.Record.Previous);
        }
    }

    [Check("JRN-05.private-part", "An envelope's record names its private part by 32 bytes and holds nothing of it: no account and no balance; a step of the broker's own in a transaction has none.")]
    public static async Task PrivatePart(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Settled);
        foreach (var record in await scenario.RecordsAsync(sale)) Equal($"bytes of the private part's digest at {record.Position}", record.Step is null ? 32 : 0, record.PrivateDigest.Length);
    }

    [Check("JRN-06.play", "Every record says whether its money is play, as the broker's document does.", Also = ["LED-17"])]
    public static async Task Play(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Settled);
        foreach (var record in await scenario.RecordsAsync(sale)) Equal($"play at {record.Position}", scenario.Target.Discovery.Play, record.Play);
    }

    [Check("JRN-08.who-may-read", "Both agents and both principals read the records of their transaction; others hear transaction_unknown, like of one that is not there.", Values = ["buyer", "seller", "buyers-principal", "sellers-principal", "stranger"])]
    public static async Task WhoMayRead(BrokerScenario scenario, string value)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Locked);
        var by = value switch { "buyer" => sale.Buyer, "seller" => sale.Seller, "buyers-principal" => sale.Principal, "sellers-principal" => sale.Seller.Owner, _ => await scenario.AgentAsync("stranger", sale.Principal) };
        var question = new AskTransaction { TransactionId = ByteString.CopyFrom(sale.TransactionId) };
        var (answer, refused) = await scenario.AskAsync(by, new Ask { Transaction = question }, sale.Buyer.Home);
        if (value != "stranger")
        {
            Equal("records", 3, answer?.Transaction?.Records.Count ?? throw Failed($"the records, asked for by the {value}", "an answer", refused));
            return;
        }
        var real = AsRefused("transaction_unknown", "the records, asked for by a stranger", (Outcome?)refused ?? new Outcome.Broken("an answer"));
        var (_, nowhere) = await scenario.AskAsync(by, new Ask { Transaction = new AskTransaction { TransactionId = ByteString.CopyFrom(scenario.Random.Bytes(16)) } }, sale.Buyer.Home);
        Equal("the whole refusal", nowhere?.Status, real.Status);
    }

    [Check("JRN-08.refusals-among-them", "Refused steps of parties are among the records, with their code, in the order of their positions; and after a position come only those behind it.", Also = ["ERR-08", "ERR-07"])]
    public static async Task RefusalsAmongThem(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Open);
        var refused = AsRefused("step_out_of_order", "a confirmation of nothing", await scenario.SendAsync(sale.Confirm()));
        Equal("decided", "true", refused.Info!.Metadata["decided"]);
        await scenario.BuildAsync(sale.Quote());
        var records = await scenario.RecordsAsync(sale);
        Equal("the bodies", "Intent, Confirm, Quote", string.Join(", ", records.Select(record => Bodies.NameOf(record.Envelope?.Content ?? ByteString.Empty))));
        Equal("the refusal's code", "step_out_of_order", records[1].Decision?.Refused is { } status ? new Outcome.Refused(status).Code : "accepted");
        var (answer, _) = await scenario.AskAsync(sale.Seller, new Ask { Transaction = new AskTransaction { TransactionId = ByteString.CopyFrom(sale.TransactionId), AfterPosition = records[1].Position } }, sale.Buyer.Home);
        Equal("the positions after the second", string.Join(", ", records.Skip(2).Select(record => record.Position)), string.Join(", ", (answer?.Transaction?.Records ?? []).Select(receipt => Records.Verified(scenario, receipt).Position)));
    }

    [Check("JRN-09.outcome", "Who asks what became of an envelope hears the decision exactly as it was answered, accepted or refused; of one that was never sent, or by another, that it is not known.",
        Values = ["accepted", "refused", "never-sent", "of-another"])]
    public static async Task WhatBecameOfIt(BrokerScenario scenario, string value)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Open);
        var envelope = value == "refused" ? sale.Confirm() : sale.Quote();
        var outcome = value == "never-sent" ? null : await scenario.SendAsync(envelope);
        var id = Content.Parser.ParseFrom(envelope.Content).Header.MessageId;
        var question = new Ask { Outcome = new AskOutcome { TransactionId = ByteString.CopyFrom(sale.TransactionId), MessageId = id } };
        var (answer, _) = await scenario.AskAsync(value == "of-another" ? sale.Buyer : sale.Seller, question, sale.Buyer.Home);
        Equal("known", value is "accepted" or "refused", answer?.Outcome?.Known);
        if (outcome is Outcome.Taken taken) Equal("the decision", value == "accepted" ? taken.Decision : null, answer?.Outcome?.Decision);
        if (outcome is Outcome.Refused refused) Equal("the refusal", refused.Status, answer?.Outcome?.Decision?.Refused);
    }

    [Check("JRN-09.outcome-outside-a-transaction", "The same outside of transactions: a mandate's decision is known to its sender.")]
    public static async Task OutcomeOutsideATransaction(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        var envelope = scenario.Seal(sale.Principal, new RevokeMandate { Mandate = ByteString.CopyFrom(sale.Mandate) });
        var question = new Ask { Outcome = new AskOutcome { MessageId = Content.Parser.ParseFrom(envelope.Content).Header.MessageId } };
        Equal("known before it is sent", false, (await scenario.AskAsync(sale.Principal, question)).Answer?.Outcome?.Known);
        var taken = await scenario.AcceptedAsync("a revocation", envelope);
        Equal("the decision", taken.Decision, (await scenario.AskAsync(sale.Principal, question)).Answer?.Outcome?.Decision);
    }

    [Check("JRN-16.commit-proves-the-payment", "The records of a commit and its settlement are proven by the broker's published key alone, and name the buyer, the seller, the sum of the quote and the digests of intent and quote.", Also = ["JRN-17", "JRN-18", "TXN-18"])]
    public static async Task CommitProvesThePayment(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Settled);
        foreach (var record in (await scenario.RecordsAsync(sale)).TakeLast(2))
        {
            var payment = record.Decision?.Accepted?.Payment ?? throw Failed($"the record at {record.Position}", "a payment", "none");
            Equal("the payment", (Xts.Of(100), sale.Buyer.Id, sale.Seller.Id, ByteString.CopyFrom(sale.IntentDigest), ByteString.CopyFrom(sale.QuoteDigest)), (payment.Amount, payment.Buyer, payment.Seller, payment.Intent, payment.Quote));
        }
    }

    [Check("JRN-18.form-of-a-proof", "A proof has a root of 32 bytes over at most 65,536 leaves, an index within it, and a path of at most 16 hashes of 32 bytes.", Also = ["JRN-17"])]
    public static async Task FormOfAProof(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Settled);
        var (answer, _) = await scenario.AskAsync(sale.Buyer, new Ask { Transaction = new AskTransaction { TransactionId = ByteString.CopyFrom(sale.TransactionId) } });
        foreach (var proof in (answer?.Transaction?.Records ?? []).Select(receipt => receipt.Batch))
        {
            var root = BatchRoot.Parser.ParseFrom(proof?.Root ?? ByteString.Empty);
            Equal("bytes of the root and of the signature", (32, 64), (root.Root.Length, proof?.Signature.Length));
            True("leaves", root.Size is > 0 and <= 65_536 && proof?.Index < root.Size, "1 to 65,536, and the index among them", $"{proof?.Index} of {root.Size}");
            True("the path", proof?.Path.Count <= 16 && proof.Path.All(hash => hash.Length == 32), "at most 16 hashes of 32 bytes", proof?.Path.Count);
        }
    }

    [Check("JRN-19.same-record-everywhere", "The record that is delivered, looked at in the mailbox and read from the transaction is the same to the byte, for both sides.", Also = ["JRN-16"])]
    public static async Task SameRecordEverywhere(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Confirmed);
        var commit = sale.Commit();
        await scenario.BuildAsync(commit);
        var copies = new List<ByteString>();
        foreach (var party in new[] { sale.Buyer, sale.Seller })
        {
            var (answer, _) = await scenario.AskAsync(party, new Ask { Transaction = new AskTransaction { TransactionId = ByteString.CopyFrom(sale.TransactionId) } }, sale.Buyer.Home);
            copies.AddRange((answer?.Transaction?.Records ?? []).Concat((await scenario.MailAsync(party)).Select(delivery => delivery.Receipt)).Where(receipt => Records.Verified(scenario, receipt).Envelope?.Content == commit.Content).Select(receipt => receipt.Record));
        }
        Equal("copies of the commit's record", (4, 1), (copies.Count, copies.Distinct().Count()));
    }

    [Check("JRN-10.stamps", "Stamps do not fall within a partition, and go with the time: each is within a minute of the suite's clock.", Also = ["JRN-12"])]
    public static async Task Stamps(BrokerScenario scenario)
    {
        var owner = await scenario.PrincipalAsync("owner");
        await scenario.FundAsync(owner, Xts.Of(1));
        long last = 0;
        var buyer = await scenario.AgentAsync("buyer", owner);
        for (var each = 0; each < 20; each++)
        {
            await scenario.MandateAsync(buyer);
            var stamp = scenario.History.Events[^1].Decision.StampMs;
            True("a stamp after another", stamp >= last, $"not below {last}", stamp);
            True("a stamp beside the suite's clock", Math.Abs(stamp - scenario.NowMs) < 60_000, $"about {scenario.NowMs}", stamp);
            last = stamp;
        }
    }

    [Check("ERR-07.refusal-sticks", "A decided refusal sticks: the same bytes get it also when its cause is gone, and another envelope is accepted.", Also = ["ENV-20", "ERR-09"])]
    public static async Task RefusalSticks(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync(Xts.Of(1))).UntilAsync(Quoted);
        var locking = sale.Lock();
        var first = await scenario.RefusedAsync("funds_insufficient", "a lock without funds", locking);
        await scenario.FundAsync(sale.Principal, Xts.Of(100));
        var second = await scenario.RefusedAsync("funds_insufficient", "the same bytes with funds", locking);
        Equal("the refusal", first.Status, second.Status);
        await scenario.AcceptedAsync("another envelope", sale.Lock());
    }

    [Check("ENV-20.copies-are-one-record", "Fifty copies of a lock at once, over as many calls, are one record and have one effect and one answer.", Also = ["NET-13", "TXN-13"])]
    public static async Task FiftyCopies(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Quoted, intent => intent.MaxLocks = 16);
        var locking = sale.Lock();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => scenario.SendAsync(locking)));
        var decisions = outcomes.Select(outcome => outcome is Outcome.Taken taken ? taken.Decision : throw Failed("one of fifty copies", "accepted", outcome)).Distinct().ToList();
        Equal("different answers", 1, decisions.Count);
        Equal("records of it", 1, (await scenario.RecordsAsync(sale)).Count(record => record.Envelope?.Content == locking.Content));
        await scenario.HasAsync(sale.Principal, Xts.Of(900), held: Xts.Of(100));
    }
}
