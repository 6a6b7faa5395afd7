using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.Conformance.Brokers.Expectations;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Questions
{
    [Check("NET-12.questions-are-envelopes", "A question is looked at as any envelope: its size, form, version, broker, extensions, times and signature are refused with their codes, by gRPC and by JSON.", Also = ["ERR-02", "ENV-14"])]
    public static async Task QuestionsAreEnvelopes(BrokerScenario scenario)
    {
        var sender = await scenario.AnybodyAsync();
        Envelope Of(Action<Content>? change = null)
        {
            var content = scenario.Draft(sender, new Ask { Account = new AskAccount { Account = sender.Id } });
            change?.Invoke(content);
            return BrokerScenario.Seal(sender, content);
        }
        var five = Of();
        five.Signatures.Add(Enumerable.Repeat(five.Signatures[0], 4));
        foreach (var (code, question) in new[]
        {
            ("too_large", five), ("malformed", BrokerScenario.Seal(sender, ByteString.CopyFrom([.. Of().Content, 0]))), ("version_unsupported", Of(content => content.Header.VersionMajor = 2)), ("malformed", Of(content => content.Header.MessageId = ByteString.Empty)),
            ("malformed", Of(content => content.Header.TransactionId = ByteString.CopyFrom(scenario.Random.Bytes(16)))), ("malformed", Of(content => content.Ask = new Ask())), ("broker_wrong", Of(content => content.Header.Broker = "act://elsewhere.example/broker")),
            ("extension_unsupported", Of(content =>
            {
                content.Header.Extensions.Add(new V1.Extension { Name = "tests.unknown" });
                content.Header.Critical.Add("tests.unknown");
            })),
            ("envelope_expired", Of(content => (content.Header.SentAtMs, content.Header.ExpiresAtMs) = (1_000, 2_000))), ("clock_skew", Of(content => (content.Header.SentAtMs, content.Header.ExpiresAtMs) = (scenario.NowMs + 3_600_000, scenario.NowMs + 3_700_000))),
            ("signature_invalid", Of().Signed(sender.Key, over: [1])), ("signature_invalid", BrokerScenario.Seal(scenario.NewParty("stranger"), Content.Parser.ParseFrom(Of().Content))), ("body_unsupported", Of(content => content.Ask = null)),
        })
        {
            AsRefused(code, "a question by gRPC", await scenario.AskUnaryAsync(question));
            AsRefused(code, "a question by JSON", await scenario.AskJsonAsync(question));
        }
        True("a question that is right", await scenario.AskUnaryAsync(Of()) is Outcome.Answered, "answered", "refused");
    }

    [Check("NET-12.asked-again", "A question may be asked again in the same bytes, and is answered by what is so then: it has no answer that sticks.", Exact = true)]
    public static async Task AskedAgain(BrokerScenario scenario)
    {
        var owner = await scenario.PrincipalAsync("owner");
        var question = BrokerScenario.Seal(owner, scenario.Draft(owner, new Ask { Account = new AskAccount { Account = owner.Id } }));
        async Task<Int128> AskedAsync() => await scenario.AskUnaryAsync(question) is Outcome.Answered { Answer: AskResponse { Account: { } account } }
            ? account.Balances.Aggregate(Int128.Zero, (sum, balance) => sum + Xts.NanosOf(balance.Available)) : throw Failed("the question", "answered", "refused");
        Equal("available at first", Int128.Zero, await AskedAsync());
        await scenario.FundAsync(owner, Xts.Of(3));
        Equal("available then, to the same question", Xts.NanosOf(Xts.Of(3)), await AskedAsync());
        True("the same question by JSON", await scenario.AskJsonAsync(question) is Outcome.Answered { Answer: AskResponse { Account.Balances: [var balance] } } && Xts.NanosOf(balance.Available) == Xts.NanosOf(Xts.Of(3)), "3 XTS", "something else");
    }

    [Check("ERR-08.who-is-recorded", "A wrong mandate is recorded when the account's principal sent it, and not when a stranger did; no refusal of the directory is.", Also = ["ERR-07", "JRN-09"])]
    public static async Task WhoIsRecorded(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        var (owner, stranger) = (sale.Buyer.Owner, await scenario.PrincipalAsync("stranger"));
        Envelope Lodge(Party by, string currency)
        {
            var content = scenario.Draft(by, new Mandate
            {
                Agent = sale.Buyer.Id,
                AgentKey = ByteString.CopyFrom(sale.Buyer.Key.Thumbprint),
                Account = owner.Id,
                Limits = { new CurrencyLimit { Currency = currency } },
                ValidUntilMs = scenario.NowMs + 86_400_000,
            });
            content.Header.Home = owner.Home;
            return scenario.SealUnkindly(by, content);
        }
        async Task<bool> KnownAsync(Party by, Envelope envelope)
        {
            var header = Content.Parser.ParseFrom(envelope.Content).Header;
            var (answer, refused) = await scenario.AskAsync(by, new Ask { Outcome = new AskOutcome { MessageId = header.MessageId } }, header.Home);
            return answer?.Outcome?.Known ?? throw Failed("the outcome", "an answer", refused);
        }
        var (own, others, taken) = (Lodge(owner, "ABC"), Lodge(stranger, Xts.Code), scenario.Seal(owner, BrokerScenario.Registration(owner)));
        True("the principal's", AsRefused("currency_unknown", "a currency that is none", await scenario.SendAsync(own)).IsDecided, "decided", "not decided");
        True("its outcome", await KnownAsync(owner, own), "known", "not known");
        True("a stranger's", await scenario.SendAsync(others) is Outcome.Refused { IsDecided: false }, "refused, and not decided", "something else");
        Equal("whether its outcome is known", false, await KnownAsync(stranger, others));
        AsRefused("name_taken", "a registration of what is entered", await scenario.SendAsync(taken));
        Equal("whether its outcome is known", false, await KnownAsync(owner, taken));
        await scenario.AcceptedAsync("a right mandate", Lodge(owner, Xts.Code));
    }
}
