using System.Globalization;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Codecs;
using ActProtocol.V1;
using Google.Protobuf;
using Extension = ActProtocol.V1.Extension;

namespace ActProtocol.Conformance.Cases.Codecs;

static class Headers
{
    static readonly string Label63 = new('b', 63);
    static readonly string Name64 = new('c', 64);

    [Check("ENV-10.ids", "What is no id is malformed, as sender, recipient and broker alike.",
        Values = ["upper-case", "trailing-slash", "empty-name", "dots", "name-65", "authority-64", "look-alike", "other-scheme", "no-scheme", "space", "underscore", "hyphen-first", "hyphen-last", "label-hyphen-last",
            "empty-label", "label-empty-last", "port", "line-break-at-the-end", "zero-at-the-end", "query", "absent"])]
    public static async Task Ids(CodecScenario scenario, string kind)
    {
        var parties = scenario.Parties;
        var (authority, name) = (parties.Name(), parties.Name());
        var bad = kind switch
        {
            "upper-case" => $"act://{authority}/{name}X",
            "trailing-slash" => $"act://{authority}/{name}/",
            "empty-name" => $"act://{authority}/",
            "dots" => $"act://{authority}/..",
            "name-65" => $"act://{authority}/{Name64}c",
            "authority-64" => $"act://{Label63}b/{name}",
            "look-alike" => $"act://{authority}/{name}\u0430",
            "other-scheme" => $"acts://{authority}/{name}",
            "no-scheme" => $"{authority}/{name}",
            "space" => $"act://{authority}/{name} ",
            "underscore" => $"act://{authority}/{name}_a",
            "hyphen-first" => $"act://{authority}/-{name}",
            "hyphen-last" => $"act://{authority}/{name}-",
            "label-hyphen-last" => $"act://{authority}-.{authority}/{name}",
            "empty-label" => $"act://{authority}..{authority}/{name}",
            "label-empty-last" => $"act://{authority}./{name}",
            "port" => $"act://{authority}:7400/{name}",
            "line-break-at-the-end" => $"act://{authority}/{name}\n",
            "zero-at-the-end" => $"act://{authority}/{name}\0",
            "query" => $"act://{authority}/{name}?a",
            _ => "",
        };
        var twin = parties.Parse(parties.Content());
        await scenario.RefusedAsync("malformed", "as the sender", parties.Parse(parties.Content(header => header.Sender = bad)), twin);
        await scenario.RefusedAsync("malformed", "as the second recipient", parties.Parse(parties.Content(header => header.Recipients.Add(bad))), twin);
        await scenario.RefusedAsync("malformed", "as the broker", parties.Parse(parties.Content(header => header.Broker = bad)), twin);
    }

    [Check("ENV-10.longest-and-shortest", "The longest and the shortest ids are ids, and come out as they went in.")]
    public static async Task LongestAndShortest(CodecScenario scenario)
    {
        var parties = scenario.Parties;
        foreach (var id in new[] { $"act://{Label63}/{Name64}", "act://a/0", "act://0.b-c.d/e--f", $"act://{parties.Name()}/{parties.Name()}" })
        {
            var opened = await scenario.OkAsync(id, parties.Parse(parties.Content(header => header.Sender = id)));
            Expectations.Equal("sender", id, opened.Text("sender"));
        }
    }

    [Check("ENV-10.recipients", "At most 16 recipients, none twice.")]
    public static async Task Recipients(CodecScenario scenario)
    {
        var parties = scenario.Parties;
        Content To(int count) => parties.Content(header => header.Recipients.Add(Enumerable.Range(1, count - 1).Select(_ => $"act://{parties.Name()}/{parties.Name()}")));
        await scenario.RefusedAsync("malformed", "17 recipients", parties.Parse(To(17)), parties.Parse(To(16)));
        var twice = parties.Content(header => header.Recipients.Add([parties.Buyer, parties.Seller]));
        await scenario.RefusedAsync("malformed", "the first again as the third", parties.Parse(twice), parties.Parse(To(3)));
    }

    [Check("ENV-11.lengths", "Ids of messages and transactions have 16 bytes, not all zero; digests 32 or none.",
        Values = ["message_id-0", "message_id-1", "message_id-15", "message_id-17", "message_id-32", "message_id-zero", "transaction_id-0", "transaction_id-15", "transaction_id-17", "transaction_id-zero",
            "follows-1", "follows-16", "follows-31", "follows-33", "mandate-1", "mandate-31", "mandate-33", "mandate-64"])]
    public static Task Lengths(CodecScenario scenario, string what)
    {
        var parties = scenario.Parties;
        var (field, length) = (what.Split('-')[0], what.Split('-')[1]);
        var bytes = length == "zero" ? ByteString.CopyFrom(new byte[16]) : parties.Bytes(int.Parse(length, CultureInfo.InvariantCulture));
        var bad = parties.Content(header => Header.Descriptor.FindFieldByName(field).Accessor.SetValue(header, bytes));
        var twin = parties.Content(header => (header.Follows, header.Mandate) = (parties.Bytes(32), parties.Bytes(32)));
        return scenario.RefusedAsync("malformed", what, parties.Parse(bad), parties.Parse(twin));
    }

    [Check("ENV-11.one-byte-is-enough", "An id with one byte that is not zero is one.")]
    public static async Task OneByteIsEnough(CodecScenario scenario)
    {
        var parties = scenario.Parties;
        foreach (var at in new[] { 0, 7, 15 })
        {
            var id = new byte[16];
            id[at] = 1;
            var opened = await scenario.OkAsync($"byte {at} alone", parties.Parse(parties.Content(header => header.MessageId = header.TransactionId = ByteString.CopyFrom(id))));
            Expectations.Equal("message_id", Convert.ToHexStringLower(id), opened.Text("message_id"));
        }
    }

    [Check("ENV-11.transaction-or-none", "A step of a transaction names it; an intent and everything outside one name none.",
        Values = ["cancel", "confirm", "accept", "intent", "fund", "ask", "mandate", "accept_clock"])]
    public static Task TransactionOrNone(CodecScenario scenario, string kind)
    {
        var parties = scenario.Parties;
        var (within, body) = Forms.Body(parties, kind);
        Content With(bool transaction) => parties.Content(header => header.TransactionId = transaction ? parties.Bytes(16) : ByteString.Empty, body);
        return scenario.RefusedAsync("malformed", within ? "no transaction" : "a transaction", parties.Parse(With(!within)), parties.Parse(With(within)));
    }

    [Check("ENV-12.lifetime", "An envelope is sent after the epoch, ends after that, and lives for at most 24 h.",
        Values = ["sent-at-0", "sent-before-the-epoch", "ends-as-sent", "ends-before", "24-h-and-1-ms", "ends-at-the-end-of-time", "sent-at-the-start-of-time"])]
    public static async Task Lifetime(CodecScenario scenario, string kind)
    {
        var parties = scenario.Parties;
        var sent = parties.NowMs - scenario.Random.Number(1000);
        var (from, until) = kind switch
        {
            "sent-at-0" => (0L, 1000L),
            "sent-before-the-epoch" => (-1L, 1000L),
            "ends-as-sent" => (sent, sent),
            "ends-before" => (sent, sent - 1),
            "24-h-and-1-ms" => (sent, sent + 86_400_001),
            "ends-at-the-end-of-time" => (sent, long.MaxValue),
            _ => (long.MinValue, long.MaxValue),
        };
        Request At(long sentAt, long expiresAt) => parties.Parse(parties.Content(header => (header.SentAtMs, header.ExpiresAtMs) = (sentAt, expiresAt)));
        await scenario.RefusedAsync("malformed", kind, At(from, until), At(sent, sent + 86_400_000));
    }

    [Check("ENV-12.expiry-at-the-door", "Outside a transaction an envelope has expired from its end on, not a millisecond before; a step of a transaction is let in.")]
    public static async Task Expiry(CodecScenario scenario)
    {
        var parties = scenario.Parties;
        void Ended(Header header) => (header.SentAtMs, header.ExpiresAtMs) = (parties.NowMs - 5000, parties.NowMs);
        void Ending(Header header) => (header.SentAtMs, header.ExpiresAtMs) = (parties.NowMs - 5000, parties.NowMs + 1);
        await scenario.RefusedAsync("envelope_expired", "an intent at its end", parties.Parse(parties.Intent(Ended)), parties.Parse(parties.Intent(Ending)));
        await scenario.OkAsync("a step at its end", parties.Parse(parties.Content(Ended)));
    }

    [Check("ENV-12.skew", "What was sent 60,000 ms ahead of the receiver's clock is taken, 60,001 ms ahead is not, however far that is.")]
    public static async Task Skew(CodecScenario scenario)
    {
        var parties = scenario.Parties;
        Request Ahead(long ms) => parties.Parse(parties.Content(header => (header.SentAtMs, header.ExpiresAtMs) = (parties.NowMs + ms, parties.NowMs + ms + 1000)));
        await scenario.RefusedAsync("clock_skew", "60,001 ms ahead", Ahead(60_001), Ahead(60_000));
        await scenario.RefusedAsync("clock_skew", "at the end of 64 bits", Ahead(long.MaxValue - parties.NowMs - 1000));
    }

    [Check("ENV-13.another-broker", "An envelope for another broker is refused, however alike its id.", Values = ["longer", "shorter", "other-authority", "seller"])]
    public static Task AnotherBroker(CodecScenario scenario, string kind)
    {
        var parties = scenario.Parties;
        var other = kind switch
        {
            "longer" => $"{parties.Broker}0",
            "shorter" => parties.Broker[..^1],
            "other-authority" => $"act://{parties.Name()}/{parties.Broker.Split('/')[^1]}",
            _ => parties.Seller,
        };
        return scenario.RefusedAsync("broker_wrong", other, parties.Parse(parties.Content(header => header.Broker = other)), parties.Parse(parties.Content()));
    }

    [Check("ENV-14.form", "Extensions have names and sizes within their bounds, none stands twice, and each critical name is of one that is there.",
        Values = ["17", "name-65", "name-empty", "name-upper-case", "name-space", "value-4097", "twice", "critical-absent", "critical-twice", "critical-empty"])]
    public static Task ExtensionForm(CodecScenario scenario, string kind)
    {
        var parties = scenario.Parties;
        var (name, long64) = (parties.Name(), new string('x', 60) + "-._9");
        void Bad(Header header)
        {
            header.Extensions.Add(new Extension { Name = name, Value = parties.Bytes(3) });
            if (kind == "17") header.Extensions.Add(Enumerable.Range(0, 16).Select(_ => new Extension { Name = parties.Name() }));
            if (kind.StartsWith("name", StringComparison.Ordinal)) header.Extensions[0].Name = kind switch { "name-65" => $"{long64}x", "name-empty" => "", "name-upper-case" => $"{name}X", _ => $"{name} x" };
            if (kind == "value-4097") header.Extensions[0].Value = parties.Bytes(4097);
            if (kind == "twice") header.Extensions.Add(new Extension { Name = name, Value = parties.Bytes(4) });
            if (kind == "critical-absent") header.Critical.Add($"{name}0");
            if (kind == "critical-twice") header.Critical.Add([name, name]);
            if (kind == "critical-empty") header.Critical.Add("");
        }
        void Good(Header header)
        {
            header.Extensions.Add(new Extension { Name = long64, Value = parties.Bytes(4096) });
            header.Extensions.Add(Enumerable.Range(0, 15).Select(_ => new Extension { Name = parties.Name() }));
        }
        return scenario.RefusedAsync("malformed", kind, parties.Parse(parties.Content(Bad)), parties.Parse(parties.Content(Good)));
    }

    [Check("ENV-14.critical-unknown", "A critical extension that is not known is refused in every kind of body; the same extension, not critical, is ignored.",
        Values = ["cancel", "intent", "quote", "lock", "commit", "fund", "ask", "mandate"])]
    public static Task CriticalUnknown(CodecScenario scenario, string kind)
    {
        var parties = scenario.Parties;
        var (within, body) = Forms.Body(parties, kind);
        var extension = new Extension { Name = $"new.{parties.Name()}", Value = parties.Bytes(9) };
        Content With(bool critical) => parties.Content(
            header =>
            {
                if (!within) header.TransactionId = ByteString.Empty;
                header.Extensions.Add(extension);
                if (critical) header.Critical.Add(extension.Name);
            },
            body);
        return scenario.RefusedAsync("extension_unsupported", extension.Name, parties.Parse(With(true)), parties.Parse(With(false)));
    }

    [Check("ENV-15.major", "Major version 0 is malformed, another than 1 is not supported, whatever else its header holds.", Values = ["0", "2", "3", "256", "4294967295"])]
    public static async Task Major(CodecScenario scenario, string major)
    {
        var (parties, number) = (scenario.Parties, uint.Parse(major, CultureInfo.InvariantCulture));
        var code = number == 0 ? "malformed" : "version_unsupported";
        var twin = parties.Parse(parties.Content());
        await scenario.RefusedAsync(code, "all else as it should be", parties.Parse(parties.Content(header => header.VersionMajor = number)), twin);
        if (number > 0) await scenario.RefusedAsync(code, "a header that version 1 would refuse", parties.Parse(new Content { Header = new Header { VersionMajor = number } }), twin);
    }

    [Check("ENV-15.minor-never-refuses", "No minor version is a cause to refuse.", Values = ["1", "2", "255", "4294967295"])]
    public static Task Minor(CodecScenario scenario, string minor) =>
        scenario.OkAsync($"minor {minor}", scenario.Parties.Parse(scenario.Parties.Content(header => header.VersionMinor = uint.Parse(minor, CultureInfo.InvariantCulture))));

    [Check("ENV-16.bounds", "A home is from 0 to 4,095.")]
    public static async Task HomeBounds(CodecScenario scenario)
    {
        var parties = scenario.Parties;
        Request At(uint home) => parties.Parse(parties.Content(header => header.Home = home));
        await scenario.RefusedAsync("malformed", "4,096", At(4096), At(4095));
        await scenario.RefusedAsync("malformed", "the most that 32 bits hold", At(uint.MaxValue), At(0));
    }

    [Check("ENV-23.trace-context-is-ignored", "A malformed trace context refuses nothing.")]
    public static Task TraceContext(CodecScenario scenario) =>
        scenario.OkAsync("no trace context at all", scenario.Parties.Parse(scenario.Parties.Content(header => (header.Traceparent, header.Tracestate) = ("00-zz-\u0000", new string('=', 600)))));

    [Check("ERR-02.earlier-stage-first", "Of two faults the one of the earlier stage is told.",
        Values = ["size-before-wire", "wire-before-version", "version-before-header", "header-before-body", "body-before-broker", "form-before-broker", "broker-before-extension", "extension-before-expiry",
            "extension-before-skew", "skew-before-signature"])]
    public static async Task EarlierStage(CodecScenario scenario, string pair)
    {
        var parties = scenario.Parties;
        byte[] Of(Action<Header> header, Action<Content>? body = null) => parties.Content(header, body).ToByteArray();
        void Critical(Header header)
        {
            header.Extensions.Add(new Extension { Name = "new" });
            header.Critical.Add("new");
        }
        void Ahead(Header header) => (header.SentAtMs, header.ExpiresAtMs) = (parties.NowMs + 100_000, parties.NowMs + 200_000);
        void Old(Header header) => (header.SentAtMs, header.ExpiresAtMs) = (parties.NowMs - 2000, parties.NowMs - 1000);
        void Long(Content content) => content.Cancel = new Cancel { Reason = new string('x', 513) };
        var elsewhere = $"{parties.Broker}0";
        var (code, content) = pair switch
        {
            "size-before-wire" => ("too_large", scenario.Random.Bytes(65_537)),
            "wire-before-version" => ("malformed", [.. Of(header => header.VersionMajor = 2), 0, 0]),
            "version-before-header" => ("version_unsupported", Of(header => (header.VersionMajor, header.Sender) = (2, ""))),
            "header-before-body" => ("malformed", Of(header => header.Home = 4096, _ => { })),
            "body-before-broker" => ("body_unsupported", Of(header => header.Broker = elsewhere, _ => { })),
            "form-before-broker" => ("malformed", Of(header => header.Broker = elsewhere, Long)),
            "broker-before-extension" => ("broker_wrong", Of(header =>
            {
                header.Broker = elsewhere;
                Critical(header);
            })),
            "extension-before-expiry" => ("extension_unsupported", parties.Intent(header =>
            {
                Old(header);
                Critical(header);
            }).ToByteArray()),
            "extension-before-skew" => ("extension_unsupported", Of(header =>
            {
                Ahead(header);
                Critical(header);
            })),
            _ => ("clock_skew", Of(Ahead)),
        };
        await scenario.RefusedAsync(code, pair, parties.Verify(Parties.Signed(content, parties.OtherKey)), parties.Verify(Of(_ => { })));
    }
}
