using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.Conformance.Brokers.Expectations;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Repeats
{
    [Check("ENV-20.same-bytes-again", "The same bytes get the answer that they got first, are one record and one delivery, by whichever way they come again.", Also = ["NET-13"])]
    public static async Task SameBytesAgain(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        var intent = sale.Intent();
        var first = await scenario.AcceptedAsync("the intent", intent);
        foreach (var way in Enum.GetValues<Way>()) Same($"again by {way}", first, await scenario.SendAsync(way, intent, sale.Buyer));
        Equal("records of it", 1, (await scenario.RecordsAsync(sale)).Count);
        Equal("deliveries of it", 1, (await scenario.MailRecordsAsync(sale.Seller)).Count);
    }

    [Check("ENV-20.fifty-copies", "Fifty copies of a lock at once, over ten connections and every way in, are one lock and fifty equal answers.")]
    public static async Task FiftyCopies(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Quoted);
        await using var stream = await BrokerStream.OpenAsync(scenario, null, sale.Buyer);
        var connections = Enumerable.Range(0, 8).Select(_ => scenario.Target.OpenChannel()).ToList();
        try
        {
            var locked = sale.Lock();
            // On the stream ten in one frame, by JSON eight, the others in calls of four a connection.
            var onStream = stream.SendAllAsync([.. Enumerable.Repeat(locked, 10)]);
            var calls = connections.SelectMany(channel => Enumerable.Range(0, 4).Select(_ => scenario.SendUnaryAsync(locked, new BrokerService.BrokerServiceClient(channel)))).ToList();
            var json = Enumerable.Range(0, 8).Select(_ => scenario.SendAsync(Way.Json, locked)).ToList();
            var answers = (await Task.WhenAll(calls.Concat(json))).Concat(await onStream).ToList();
            if (answers[0] is not Outcome.Taken first) throw Failed("the lock", "accepted", answers[0]);
            foreach (var answer in answers) Same("each of the fifty", first, answer);
            Equal("answers", 50, answers.Count);
            Equal("answers on the stream", 10, await stream.AnswersAsync(10));
            Equal("records of locks", 1, (await scenario.RecordsAsync(sale)).Count(record => record.Envelope?.Content == locked.Content));
            Equal("held", Xts.NanosOf(Xts.Of(100)), await scenario.HeldAsync(sale.Buyer.Owner));
        }
        finally
        {
            connections.ForEach(channel => channel.Dispose());
        }
    }

    [Check("ENV-20.other-content", "Other content under a message id that the sender used is refused with message_id_reused, and the first effect stands.", Values = ["within-a-transaction", "outside", "directory", "refused-before"])]
    public static async Task OtherContent(BrokerScenario scenario, string value)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        var owner = sale.Buyer.Owner;
        var (first, other, fresh) = value switch
        {
            "within-a-transaction" => (sale.Quote(), sale.Quote(quote => quote.ValidUntilMs -= 1), sale.Quote(quote => quote.ValidUntilMs -= 2)),
            "refused-before" => (sale.Quote(quote => quote.Total = Xts.Of(99)), sale.Quote(quote => quote.ValidUntilMs -= 1), sale.Quote(quote => quote.ValidUntilMs -= 2)),
            "outside" => (scenario.Seal(owner, scenario.NewFund(owner)), scenario.Seal(owner, scenario.NewFund(owner, Xts.Of(2))), scenario.Seal(owner, scenario.NewFund(owner, Xts.Of(3)))),
            _ => (scenario.SealListing(owner), scenario.SealListing(owner, content => content.UpdateListing.Listing.Title = "Other"), scenario.SealListing(owner, content => content.UpdateListing.Listing.Title = "Third")),
        };
        var answer = await scenario.SendAsync(first);
        True("the first", value is "refused-before" ? answer is Outcome.Refused { Code: "totals_wrong", IsDecided: true } : answer is Outcome.Taken, "decided", answer);
        var sender = value is "within-a-transaction" or "refused-before" ? sale.Seller : owner;
        await scenario.RefusedAsync("message_id_reused", "other content", WithIdOf(first, other, sender));
        Same("the first bytes again", answer, await scenario.SendAsync(first));
        await scenario.AcceptedAsync("other content under another id", fresh);
    }

    [Check("ENV-20.same-id-elsewhere", "The same message id is another message in another transaction, outside of one, and from another sender.")]
    public static async Task SameIdElsewhere(BrokerScenario scenario)
    {
        var first = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        var second = await scenario.Track(new Sale(scenario, first.Buyer, first.Seller, first.Mandate)).UntilAsync(TransactionState.Open);
        var id = ByteString.CopyFrom(scenario.Random.Bytes(16));
        void Id(Header header) => header.MessageId = id;
        await scenario.AcceptedAsync("in one transaction", first.Quote(header: Id));
        await scenario.AcceptedAsync("in another", second.Quote(header: Id));
        await scenario.AcceptedAsync("by the other side", first.Lock(header: Id));
        await scenario.AcceptedAsync("outside, in the directory", scenario.SealListing(first.Seller, content => Id(content.Header)));
        await scenario.AcceptedAsync("outside, of another sender", scenario.SealListing(first.Buyer, content => Id(content.Header)));
    }

    [Check("ENV-20.refusal-sticks", "A decided refusal is the answer to its bytes for ever, also when its cause is gone; another message id is decided anew.", Also = ["ERR-07", "ERR-09"])]
    public static async Task RefusalSticks(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync(Xts.Of(99))).UntilAsync(TransactionState.Quoted);
        var locked = sale.Lock();
        var refused = await scenario.RefusedAsync("funds_insufficient", "a lock of more than there is", locked);
        await scenario.FundAsync(sale.Buyer.Owner, Xts.Of(1));
        Same("the same bytes once there is enough", refused, await scenario.SendAsync(locked));
        await scenario.AcceptedAsync("another lock", sale.Lock());
    }

    [Check("ENV-20.undecided-leaves-the-id", "What was refused and not decided leaves its message id free: badly signed, for another broker, with an unknown critical extension.", Also = ["ERR-07"])]
    public static async Task UndecidedLeavesTheId(BrokerScenario scenario)
    {
        var sender = await scenario.PrincipalAsync("owner");
        var good = scenario.SealListing(sender);
        var id = Content.Parser.ParseFrom(good.Content).Header.MessageId;
        Envelope Wrong(Action<Header> change) => scenario.SealListing(sender, (Content content) =>
        {
            content.Header.MessageId = id;
            change(content.Header);
        });
        AsRefused("signature_invalid", "badly signed", await scenario.SendAsync(good.Signed(sender.Key, over: [1])));
        AsRefused("broker_wrong", "for another broker", await scenario.SendAsync(Wrong(header => header.Broker = "act://elsewhere.example/broker")));
        AsRefused("extension_unsupported", "with a critical extension", await scenario.SendAsync(Wrong(header =>
        {
            header.Extensions.Add(new V1.Extension { Name = "tests.unknown" });
            header.Critical.Add("tests.unknown");
        })));
        AsRefused("envelope_expired", "long ago", await scenario.SendAsync(Wrong(header => (header.SentAtMs, header.ExpiresAtMs) = (1_000, 2_000))));
        await scenario.AcceptedAsync("the right one under the same id", good);
    }

    [Check("ENV-20.after-the-end", "A lock that comes again after its transaction has ended gets its first answer, and holds nothing.", Also = ["NET-13"])]
    public static async Task AfterTheEnd(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Quoted);
        var locked = sale.Lock();
        var first = await scenario.AcceptedAsync("the lock", locked);
        await scenario.AcceptedAsync("the cancel", sale.Step(sale.Buyer, new Cancel()));
        Same("the lock again", first, await scenario.SendAsync(locked));
        Equal("held", Int128.Zero, await scenario.HeldAsync(sale.Buyer.Owner));
        Equal("the state", TransactionState.Released, sale.State);
    }

    [Check("ENV-20.after-its-expiry", "Within a transaction the same bytes get their answer also once they have expired; outside they are refused with envelope_expired.", Exact = true)]
    public static async Task AfterItsExpiry(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        void Short(Header header) => header.ExpiresAtMs = header.SentAtMs + 1_500;
        var (quote, unknown) = (sale.Quote(header: Short), sale.Quote(header: Short));
        var listing = scenario.SealListing(sale.Seller, content => Short(content.Header));
        var first = await scenario.AcceptedAsync("a quote that lives for 1.5 s", quote);
        await scenario.AcceptedAsync("a listing that lives for 1.5 s", listing);
        // The expiry is by the broker's clock: the listing tells when it has come.
        Outcome outside;
        do
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), scenario.Time, scenario.CancellationToken);
            outside = await scenario.SendAsync(listing);
        }
        while (outside is Outcome.Taken && scenario.NowMs < Content.Parser.ParseFrom(listing.Content).Header.ExpiresAtMs + scenario.Target.Waits.AnswerMax.TotalMilliseconds);
        AsRefused("envelope_expired", "the listing, once it has expired", outside);
        Same("the quote, once it has expired", first, await scenario.SendAsync(quote));
        AsRefused("envelope_expired", "a quote that nobody saw before it expired", await scenario.SendAsync(unknown));
    }

    [Check("ENV-20.key-revoked-meanwhile", "What comes again after the key that signed it was revoked is refused with key_revoked, though it is known.", Also = ["DIR-09"])]
    public static async Task KeyRevokedMeanwhile(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        var quote = sale.Quote();
        await scenario.AcceptedAsync("the quote", quote);
        await scenario.AcceptedAsync("the revocation", scenario.Seal(sale.Seller.Owner, new RevokeKey { Id = sale.Seller.Id, Key = ByteString.CopyFrom(sale.Seller.Key.Thumbprint) }));
        AsRefused("key_revoked", "the quote again", await scenario.SendAsync(quote));
        Equal("the state", TransactionState.Quoted, sale.State);
        await scenario.AcceptedAsync("a lock on the quote, which stands", sale.Lock());
    }

    [Check("ENV-20.another-signature", "The same content with another good signature of the sender is the same message.", Also = ["ENV-02"])]
    public static async Task AnotherSignature(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        var second = scenario.NewParty("key").Key;
        await scenario.BuildAsync(scenario.Seal(sale.Seller, new RotateKey { Id = sale.Seller.Id, SigningKey = ByteString.CopyFrom(second.Public) }));
        var quote = sale.Quote();
        var first = await scenario.AcceptedAsync("the quote", quote);
        Same("its content signed by another key", first, await scenario.SendAsync(quote.With(second.SignContent(quote.Content))));
        Same("its content signed by both", first, await scenario.SendAsync(quote.With(quote.Signatures[0], second.SignContent(quote.Content))));
    }

    [Check("JRN-09.outcome", "What became of an envelope can be asked: the decision exactly as it was first answered, accepted or refused; an id that nobody used is not known.", Also = ["ENV-22"])]
    public static async Task OutcomeAsked(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        var (wrong, right) = (sale.Quote(quote => quote.Total = Xts.Of(1)), sale.Quote());
        foreach (var (what, envelope) in new[] { ("a refused quote", wrong), ("an accepted quote", right), ("a funding", scenario.Seal(sale.Buyer.Owner, scenario.NewFund(sale.Buyer.Owner))), ("a listing", scenario.SealListing(sale.Seller)) })
        {
            var header = Content.Parser.ParseFrom(envelope.Content).Header;
            var sender = scenario.Parties.Single(party => party.Id == header.Sender);
            var question = new Ask { Outcome = new AskOutcome { TransactionId = header.TransactionId, MessageId = header.MessageId } };
            True($"{what}, before it was sent", (await scenario.AskAsync(sender, question, header.Home)).Answer?.Outcome is { Known: false, Decision: null }, "not known", "known");
            var first = await scenario.SendAsync(envelope);
            True(what, first is Outcome.Taken or Outcome.Refused { IsDecided: true }, "decided", first);
            var (answer, refused) = await scenario.AskAsync(sender, question, header.Home);
            if (answer?.Outcome is not { Known: true, Decision: { } decision }) throw Failed($"the outcome of {what}", first.ToString(), refused?.ToString() ?? "not known");
            Same($"the outcome of {what}", first, Outcome.Of(decision));
            var stranger = await scenario.AnybodyAsync();
            True($"{what}, asked by another", (await scenario.AskAsync(stranger, question, header.Home)).Answer?.Outcome is null or { Known: false }, "not known", "known");
        }
    }

    static void Same(string what, Outcome first, Outcome again)
    {
        var same = (first, again) switch
        {
            (Outcome.Taken one, Outcome.Taken other) => one.Decision.Equals(other.Decision),
            (Outcome.Refused one, Outcome.Refused other) => one.Status.Equals(other.Status),
            _ => false,
        };
        True(what, same, $"the first answer: {first}", again);
    }

    static Envelope WithIdOf(Envelope first, Envelope other, Party sender)
    {
        var content = Content.Parser.ParseFrom(other.Content);
        content.Header.MessageId = Content.Parser.ParseFrom(first.Content).Header.MessageId;
        return BrokerScenario.Seal(sender, content);
    }
}
