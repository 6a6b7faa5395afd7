using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.Conformance.Brokers.Expectations;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Errors
{
    // Of amounts that stand nowhere else.
    static readonly string[] Secrets = ["61.61", "6161616", "73.73", "7373737"];

    [Check("ERR-02.adjacent-faults", "Of two faults that stand next to each other in the order, the earlier is told, within a transaction and outside, by a call and on a stream.", Values = ["within", "outside"])]
    public static async Task AdjacentFaults(BrokerScenario scenario, string value)
    {
        var mixer = await FaultMixer.NewAsync(scenario, within: value is "within");
        foreach (var (first, second) in mixer.Adjacent()) await mixer.ToldFirstAsync(first, second);
        await mixer.ControlAsync();
    }

    [Check("ERR-02.random-faults", "Of two to four faults that the seed picks, the earliest is told: 200 picks.", Values = ["within", "outside"])]
    public static async Task RandomFaults(BrokerScenario scenario, string value)
    {
        var mixer = await FaultMixer.NewAsync(scenario, within: value is "within");
        for (var pick = 0; pick < 200; pick++) await mixer.ToldFirstAsync(mixer.Pick(2 + scenario.Random.Number(3)));
        await mixer.ControlAsync();
    }

    [Check("ERR-03.real-or-not", "A stranger hears the very same of a transaction, an account, a mandate or a letter that there is and of one that there is not.", Also = ["TXN-04", "JRN-08"])]
    public static async Task RealOrNot(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Locked);
        var stranger = await scenario.AgentAsync("stranger", await scenario.PrincipalAsync("stranger"));
        var nobody = scenario.NewParty("nobody");
        ByteString Random(int bytes) => ByteString.CopyFrom(scenario.Random.Bytes(bytes));
        foreach (var (what, body) in new (string, IMessage)[]
        {
            ("a quote", sale.NewQuote(Xts.Of(5))), ("a cancel", new Cancel()), ("a commit", new Commit { Quote = ByteString.CopyFrom(sale.QuoteDigest) }), ("a confirm", new Confirm()), ("a decline", new Decline()),
            ("an approval", new Approve { Quote = ByteString.CopyFrom(sale.QuoteDigest), Rendering = Random(32) }), ("a dispute", new Dispute()), ("a refund", new Refund { Amount = Xts.Of(1) }),
        })
        {
            Envelope To(ByteString transaction)
            {
                var content = scenario.Draft(stranger, body);
                (content.Header.TransactionId, content.Header.Home) = (transaction, sale.Buyer.Home);
                content.Header.Recipients.Add(sale.Buyer.Id);
                return BrokerScenario.Seal(stranger, content);
            }
            foreach (var way in Enum.GetValues<Way>())
            {
                var real = AsRefused("transaction_unknown", what, await scenario.SendAsync(way, To(ByteString.CopyFrom(sale.TransactionId)), stranger));
                Equal($"{what} by {way}, to one that is not", real.Status, AsRefused("transaction_unknown", what, await scenario.SendAsync(way, To(Random(16)), stranger)).Status);
            }
        }
        var (account, other) = (sale.Buyer.Owner, scenario.NewParty("nobody"));
        foreach (var (what, real, random) in new (string, Ask, Ask)[]
        {
            ("the transaction", new Ask { Transaction = new AskTransaction { TransactionId = ByteString.CopyFrom(sale.TransactionId) } }, new Ask { Transaction = new AskTransaction { TransactionId = Random(16) } }),
            ("the mandate", new Ask { Mandate = new AskMandate { Mandate = ByteString.CopyFrom(sale.Mandate) } }, new Ask { Mandate = new AskMandate { Mandate = Random(32) } }),
            ("the account", new Ask { Account = new AskAccount { Account = account.Id } }, new Ask { Account = new AskAccount { Account = other.Id } }),
        })
        {
            async Task<Outcome> HeardAsync(Ask ask, uint home)
            {
                var (answer, refused) = await scenario.AskAsync(stranger, ask, home);
                return refused ?? (Outcome)new Outcome.Answered(answer!);
            }
            var first = await HeardAsync(real, account.Home);
            True($"a stranger's question about {what}", first is Outcome.Refused, "refused", first);
            Equal($"a question about {what} that is not", ((Outcome.Refused)first).Status, (await HeardAsync(random, what is "the account" ? other.Home : account.Home) as Outcome.Refused)?.Status);
        }
        await scenario.AcceptedAsync("the seller's own step", sale.Confirm());
    }

    [Check("ERR-03.entries", "Who is not entered and who is hear the same of a wrong signature, whatever it asks for.")]
    public static async Task Entries(BrokerScenario scenario)
    {
        var (real, nobody) = (await scenario.PrincipalAsync("owner"), scenario.NewParty("nobody"));
        var thief = scenario.NewParty("thief");
        foreach (var (what, content) in WellFormed.All(scenario, real).Where(one => one.What is not "Register"))
        {
            var forged = BrokerScenario.Seal(real with { Key = thief.Key }, content);
            var first = AsRefused("signature_invalid", what, await scenario.SendUnaryAsync(forged));
            content.Header.Sender = nobody.Id;
            Equal($"{what} in the name of nobody", first.Status, AsRefused("signature_invalid", what, await scenario.SendUnaryAsync(BrokerScenario.Seal(thief, content))).Status);
        }
        await scenario.AcceptedAsync("its own step", scenario.SealListing(real));
    }

    [Check("ERR-04.form-of-a-refusal", "A refusal has the row's status and meaning, an ErrorInfo first, with exactly the metadata that there are, and RetryInfo only after it.", Also = ["ERR-01"])]
    public static async Task FormOfARefusal(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync(Xts.Of(1))).UntilAsync(TransactionState.Quoted);
        var sender = sale.Seller;
        Envelope With(Action<Header> change) => scenario.SealListing(sender, (Content content) => change(content.Header));
        foreach (var (code, envelope) in new[]
        {
            ("malformed", With(header => header.Home = 9_999)), ("version_unsupported", With(header => header.VersionMajor = 9)), ("broker_wrong", With(header => header.Broker = sender.Id)), ("signature_invalid", scenario.SealListing(sender).Signed(sender.Key, over: [1])),
            ("clock_skew", With(header => (header.SentAtMs, header.ExpiresAtMs) = (scenario.NowMs + 600_000, scenario.NowMs + 700_000))), ("step_out_of_order", sale.Confirm()), ("step_not_yours", sale.Step(sender, new Cancel())), ("funds_insufficient", sale.Lock()),
            ("name_taken", scenario.Seal(sale.Buyer.Owner, BrokerScenario.Registration(sale.Buyer.Owner))), ("agent_unknown", scenario.Seal(sender, new UpdateListing { Id = sale.Buyer.Id })),
        })
        {
            var refused = AsRefused(code, code, await scenario.SendAsync(envelope));
            Equal($"the message of {code}", ErrorRow.Of(code).Meaning, refused.Status.Message);
            True($"the details of {code}", refused.Status.Details.Skip(1).All(detail => detail.Is(Google.Rpc.RetryInfo.Descriptor)), "RetryInfo alone after ErrorInfo", refused.Status.Details.Count);
            True($"the metadata of {code}", refused.Info!.Metadata.Keys.All(key => key is "mender" or "retry" or "decided" or "detail"), "mender, retry, decided, detail", string.Join(' ', refused.Info.Metadata.Keys));
            Equal($"whether {code} says how long to wait", code is "clock_skew", refused.Retry is not null);
        }
    }

    [Check("ERR-05.no-secrets", "What the seller can read of the buyer's refused steps tells neither balance nor limit.")]
    public static async Task NoSecrets(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync(Xts.Of(61, 616_161_616), mandate => mandate.Limits[0].PerTransaction = Xts.Of(73, 737_373_737));
        await sale.UntilAsync(TransactionState.Quoted);
        await scenario.RefusedAsync("mandate_exceeded", "a lock beyond the mandate", sale.Lock());
        await scenario.AcceptedAsync("a quote within it", sale.Quote(quote => (quote.Lines[0].UnitPrice, quote.Lines[0].Amount, quote.Total) = (Xts.Of(70), Xts.Of(70), Xts.Of(70))));
        await scenario.RefusedAsync("funds_insufficient", "a lock beyond the funds", sale.Lock());
        await scenario.AcceptedAsync("a quote within both", sale.Quote(quote => (quote.Lines[0].UnitPrice, quote.Lines[0].Amount, quote.Total) = (Xts.Of(50), Xts.Of(50), Xts.Of(50))));
        var refusals = (await scenario.RecordsAsync(sale.Seller, sale.TransactionId, sale.Buyer.Home)).Where(record => record.Decision?.Refused is not null).ToList();
        Equal("refusals that the seller reads", 2, refusals.Count);
        foreach (var refusal in refusals)
        {
            var text = System.Text.Encoding.UTF8.GetString(refusal.Decision.Refused.ToByteArray());
            True("a refusal as the seller reads it", !Secrets.Any(secret => text.Contains(secret, StringComparison.Ordinal)), "neither balance nor limit", text);
        }
        await scenario.AcceptedAsync("a lock within both", sale.Lock());
    }

    [Check("ERR-07.decided-is-a-record", "What is decided says so and is a record with its proof and place, as its answer says; what is not is none.", Also = ["ERR-08", "JRN-08"])]
    public static async Task DecidedIsARecord(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        var stranger = await scenario.AgentAsync("stranger", await scenario.PrincipalAsync("firm"));
        await using var stream = await BrokerStream.OpenAsync(scenario, null, sale.Seller, stranger);
        var wrong = sale.Quote(quote => quote.Total = Xts.Of(1));
        var refused = AsRefused("totals_wrong", "a wrong quote", await stream.SendAsync(wrong));
        if (refused is not { IsDecided: true, Decision: { } decision }) throw Failed("a party's wrong quote", "decided, with its place", refused);
        var record = (await scenario.RecordsAsync(sale)).SingleOrDefault(record => record.Envelope?.Content == wrong.Content) ?? throw Failed("the records", "the refused quote", "none, or twice");
        Equal("its place and stamp", $"{decision.Partition}/{decision.Position} at {decision.StampMs}", $"{record.Partition}/{record.Position} at {record.StampMs}");
        Equal("its refusal", refused.Status, record.Decision.Refused);
        var before = (await scenario.RecordsAsync(sale)).Count;
        async Task NotRecordedAsync(string code, string what, Envelope envelope)
        {
            var outcome = AsRefused(code, what, await stream.SendAsync(envelope));
            True(what, outcome is { IsDecided: false, Decision: null }, "not decided", outcome);
        }
        var content = sale.Draft(sale.Seller, sale.NewQuote(Xts.Of(1)));
        content.Header.Sender = stranger.Id;
        await NotRecordedAsync("transaction_unknown", "a stranger's quote", BrokerScenario.Seal(stranger, content));
        await NotRecordedAsync("signature_invalid", "a badly signed quote", sale.Quote().Signed(sale.Seller.Key, over: [1]));
        await NotRecordedAsync("message_id_reused", "a quote under a used id", sale.Quote(header: header => header.MessageId = Content.Parser.ParseFrom(wrong.Content).Header.MessageId));
        await NotRecordedAsync("agent_unknown", "a listing of another", scenario.Seal(sale.Seller, new UpdateListing { Id = stranger.Id }));
        await NotRecordedAsync("role_missing", "a funding by another", FundedByAnother(scenario, sale));
        Equal("records after them", before, (await scenario.RecordsAsync(sale)).Count);
        await scenario.AcceptedAsync("a right quote", sale.Quote());
    }

    static Envelope FundedByAnother(BrokerScenario scenario, Sale sale)
    {
        var content = scenario.Draft(sale.Seller, scenario.NewFund(sale.Buyer.Owner));
        content.Header.Home = sale.Buyer.Home;
        return BrokerScenario.Seal(sale.Seller, content);
    }
}
