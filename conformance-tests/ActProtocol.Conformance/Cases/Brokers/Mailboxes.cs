using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.Conformance.Brokers.Expectations;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Mailboxes
{
    static readonly Dictionary<string, (TransactionState Before, Func<Sale, Envelope> Step, string To)> Steps = new()
    {
        ["quote"] = (Open, sale => sale.Quote(), "buyer"),
        ["counter"] = (Quoted, sale => sale.Counter(), "seller"),
        ["decline"] = (Quoted, sale => sale.Decline(), "buyer"),
        ["cancel"] = (Quoted, sale => sale.Cancel(), "seller"),
        ["lock"] = (Quoted, sale => sale.Lock(), "seller"),
        ["deny"] = (AwaitingApproval, sale => sale.Deny(), "buyer, seller"),
        ["confirm"] = (Locked, sale => sale.Confirm(), "buyer"),
        ["commit"] = (Confirmed, sale => sale.Commit(), "buyer, seller"),
        ["fulfil"] = (Committed, sale => sale.Fulfil(), "buyer"),
        ["accept"] = (Fulfilled, sale => sale.Accept(), "buyer, seller"),
        ["dispute"] = (Fulfilled, sale => sale.Dispute(), "seller, arbiter"),
        ["resolve"] = (Disputed, sale => sale.Resolve(Xts.Of(60), Xts.Of(40)), "buyer, seller"),
        ["refund-before-settlement"] = (Disputed, sale => sale.Refund(Xts.Of(100)), "buyer, seller"),
        ["refund-after-settlement"] = (Settled, sale => sale.Refund(Xts.Of(1)), "buyer"),
    };

    [Check("TXN-17.delivered-to", "An accepted step is in the mailboxes of exactly those whom the page names, once each, with its own answer.", Also = ["MBX-01"], Values =
    [
        "quote", "counter", "decline", "cancel", "lock", "deny", "confirm", "commit", "fulfil", "accept", "dispute", "resolve", "refund-before-settlement", "refund-after-settlement",
    ])]
    public static async Task DeliveredTo(BrokerScenario scenario, string value)
    {
        var (before, step, to) = Steps[value];
        var sale = await scenario.SaleInAsync(before);
        var envelope = step(sale);
        await scenario.AcceptedAsync(value, envelope);
        var copies = new List<string>();
        foreach (var (name, party) in PartiesOf(sale)) copies.AddRange(Enumerable.Repeat(name, await scenario.MailOfAsync(party, envelope)));
        Equal($"who has the {value} in the mailbox", to, string.Join(", ", copies));
    }

    [Check("TXN-17.refusals-to-nobody", "A step that is refused is in nobody's mailbox, whoever takes it.", Values = ["buyer", "seller", "principal", "arbiter"])]
    public static async Task RefusalsToNobody(BrokerScenario scenario, string value)
    {
        var sale = await scenario.SaleInAsync(Disputed);
        var by = sale.PartyIn(Enum.Parse<Role>(value, ignoreCase: true));
        var envelope = sale.Step(by, new Confirm());
        AsRefused(value == "seller" ? "step_out_of_order" : "step_not_yours", $"a confirm by the {value}", await scenario.SendAsync(envelope));
        foreach (var (name, party) in PartiesOf(sale)) Equal($"copies for the {name}", 0, await scenario.MailOfAsync(party, envelope));
        var control = sale.Accept();
        await scenario.AcceptedAsync("control: a step that is delivered", control);
        Equal("copies of it for the seller", 1, await scenario.MailOfAsync(sale.Seller, control));
    }

    [Check("MBX-02.acknowledged-once", "What an agent acknowledged is not delivered again, on this connection or the next; the rest is.")]
    public static async Task AcknowledgedOnce(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        var (first, second) = (sale.Intent(), scenario.Another(sale).Intent());
        foreach (var intent in new[] { first, second }) await scenario.BuildAsync(intent);
        await using (var stream = await BrokerStream.OpenAsync(scenario, null, sale.Seller))
        {
            var delivery = await stream.DeliveredAsync(sale.Seller, first);
            Equal("its attempt", 1u, delivery.Attempt);
            await stream.AcknowledgeAsync(delivery);
            await UntilAsync(scenario, "copies of what was acknowledged", 0, () => scenario.MailOfAsync(sale.Seller, first));
        }
        await using var next = await BrokerStream.OpenAsync(scenario, null, sale.Seller);
        await next.DeliveredAsync(sale.Seller, second);
        True("deliveries on the next connection", next.Deliveries.All(delivery => Receipts.RecordOf(delivery.Receipt)?.Envelope?.Content != first.Content), "not what was acknowledged", "it");
    }

    [Check("MBX-02.cursor-good-for-its-agent-alone", "A cursor is good for its agent alone, over connections: given back by another agent, or altered, it has no effect.", Values = ["by-another-agent", "altered", "on-another-connection"])]
    public static async Task CursorGoodForItsAgentAlone(BrokerScenario scenario, string value)
    {
        var sale = await scenario.SaleAsync();
        var intent = sale.Intent();
        await scenario.BuildAsync(intent);
        var looked = (await scenario.MailAsync(sale.Seller)).FirstOrDefault(each => Receipts.RecordOf(each.Receipt)?.Envelope?.Content == intent.Content) ?? throw Failed("AskMail", "the intent", "nothing");
        await using var stream = await BrokerStream.OpenAsync(scenario, null, sale.Seller, sale.Buyer);
        var given = value switch
        {
            "by-another-agent" => new Delivery(looked) { Agent = sale.Buyer.Id },
            "altered" => new Delivery(looked) { Cursor = ByteString.CopyFrom([.. looked.Cursor.Span[..^1], (byte)(looked.Cursor[^1] ^ 0x55)]) },
            _ => looked,
        };
        await stream.AcknowledgeAsync(given);
        // What comes after it in the same stream is answered after it was worked through (NET-07).
        await stream.SendAsync(scenario.Another(sale).Intent());
        if (value == "on-another-connection") await UntilAsync(scenario, "copies of what was acknowledged", 0, () => scenario.MailOfAsync(sale.Seller, intent));
        else Equal("copies after it", 1, await scenario.MailOfAsync(sale.Seller, intent));
    }

    [Check("MBX-03.again-on-another-connection", "What was delivered and not acknowledged is delivered again on another connection: the same record.", Also = ["JRN-19"])]
    public static async Task AgainOnAnotherConnection(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        var intent = sale.Intent();
        await scenario.BuildAsync(intent);
        var records = new List<ByteString>();
        for (var each = 0; each < 2; each++)
        {
            await using var stream = await BrokerStream.OpenAsync(scenario, null, sale.Seller);
            var delivery = await stream.DeliveredAsync(sale.Seller, intent);
            Records.Verified(scenario, delivery.Receipt);
            records.Add(delivery.Receipt.Record);
        }
        Equal("the record, both times", records[0], records[1]);
    }

    [Check("MBX-04.order-within-a-transaction", "First deliveries of a transaction's records come in the order of the records, on every connection.")]
    public static async Task OrderWithinATransaction(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Open);
        for (var each = 0; each < 8; each++) await scenario.BuildAsync(sale.Quote());
        await sale.UntilAsync(Settled);
        var last = (await scenario.RecordsAsync(sale))[^1].Position;
        for (var each = 0; each < 2; each++)
        {
            await using var stream = await BrokerStream.OpenAsync(scenario, null, sale.Buyer);
            await stream.DeliveredAsync("the last record", delivery => Receipts.RecordOf(delivery.Receipt)?.Position == last);
            var positions = stream.Deliveries.Where(delivery => delivery.Attempt == 1).Select(delivery => Receipts.RecordOf(delivery.Receipt)).Where(record => record is not null && IsOf(record, sale)).Select(record => record!.Position).ToList();
            Equal("the positions in the order of delivery", string.Join(", ", positions.Order()), string.Join(", ", positions));
        }
        static bool IsOf(Record record, Sale sale) => record.Step is { } step ? step.TransactionId.Span.SequenceEqual(sale.TransactionId) : Content.Parser.ParseFrom(record.Envelope.Content).Header.TransactionId.Span.SequenceEqual(sale.TransactionId);
    }

    [Check("MBX-05.share-of-one-sender", "A mailbox takes 250 waiting records of one sender: its next intent and counter are mailbox_full, while other senders' intents, and its own cancels and locks, are taken; what is acknowledged makes room.", Also = ["INT-05"], Exact = true)]
    public static async Task ShareOfOneSender(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Quoted);
        var locked = await scenario.Another(sale).UntilAsync(Quoted);
        await SendManyAsync(scenario, Enumerable.Range(0, 248).Select(_ => sale.Intent()));
        Equal("records of the buyer that wait", 250, (await scenario.MailAsync(sale.Seller)).Count);
        await scenario.RefusedAsync("mailbox_full", "an intent more", sale.Intent());
        await scenario.RefusedAsync("mailbox_full", "a counter more", sale.Counter());
        await scenario.AcceptedAsync("a lock all the same", locked.Lock());
        await scenario.AcceptedAsync("a cancel all the same", locked.Cancel());
        var stranger = await scenario.SaleAsync();
        await scenario.AcceptedAsync("another buyer's intent to that seller", scenario.Track(new Sale(scenario, stranger.Buyer, sale.Seller, stranger.Mandate)).Intent());
        await using var stream = await BrokerStream.OpenAsync(scenario, null, sale.Seller);
        foreach (var delivery in await scenario.MailAsync(sale.Seller)) await stream.AcknowledgeAsync(delivery);
        await UntilAsync(scenario, "records that wait after all were acknowledged", 0, async () => (await scenario.MailAsync(sale.Seller)).Count);
        await scenario.AcceptedAsync("a counter once there is room", sale.Counter());
        await scenario.AcceptedAsync("an intent once there is room", scenario.Another(sale).Intent());
    }

    [Check("MBX-06.who-reads-nothing-opens-nothing", "An intent whose sender's own mailbox is full is mailbox_full, and so is a quote to it; what was locked goes on, and can be cancelled.", Also = ["MBX-05", "INT-05"], Exact = true)]
    public static async Task WhoReadsNothingOpensNothing(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(Locked);
        var sellers = new List<Party>();
        for (var each = 0; each < 5; each++) sellers.Add(await scenario.SellerAsync());
        // 27 intents to 5 sellers with 8 quotes each are 1,080; the share of one sender, 216, stays below its bound.
        var quotes = new List<Envelope>();
        for (var each = 0; each < 27; each++)
        {
            var sales = sellers.Select(seller => new Sale(scenario, sale.Buyer, seller, sale.Mandate)).ToList();
            var intent = sales[0].Intent(header: header => header.Recipients.Add(sellers.Skip(1).Select(seller => seller.Id)));
            var taken = await scenario.BuildAsync(intent);
            foreach (var one in sales) one.Note(intent, taken);
            quotes.AddRange(sales.SelectMany(one => Enumerable.Range(0, 8).Select(_ => one.Quote())));
        }
        await SendManyAsync(scenario, quotes, enough: "mailbox_full");
        await scenario.RefusedAsync("mailbox_full", "an intent of who reads nothing", scenario.Another(sale, sellers[0]).Intent());
        await scenario.AcceptedAsync("the confirmation of what was locked", sale.Confirm());
        await scenario.AcceptedAsync("its cancel", sale.Cancel());
    }

    [Check("MBX-07.what-waits-comes", "More mail than may be under way at a time waits in the mailbox, and all of it comes as what came is acknowledged.", Also = ["MBX-02", "MBX-05"], Exact = true)]
    public static async Task WhatWaitsComes(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        var other = await scenario.SaleAsync();
        foreach (var buyer in new[] { sale, other }) await SendManyAsync(scenario, Enumerable.Range(0, 160).Select(_ => new Sale(scenario, buyer.Buyer, sale.Seller, buyer.Mandate).Intent()));
        await using var stream = await BrokerStream.OpenAsync(scenario, null, sale.Seller);
        var seen = new HashSet<ByteString>();
        while (seen.Count < 320)
        {
            await stream.DeliveredAsync($"record {seen.Count + 1} of 320", delivery => !seen.Contains(delivery.Receipt.Record));
            foreach (var delivery in stream.Deliveries.Where(delivery => seen.Add(delivery.Receipt.Record)).ToList()) await stream.AcknowledgeAsync(delivery);
        }
        await UntilAsync(scenario, "records that wait after all were acknowledged", 0, async () => (await scenario.MailAsync(sale.Seller)).Count);
    }

    [Check("MBX-09.looking-changes-nothing", "Who looks at the mailbox sees a page of it, the oldest first, and changes nothing: the same again, and all of it is delivered.")]
    public static async Task LookingChangesNothing(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        var intents = new[] { sale.Intent(), scenario.Another(sale).Intent(), scenario.Another(sale).Intent() };
        foreach (var intent in intents) await scenario.BuildAsync(intent);
        for (var each = 0; each < 2; each++)
        {
            var (answer, _) = await scenario.AskAsync(sale.Seller, new Ask { Mail = new AskMail { PageSize = 2 } });
            Equal("the first page", "0, 1", string.Join(", ", (answer?.Mail?.Deliveries ?? []).Select(delivery => Array.FindIndex(intents, intent => intent.Content == Receipts.RecordOf(delivery.Receipt)?.Envelope?.Content))));
        }
        var (_, refused) = await scenario.AskAsync(sale.Seller, new Ask { Mail = new AskMail { PageSize = 257 } });
        AsRefused("malformed", "a page of 257", (Outcome?)refused ?? new Outcome.Broken("an answer"));
        await using var stream = await BrokerStream.OpenAsync(scenario, null, sale.Seller);
        foreach (var intent in intents) Equal("its attempt", 1u, (await stream.DeliveredAsync(sale.Seller, intent)).Attempt);
    }

    [Check("MBX-10.no-dead-letter", "Replaying what is no dead letter is mail_unknown, in a partition that is none malformed, and changes nothing.", Values = ["waiting", "nowhere"])]
    public static async Task NoDeadLetter(BrokerScenario scenario, string value)
    {
        var sale = await scenario.SaleAsync();
        var intent = sale.Intent();
        var taken = await scenario.BuildAsync(intent);
        var (partition, position) = value == "waiting" ? (taken.Decision.Partition, taken.Decision.Position) : (uint.MaxValue, 1ul);
        AsRefused(value == "waiting" ? "mail_unknown" : "malformed", value, await scenario.SendAsync(scenario.Seal(sale.Seller, new ReplayMail { Partition = partition, Position = position })));
        Equal("copies of what waits", 1, await scenario.MailOfAsync(sale.Seller, intent));
        Equal("dead letters", 0, (await scenario.MailAsync(sale.Seller, deadLetters: true)).Count);
    }

    static (string Name, Party Party)[] PartiesOf(Sale sale) => [("buyer", sale.Buyer), ("seller", sale.Seller), ("principal", sale.Principal), ("sellers-principal", sale.Seller.Owner), .. sale.Arbiter is { } arbiter ? new[] { ("arbiter", arbiter) } : []];

    // Sixteen at a time: as many as the case needs, not a load.
    static async Task SendManyAsync(BrokerScenario scenario, IEnumerable<Envelope> envelopes, string? enough = null)
    {
        foreach (var some in envelopes.Chunk(16))
        {
            foreach (var outcome in await Task.WhenAll(some.Select(scenario.SendAsync)))
            {
                if (outcome is Outcome.Refused { Code: var code } && code == enough) return;
                if (outcome is not Outcome.Taken) throw Failed("one of many", "accepted", outcome);
            }
        }
        if (enough is not null) throw Failed("one of many", $"{enough} at last", "accepted");
    }

    /// <summary>An acknowledgement has no answer: the question is asked until it is as expected, for as long as a delivery may take.</summary>
    static async Task UntilAsync(BrokerScenario scenario, string what, int expected, Func<Task<int>> ask)
    {
        await scenario.UntilAsync(async () => await ask() == expected);
        Equal(what, expected, await ask());
    }
}
