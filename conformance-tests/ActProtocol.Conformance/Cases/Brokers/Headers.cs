using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Encodings;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.Conformance.Brokers.Expectations;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Headers
{
    const long Day = 86_400_000;

    [Check("ENV-10.no-id", "What is no id is malformed as sender, as broker and as recipient.")]
    public static async Task NoId(BrokerScenario scenario)
    {
        var sender = await scenario.AnybodyAsync();
        var (authority, name) = (scenario.Target.Discovery.Authority, sender.Name);
        (string What, string Id)[] all =
        [
            ("nothing", ""), ("upper case", $"act://{authority}/A{name}"), ("a slash at the end", $"act://{authority}/{name}/"), ("an empty name", $"act://{authority}/"), ("dots", $"act://{authority}/.."),
            ("a dot in the name", $"act://{authority}/a.b"), ("300 characters", $"act://{authority}/{new string('a', 300)}"), ("65 characters", $"act://{authority}/{new string('a', 65)}"),
            ("a letter that looks alike", $"act://{authority}/\u0430gent"), ("a hyphen first", $"act://{authority}/-a"), ("a hyphen last", $"act://{authority}/a-"), ("an underscore", $"act://{authority}/a_b"),
            ("a space", $"act://{authority}/a b"), ("a percent sign", $"act://{authority}/a%61"), ("a line break", $"act://{authority}/{name}\n"), ("another scheme", $"http://{authority}/{name}"),
            ("the scheme in upper case", $"ACT://{authority}/{name}"), ("no scheme", $"{authority}/{name}"), ("a port", $"act://{authority}:1/{name}"), ("an empty authority", $"act:///{name}"),
            ("an empty label", $"act://a..b/{name}"), ("a label of 65", $"act://{new string('a', 65)}/{name}"), ("an authority of 64", $"act://{new string('a', 32)}.{new string('b', 31)}/{name}"),
            ("a dot at the end of the authority", $"act://{authority}./{name}"), ("a query", $"act://{authority}/{name}?a"), ("a zero byte", $"act://{authority}/{name}\0"),
        ];
        await scenario.AllRefusedAsync("malformed", all.SelectMany(one => new (string, Envelope)[]
        {
            ($"sender: {one.What}", With(scenario, sender, header => header.Sender = one.Id)),
            ($"broker: {one.What}", With(scenario, sender, header => header.Broker = one.Id)),
            ($"recipient: {one.What}", With(scenario, sender, header => header.Recipients.Add(one.Id))),
        }), scenario.SealListing(sender));
    }

    [Check("ENV-10.recipients", "A recipient twice, or 17 of them, is malformed; where nobody is to be named, 16 are ignored.", Also = ["ENV-19"])]
    public static async Task Recipients(BrokerScenario scenario)
    {
        var sender = await scenario.AnybodyAsync();
        string[] names = [.. Enumerable.Range(0, 17).Select(n => $"act://{scenario.Target.Discovery.Authority}/nobody-{n}")];
        await scenario.AllRefusedAsync("malformed",
            [("one twice", With(scenario, sender, header => header.Recipients.Add([names[0], names[1], names[0]]))), ("17", With(scenario, sender, header => header.Recipients.Add(names)))],
            With(scenario, sender, header => header.Recipients.Add(names[..16])));
    }

    [Check("ENV-11.ids-and-digests", "Ids and digests of the header with another length, or of zeros, are malformed.")]
    public static async Task IdsAndDigests(BrokerScenario scenario)
    {
        var sender = await scenario.AnybodyAsync();
        static ByteString Ones(int count) => ByteString.CopyFrom(Enumerable.Repeat((byte)1, count).ToArray());
        int[] ofIds = [0, 1, 15, 17, 32], ofDigests = [1, 16, 31, 33, 64];
        var ids = ofIds.Select(length => ($"a message id of {length} bytes", With(scenario, sender, header => header.MessageId = Ones(length))))
            .Append(("a message id of zeros", With(scenario, sender, header => header.MessageId = ByteString.CopyFrom(new byte[16]))));
        var digests = ofDigests.SelectMany(length => new[]
        {
            ($"follows of {length} bytes", With(scenario, sender, header => header.Follows = Ones(length))), ($"a mandate of {length} bytes", With(scenario, sender, header => header.Mandate = Ones(length))),
        });
        await scenario.AllRefusedAsync("malformed", ids.Concat(digests), With(scenario, sender, header => (header.Follows, header.Mandate) = (Ones(32), Ones(32))));
    }

    [Check("ENV-11.transaction-id", "A step of a transaction without its id, or with one of another length or of zeros, is malformed; so is an intent or a step outside of transactions with one.")]
    public static async Task TransactionId(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        Envelope Quoted(byte[] id) => BrokerScenario.Seal(sale.Seller, sale.Draft(sale.Seller, sale.NewQuote(Xts.Of(100)), header => header.TransactionId = ByteString.CopyFrom(id)));
        int[] ofIds = [0, 1, 15, 17, 32];
        var lengths = ofIds.Select(length => ($"{length} bytes", Quoted(scenario.Random.Bytes(length)))).Append(("zeros", Quoted(new byte[16])));
        await scenario.AllRefusedAsync("malformed", lengths, sale.Quote());
        var another = scenario.Track(new Sale(scenario, sale.Buyer, sale.Seller, sale.Mandate));
        await scenario.RefusedAsync("malformed", "an intent with a transaction", another.Intent(header: header => header.TransactionId = ByteString.CopyFrom(sale.TransactionId)), another.Intent());
        await scenario.RefusedAsync("malformed", "a listing with a transaction", With(scenario, sale.Seller, header => header.TransactionId = ByteString.CopyFrom(sale.TransactionId)), scenario.SealListing(sale.Seller));
    }

    [Check("ENV-12.times", "Times that are no times, an end that is not above the beginning, and a life above 24 h are malformed; 24 h is not.")]
    public static async Task Times(BrokerScenario scenario)
    {
        var sender = await scenario.AnybodyAsync();
        var now = scenario.NowMs;
        Envelope Lives(long sent, long expires) => With(scenario, sender, header => (header.SentAtMs, header.ExpiresAtMs) = (sent, expires));
        await scenario.AllRefusedAsync("malformed",
        [
            ("sent at 0", Lives(0, Day)), ("sent before 1970", Lives(-1, now)), ("sent at the least number", Lives(long.MinValue, now)), ("expires when it was sent", Lives(now, now)), ("expires before it was sent", Lives(now, now - 1)),
            ("expires never", Lives(now, 0)), ("24 h and 1 ms", Lives(now - 1000, now - 1000 + Day + 1)), ("the longest life that 64 bits have", Lives(1, long.MaxValue)), ("from the least to the most", Lives(long.MinValue, long.MaxValue)),
        ], Lives(now - 1000, now - 1000 + Day));
    }

    [Check("ENV-12.expired", "An envelope that has expired by the broker's clock is refused with envelope_expired, outside a transaction and, unless it is known, within.")]
    public static async Task Expired(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        var now = scenario.NowMs;
        await scenario.RefusedAsync(
            "envelope_expired", "a listing of two hours ago", With(scenario, sale.Seller, header => (header.SentAtMs, header.ExpiresAtMs) = (now - 7_200_000, now - 3_600_000)), scenario.SealListing(sale.Seller));
        await scenario.RefusedAsync("envelope_expired", "a quote of two hours ago", sale.Quote(header: header => (header.SentAtMs, header.ExpiresAtMs) = (now - 7_200_000, now - 3_600_000)), sale.Quote());
    }

    [Check("ENV-12.clock-skew", "An envelope from an hour ahead is refused with clock_skew, which says how long to wait; one from half a minute ahead is not.", Also = ["ERR-06"], Values = ["outside", "within"])]
    public static async Task ClockSkew(BrokerScenario scenario, string value)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        Envelope Ahead(long by)
        {
            void Header(Header header) => (header.SentAtMs, header.ExpiresAtMs) = (scenario.NowMs + by, scenario.NowMs + by + 60_000);
            return value == "within" ? sale.Quote(header: Header) : With(scenario, sale.Seller, Header);
        }
        var refused = await scenario.RefusedAsync("clock_skew", "an hour ahead", Ahead(3_600_000), Ahead(30_000));
        if (refused.Retry?.RetryDelay is not { } delay) throw Failed("clock_skew", "RetryInfo", "none");
        True("the wait that is told", delay.ToTimeSpan() > TimeSpan.FromMinutes(57) && delay.ToTimeSpan() < TimeSpan.FromMinutes(61), "about 59 minutes", delay);
        var far = AsRefused("clock_skew", "the year 292 million", await scenario.SendAsync(With(scenario, sale.Seller, header => (header.SentAtMs, header.ExpiresAtMs) = (long.MaxValue - 1000, long.MaxValue))));
        True("the longest wait that is told", far.Retry?.RetryDelay.ToTimeSpan() is { } longest && longest > TimeSpan.Zero && longest <= TimeSpan.FromDays(1), "at most 24 h", far.Retry);
    }

    [Check("ERR-06.skew-ends", "After the wait that clock_skew told, the same bytes are accepted.", Also = ["ERR-07", "ENV-12"], Exact = true)]
    public static async Task SkewEnds(BrokerScenario scenario)
    {
        var sender = await scenario.AnybodyAsync();
        var early = With(scenario, sender, header => (header.SentAtMs, header.ExpiresAtMs) = (scenario.NowMs + 61_000, scenario.NowMs + 120_000));
        var refused = AsRefused("clock_skew", "61 s ahead", await scenario.SendAsync(early));
        var wait = refused.Retry?.RetryDelay.ToTimeSpan() ?? throw Failed("clock_skew", "RetryInfo", "none");
        True("the wait that is told", wait > TimeSpan.Zero && wait < TimeSpan.FromSeconds(5), "about a second", wait);
        await Task.Delay(wait + TimeSpan.FromMilliseconds(50), scenario.Time, scenario.CancellationToken);
        await scenario.AcceptedAsync("the same bytes after it", early);
    }

    [Check("ENV-13.another-broker", "An envelope that is meant for another broker is refused with broker_wrong.")]
    public static async Task AnotherBroker(BrokerScenario scenario)
    {
        var sender = await scenario.AnybodyAsync();
        var others = new[] { "act://elsewhere.example/broker", $"act://{scenario.Target.Discovery.Authority}/other-broker", sender.Id };
        await scenario.AllRefusedAsync("broker_wrong", others.Select(other => (other, With(scenario, sender, header => header.Broker = other))), scenario.SealListing(sender));
    }

    [Check("ENV-14.form", "Extensions beyond their bounds, twice, or named as critical and absent are malformed; at their bounds they are not.")]
    public static async Task ExtensionsForm(BrokerScenario scenario)
    {
        var sender = await scenario.AnybodyAsync();
        static V1.Extension Named(string name, int bytes = 0) => new() { Name = name, Value = ByteString.CopyFrom(new byte[bytes]) };
        Envelope Of(params V1.Extension[] extensions) => With(scenario, sender, header => header.Extensions.Add(extensions));
        V1.Extension[] many = [.. Enumerable.Range(0, 17).Select(n => Named($"tests.{n}"))];
        var names = new[] { "", new string('a', 65), "Upper", "with space", "a/b", "ä", "a\0" }.Select(name => ($"the name '{name}'", Of(Named(name))));
        await scenario.AllRefusedAsync("malformed",
        [
            .. names, ("17 of them", Of(many)), ("4,097 bytes", Of(Named("tests.a", 4_097))), ("a name twice", Of(Named("tests.a"), Named("tests.b"), Named("tests.a", 3))),
            ("critical and absent", With(scenario, sender, header => header.Critical.Add("tests.absent"))),
            ("critical twice", With(scenario, sender, header =>
            {
                header.Extensions.Add(Named("tests.a"));
                header.Critical.Add(["tests.a", "tests.a"]);
            })),
        ], Of([.. many[..14], Named("tests.large", 4_096), Named("az09.-_" + new string('x', 57))]));
    }

    [Check("ENV-14.critical-unknown", "An unknown critical extension is refused with extension_unsupported, its name in the detail, with every kind of body.")]
    public static async Task CriticalUnknown(BrokerScenario scenario)
    {
        var sender = await scenario.PrincipalAsync("owner");
        foreach (var (what, content) in WellFormed.All(scenario, sender))
        {
            await scenario.PassesAsync("extension_unsupported", what, BrokerScenario.Seal(sender, content));
            content.Header.Extensions.Add(new V1.Extension { Name = "tests.unknown" });
            content.Header.Critical.Add("tests.unknown");
            var refused = await scenario.RefusedAsync("extension_unsupported", what, BrokerScenario.Seal(sender, content));
            Equal($"the detail ({what})", "tests.unknown", refused.Info!.Metadata.GetValueOrDefault("detail"));
        }
    }

    [Check("ENV-15.another-major", "Another major version is refused with version_unsupported and the supported range, before its header is judged; major 0 is malformed.")]
    public static async Task AnotherMajor(BrokerScenario scenario)
    {
        var sender = await scenario.AnybodyAsync();
        foreach (var major in new[] { 2u, 3u, uint.MaxValue })
        {
            // Nothing else in it is as version 1 has it.
            var odd = With(scenario, sender, header => (header.VersionMajor, header.MessageId, header.Sender, header.Broker, header.ExpiresAtMs, header.Home) = (major, ByteString.Empty, "someone", "", 0, 9_999));
            foreach (var (what, envelope) in new[] { ($"major {major}", With(scenario, sender, header => header.VersionMajor = major)), ($"major {major} with a header of its own", odd) })
            {
                var refused = await scenario.RefusedAsync("version_unsupported", what, envelope);
                Equal("the detail", scenario.Target.Discovery.Versions, refused.Info!.Metadata.GetValueOrDefault("detail"));
            }
        }
        await scenario.RefusedAsync("malformed", "major 0", With(scenario, sender, header => header.VersionMajor = 0), scenario.SealListing(sender));
    }

    [Check("ENV-15.minor-never-refuses", "Envelopes of different minor versions, interleaved in one transaction on one stream, are judged alike: a minor is never a cause to refuse.", Exact = true)]
    public static async Task MinorNeverRefuses(BrokerScenario scenario)
    {
        var (first, second) = (await scenario.SaleAsync(), await scenario.SaleAsync());
        await using var stream = await BrokerStream.OpenAsync(scenario, null, first.Buyer, first.Seller, second.Buyer, second.Seller);
        foreach (var (minors, step) in new (uint[], Func<Sale, Action<Header>, Envelope>)[]
        {
            ([0, 7], (sale, header) => sale.Intent(header: header)), ([uint.MaxValue, 0], (sale, header) => sale.Quote(header: header)), ([1, 2], (sale, header) => sale.Lock(header: header)), ([0, 9_999], (sale, header) => sale.Confirm(header)),
        })
        {
            foreach (var (sale, minor) in new[] { first, second }.Zip(minors))
            {
                var outcome = await stream.SendAsync(step(sale, header => header.VersionMinor = minor));
                True($"minor {minor}", outcome is Outcome.Taken, "accepted", outcome);
            }
        }
    }

    [Check("ENV-16.out-of-range", "A home of 4,096 or more is malformed, wherever it would lead; 4,095 is not, where it is ignored.")]
    public static async Task HomeOutOfRange(BrokerScenario scenario)
    {
        var sender = await scenario.AnybodyAsync();
        await scenario.AllRefusedAsync("malformed", new[] { 4_096u, 65_536u, uint.MaxValue }.Select(home => ($"home {home}", With(scenario, sender, header => header.Home = home))), With(scenario, sender, header => header.Home = 4_095));
    }

    [Check("ENV-16.another-home", "An intent, a mandate, a funding and a payout whose home is not the account's bucket are refused with home_wrong, whichever partition they reach.")]
    public static async Task AnotherHome(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        var owner = sale.Buyer.Owner;
        foreach (var shift in new[] { 1u, 256u, 2_048u })
        {
            void Shifted(Header header) => header.Home = (owner.Home + shift) % 4_096;
            Envelope Of(IMessage body, bool shifted)
            {
                var content = scenario.Draft(owner, body);
                if (shifted) Shifted(content.Header);
                return scenario.SealUnkindly(owner, content);
            }
            var another = scenario.Track(new Sale(scenario, sale.Buyer, sale.Seller, sale.Mandate));
            await scenario.RefusedAsync("home_wrong", $"an intent, {shift} off", another.Intent(header: Shifted), another.Intent());
            Mandate Lodged() => new() { Agent = sale.Buyer.Id, AgentKey = ByteString.CopyFrom(sale.Buyer.Key.Thumbprint), Account = owner.Id, Limits = { new CurrencyLimit { Currency = Xts.Code } }, ValidUntilMs = scenario.NowMs + Day };
            await scenario.RefusedAsync("home_wrong", $"a mandate, {shift} off", Of(Lodged(), true), Of(Lodged(), false));
            await scenario.RefusedAsync("home_wrong", $"a funding, {shift} off", Of(scenario.NewFund(owner), true), Of(scenario.NewFund(owner), false));
            RequestPayout Asked() => new() { Amount = Xts.Of(1), Destination = "tests" };
            await scenario.RefusedAsync("home_wrong", $"a payout, {shift} off", Of(Asked(), true), Of(Asked(), false));
        }
    }

    [Check("ENV-16.home-of-a-step", "A step whose home is another account's is home_wrong where that leads to the same partition, and transaction_unknown where it leads to another, which knows nothing of it.")]
    public static async Task HomeOfAStep(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        var partition = (await scenario.BuildAsync(sale.Intent())).Decision.Partition;
        // Which partition a bucket leads to is seen by an account that is in it.
        foreach (var bucket in new[] { sale.Buyer.Home ^ 1, sale.Buyer.Home ^ 2_048 })
        {
            var neighbour = NamedIn(scenario, bucket);
            await scenario.BuildAsync(scenario.Seal(neighbour, BrokerScenario.Registration(neighbour)));
            var there = (await scenario.BuildAsync(scenario.Seal(neighbour, scenario.NewFund(neighbour)))).Decision.Partition;
            var code = there == partition ? "home_wrong" : "transaction_unknown";
            await scenario.RefusedAsync(code, $"a quote whose home leads to partition {there}, from {partition}", sale.Quote(header: header => header.Home = bucket));
            await scenario.RefusedAsync(code, $"a cancel whose home leads to partition {there}, from {partition}", sale.Step(sale.Buyer, new Cancel(), header => header.Home = bucket));
        }
        await scenario.AcceptedAsync("a quote with its home", sale.Quote());
        await scenario.AcceptedAsync("a cancel with its home", sale.Step(sale.Buyer, new Cancel()));
    }

    // Names are tried, without a word to the broker, until one has the bucket.
    static Party NamedIn(BrokerScenario scenario, uint bucket)
    {
        var party = scenario.NewParty("near");
        for (var n = 0; party.Home != bucket; n++) party = party with { Id = $"act://{scenario.Target.Discovery.Authority}/near-{scenario.Nonce}-{n}" };
        return party;
    }

    [Check("ENV-19.recipients-of-a-step", "A step of a transaction that names not exactly whom it is for is refused with recipient_wrong.", Values = ["nobody", "oneself", "another-too", "another", "the-principal"])]
    public static async Task RecipientsOfAStep(BrokerScenario scenario, string value)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        var other = await scenario.AnybodyAsync();
        Action<Header> named = header =>
        {
            if (value is not "another-too") header.Recipients.Clear();
            if (value is not "nobody") header.Recipients.Add(value is "oneself" ? header.Sender : value is "the-principal" ? sale.Buyer.Owner.Id : other.Id);
        };
        await scenario.RefusedAsync("recipient_wrong", "a quote", sale.Quote(header: named), sale.Quote());
        await scenario.RefusedAsync("recipient_wrong", "a lock", sale.Lock(header: named), sale.Lock());
        await scenario.RefusedAsync("recipient_wrong", "a cancel", sale.Step(sale.Buyer, new Cancel(), named), sale.Step(sale.Buyer, new Cancel()));
    }

    [Check("ENV-23.trace-context", "Trace context that is malformed, or well formed, changes nothing.")]
    public static async Task TraceContext(BrokerScenario scenario)
    {
        var sender = await scenario.AnybodyAsync();
        foreach (var (parent, state) in new[]
        {
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "vendor=1"), ("", "vendor=1"), ("00-00000000000000000000000000000000-0000000000000000-00", ""), ("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "="),
            ("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", ",,,"), ("x", new string('x', 5_000)), (new string('-', 5_000), "\u00e9=1"), ("\u202e\u0000", "a=b,a=b"),
        })
        {
            await scenario.AcceptedAsync($"traceparent of {parent.Length} characters", With(scenario, sender, header => (header.Traceparent, header.Tracestate) = (parent, state)));
        }
    }

    [Check("TXN-02.another-id", "A step with an id that is not derived from the intent and the seller is refused with transaction_unknown.")]
    public static async Task AnotherId(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open);
        var other = await scenario.AgentAsync("other", await scenario.PrincipalAsync("firm"));
        byte[] swapped = [.. sale.TransactionId.Reverse()];
        foreach (var (what, id) in new[] { ("of another seller", Tags.TransactionId(sale.IntentDigest, other.Id)), ("reversed", swapped), ("of one bit", sale.TransactionId.Flipped(7)), ("the intent's digest", sale.IntentDigest[..16]) })
        {
            await scenario.RefusedAsync("transaction_unknown", $"a quote under an id {what}", sale.Quote(header: header => header.TransactionId = ByteString.CopyFrom(id)));
        }
        await scenario.AcceptedAsync("the quote under its id", sale.Quote());
    }

    static Envelope With(BrokerScenario scenario, Party sender, Action<Header> change) => scenario.SealListing(sender, (Content content) => change(content.Header));
}
