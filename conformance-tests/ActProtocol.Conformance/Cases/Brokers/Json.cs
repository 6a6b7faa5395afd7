using System.Text;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Encodings;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.Conformance.Brokers.Expectations;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Json
{
    const string Envelopes = "/v1/envelopes";

    [Check("NET-16.same-by-json", "An envelope by JSON is the envelope that it is by gRPC: the same answer, place and stamp, and its content as bytes in the record.")]
    public static async Task SameByJson(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        var intent = sale.Intent();
        if (scenario.Note(intent, await scenario.SendAsync(Way.Json, intent)) is not Outcome.Taken first) throw Failed("an intent by JSON", "accepted", "something else");
        if (await scenario.SendUnaryAsync(intent) is not Outcome.Taken again) throw Failed("the same by gRPC", "accepted", "something else");
        Equal("the decision", first.Decision, again.Decision);
        Equal("the content in the record", intent.Content, (await scenario.RecordsAsync(sale))[0].Envelope?.Content);
    }

    [Check("NET-16.accepted-forms", "Bytes as base64 or base64url, padded or not, members by either of their names, enums by name or number are read alike.", Values =
        ["plain", "base64url", "no-padding", "enum-number", "proto-names", "white-space", "escaped-names", "charset", "charset-quoted"])]
    public static async Task AcceptedForms(BrokerScenario scenario, string value)
    {
        var sender = await scenario.AnybodyAsync();
        // A content whose length is no multiple of three, so that there is padding to leave out.
        var envelope = Enumerable.Range(0, 3).Select(more => scenario.SealListing(sender, content => content.UpdateListing.Listing.Title = new string('?', 40 + more))).First(envelope => envelope.Content.Length % 3 == 1);
        var (content, key, signature) = (envelope.Content.ToBase64(), envelope.Signatures[0].Key.ToBase64(), envelope.Signatures[0].Value.ToBase64());
        static string Url(string text) => text.Replace('+', '-').Replace('/', '_');
        if (value is "base64url") (content, key, signature) = (Url(content), Url(key), Url(signature));
        if (value is "no-padding") (content, key, signature) = (content.TrimEnd('='), key.TrimEnd('='), signature.TrimEnd('='));
        var suite = value is "enum-number" ? "1" : "\"SIGNATURE_SUITE_ED25519\"";
        var json = $"{{\"envelope\":{{\"content\":\"{content}\",\"signatures\":[{{\"suite\":{suite},\"key\":\"{key}\",\"value\":\"{signature}\"}}]}}}}";
        json = value switch
        {
            "white-space" => json.Replace(":", " :\r\n\t", StringComparison.Ordinal),
            "escaped-names" => json.Replace("\"envelope\"", "\"\\u0065nvelope\"", StringComparison.Ordinal),
            _ => json,
        };
        var type = value switch { "charset" => "application/json; charset=utf-8", "charset-quoted" => "application/json; charset=\"UTF-8\"", _ => "application/json" };
        var outcome = scenario.Note(envelope, Ways.SendOutcome(await scenario.JsonAsync(HttpMethod.Post, Envelopes, Encoding.UTF8.GetBytes(json), type)));
        True(value, outcome is Outcome.Taken, "accepted", outcome);
    }

    [Check("NET-17.no-proto-json", "What is no JSON, or no ProtoJSON of the message, is malformed under HTTP status 400, and does nothing.", Values =
    [
        "byte-order-mark", "utf-16", "not-utf-8", "unknown-member", "unknown-member-within", "member-twice", "member-twice-within", "member-under-both-names", "member-twice-escaped", "nan", "infinity", "negative-infinity",
        "large-number", "comment", "line-comment", "trailing-comma", "trailing-comma-in-array", "two-values", "garbage-after", "33-levels", "10000-levels", "array", "string", "null", "empty", "single-quotes", "unquoted-name",
        "not-base64", "number-for-bytes", "unknown-enum-name", "array-for-object", "lone-surrogate", "control-character",
    ])]
    public static async Task NoProtoJson(BrokerScenario scenario, string value)
    {
        var sender = await scenario.AnybodyAsync();
        var envelope = scenario.SealListing(sender);
        var json = JsonFormatter.Default.Format(new SendRequest { Envelope = envelope });
        True("the form that the cases change", json.StartsWith("{ \"envelope\": { \"content\": \"", StringComparison.Ordinal), "as it is", json[..40]);
        var inner = json["{ \"envelope\": ".Length..^2];
        byte[] body = value switch
        {
            "byte-order-mark" => [0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(json)],
            "utf-16" => Encoding.Unicode.GetBytes(json),
            "not-utf-8" => [.. Encoding.UTF8.GetBytes(json[..^1]), .. ", \""u8, 0xff, .. "\": 1 }"u8],
            _ => Encoding.UTF8.GetBytes(value switch
            {
                "unknown-member" => $"{{ \"envelope\": {inner}, \"surprise\": 1 }}",
                "unknown-member-within" => $"{{ \"envelope\": {{ \"surprise\": null, {inner[1..]} }}",
                "member-twice" => $"{{ \"envelope\": {inner}, \"envelope\": {inner} }}",
                "member-twice-within" => $"{{ \"envelope\": {{ \"content\": \"AA==\", {inner[1..]} }}",
                // Of the two names of one field, those of this message are alike: a signature's are too, so a page's are taken below.
                "member-under-both-names" => $"{{ \"envelope\": {inner}, \"\\u0065nvelope\": {inner} }}",
                "member-twice-escaped" => $"{{ \"envelope\": {{ \"\\u0063ontent\": \"AA==\", {inner[1..]} }}",
                "nan" => json.Replace("\"SIGNATURE_SUITE_ED25519\"", "NaN", StringComparison.Ordinal),
                "infinity" => json.Replace("\"SIGNATURE_SUITE_ED25519\"", "Infinity", StringComparison.Ordinal),
                "negative-infinity" => json.Replace("\"SIGNATURE_SUITE_ED25519\"", "-Infinity", StringComparison.Ordinal),
                "large-number" => json.Replace("\"SIGNATURE_SUITE_ED25519\"", "1e400", StringComparison.Ordinal),
                "comment" => json.Replace("{ \"envelope\"", "{ /* no */ \"envelope\"", StringComparison.Ordinal),
                "line-comment" => json + "// no",
                "trailing-comma" => json[..^1] + ", }",
                "trailing-comma-in-array" => json.Replace("} ]", "}, ]", StringComparison.Ordinal),
                "two-values" => json + json,
                "garbage-after" => json + "x",
                "33-levels" => string.Concat(Enumerable.Repeat("{\"envelope\":", 33)) + "1" + new string('}', 33),
                "10000-levels" => string.Concat(Enumerable.Repeat("[", 10_000)) + new string(']', 10_000),
                "array" => $"[{json}]",
                "string" => "\"envelope\"",
                "null" => "null",
                "empty" => "",
                "single-quotes" => json.Replace('"', '\''),
                "unquoted-name" => json.Replace("\"envelope\"", "envelope", StringComparison.Ordinal),
                "not-base64" => json.Replace("\"content\": \"", "\"content\": \"*", StringComparison.Ordinal),
                "number-for-bytes" => "{ \"envelope\": { \"content\": 7 } }",
                "unknown-enum-name" => json.Replace("SIGNATURE_SUITE_ED25519", "SIGNATURE_SUITE_NONE", StringComparison.Ordinal),
                "array-for-object" => "{ \"envelope\": [] }",
                "lone-surrogate" => json[..^1] + ", \"\\ud800\": 1 }",
                "control-character" => json[..^1] + ", \"\u0001\": 1 }",
                _ => throw new InvalidOperationException(value),
            }),
        };
        scenario.Controls.Expect(envelope);
        AsRefused("malformed", value, Ways.SendOutcome(await scenario.JsonAsync(HttpMethod.Post, Envelopes, body, "application/json"), 400));
        await scenario.AcceptedAsync("the same as it should be", envelope);
    }

    [Check("NET-17.http", "Another verb is refused under 405, another content type under 415, another path under 404, each as a status in JSON.", Values =
        ["get-envelopes", "put-envelopes", "delete-questions", "post-entry", "post-sellers", "text-plain", "no-content-type", "charset-utf-16", "charset-latin", "form", "grpc-type", "no-path", "path-with-slash", "path-upper-case", "root"])]
    public static async Task Http(BrokerScenario scenario, string value)
    {
        var sender = await scenario.AnybodyAsync();
        var envelope = scenario.SealListing(sender);
        var body = Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(new SendRequest { Envelope = envelope }));
        var json = "application/json";
        var (status, answer) = value switch
        {
            "get-envelopes" => (405, await scenario.JsonAsync(HttpMethod.Get, Envelopes)),
            "put-envelopes" => (405, await scenario.JsonAsync(HttpMethod.Put, Envelopes, body, json)),
            "delete-questions" => (405, await scenario.JsonAsync(HttpMethod.Delete, "/v1/questions")),
            "post-entry" => (405, await scenario.JsonAsync(HttpMethod.Post, "/v1/directory/entry", "{}"u8.ToArray(), json)),
            "post-sellers" => (405, await scenario.JsonAsync(HttpMethod.Post, "/v1/directory/sellers", "{}"u8.ToArray(), json)),
            "text-plain" => (415, await scenario.JsonAsync(HttpMethod.Post, Envelopes, body, "text/plain")),
            "no-content-type" => (415, await scenario.JsonAsync(HttpMethod.Post, Envelopes, body)),
            "charset-utf-16" => (415, await scenario.JsonAsync(HttpMethod.Post, Envelopes, body, "application/json; charset=utf-16")),
            "charset-latin" => (415, await scenario.JsonAsync(HttpMethod.Post, Envelopes, body, "application/json; charset=iso-8859-1")),
            "form" => (415, await scenario.JsonAsync(HttpMethod.Post, Envelopes, body, "application/x-www-form-urlencoded")),
            "grpc-type" => (415, await scenario.JsonAsync(HttpMethod.Post, Envelopes, body, "application/protobuf")),
            "no-path" => (404, await scenario.JsonAsync(HttpMethod.Post, "/v1/envelope", body, json)),
            "path-with-slash" => (404, await scenario.JsonAsync(HttpMethod.Post, "/v1/envelopes/more", body, json)),
            "path-upper-case" => (404, await scenario.JsonAsync(HttpMethod.Get, "/v2/directory/sellers?capability=a")),
            _ => (404, await scenario.JsonAsync(HttpMethod.Get, "/v1")),
        };
        Equal($"HTTP status ({value})", status, answer.HttpStatus);
        AsRefused("malformed", value, Ways.SendOutcome(answer, status));
        scenario.Controls.Expect(envelope);
        True("the same as it should be", scenario.Note(envelope, await scenario.SendAsync(Way.Json, envelope)) is Outcome.Taken, "accepted", "a refusal");
    }

    [Check("NET-17.too-large", "A body above 256 KiB is too_large, under 413, though its first bytes are good.")]
    public static async Task TooLarge(BrokerScenario scenario)
    {
        var sender = await scenario.AnybodyAsync();
        var envelope = scenario.SealListing(sender);
        var json = Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(new SendRequest { Envelope = envelope }));
        byte[] large = [.. json, .. Enumerable.Repeat((byte)' ', (256 * 1024) - json.Length + 1)];
        scenario.Controls.Expect(envelope);
        AsRefused("too_large", "256 KiB and a byte", Ways.SendOutcome(await scenario.JsonAsync(HttpMethod.Post, Envelopes, large, "application/json"), 413));
        var outcome = scenario.Note(envelope, Ways.SendOutcome(await scenario.JsonAsync(HttpMethod.Post, Envelopes, large[..^1], "application/json")));
        True("256 KiB", outcome is Outcome.Taken, "accepted", outcome);
    }

    [Check("NET-17.parameters", "A parameter that is not known, stands twice, under either name too, or is no number is malformed.", Values =
        ["unknown", "twice", "both-names", "no-number", "negative", "too-large-a-number", "on-a-post", "entry-unknown", "entry-twice"])]
    public static async Task Parameters(BrokerScenario scenario, string value)
    {
        var path = value switch
        {
            "unknown" => "/v1/directory/sellers?capability=a&colour=red",
            "twice" => "/v1/directory/sellers?capability=a&capability=a",
            "both-names" => "/v1/directory/sellers?capability=a&page_size=5&pageSize=5",
            "no-number" => "/v1/directory/sellers?capability=a&page_size=five",
            "negative" => "/v1/directory/sellers?capability=a&page_size=-1",
            "too-large-a-number" => "/v1/directory/sellers?capability=a&page_size=4294967296",
            "on-a-post" => "/v1/envelopes?envelope=a",
            "entry-unknown" => "/v1/directory/entry?id=act://a/b&colour=red",
            _ => "/v1/directory/entry?id=act://a/b&id=act://a/b",
        };
        var body = value is "on-a-post" ? JsonFormatter.Default.Format(new SendRequest { Envelope = new Envelope() }) : null;
        AsRefused("malformed", value, Ways.SendOutcome(body is null ? await scenario.JsonAsync(HttpMethod.Get, path) : await scenario.JsonAsync(HttpMethod.Post, path, body), 400));
        foreach (var good in new[] { "/v1/directory/sellers?capability=a&page_size=5", "/v1/directory/sellers?capability=a&pageSize=5&pageToken=" })
        {
            Equal($"HTTP status of {good}", 200, (await scenario.JsonAsync(HttpMethod.Get, good)).HttpStatus);
        }
    }

    [Check("NET-16.answers", "Answers have 64-bit integers as strings, bytes as base64, enums by name, and members in lowerCamelCase.")]
    public static async Task Answers(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        var intent = sale.Intent();
        var answer = await scenario.JsonAsync(HttpMethod.Post, Envelopes, JsonFormatter.Default.Format(new SendRequest { Envelope = intent }));
        if (scenario.Note(intent, Ways.SendOutcome(answer)) is not Outcome.Taken taken) throw Failed("the intent", "accepted", $"HTTP {answer.HttpStatus}");
        var decision = JsonView.Of("the answer", answer)["decision"];
        Equal("position", taken.Decision.Position.ToString(System.Globalization.CultureInfo.InvariantCulture), decision["position"].Text);
        Equal("stampMs", taken.Decision.StampMs.ToString(System.Globalization.CultureInfo.InvariantCulture), decision["stampMs"].Text);
        Equal("state", "TRANSACTION_STATE_OPEN", decision["accepted"]["state"].Text);
        Equal("transactionId", Convert.ToBase64String(sale.TransactionId), string.Join(' ', decision["accepted"]["transactions"].Items.Select(opened => opened["transactionId"].Text)));
    }

    [Check("NET-16.directory", "GetEntry and FindSellers say by JSON what they say by gRPC.")]
    public static async Task DirectoryByJson(BrokerScenario scenario)
    {
        var capability = $"tests.{scenario.Nonce}.{scenario.Random.Number(1 << 30):x}";
        var seller = await scenario.AgentAsync("seller", await scenario.PrincipalAsync("firm"), new Listing { Title = "Goods", Capabilities = { capability } });
        var entry = Ways.JsonOutcome(await scenario.JsonAsync(HttpMethod.Get, $"/v1/directory/entry?id={Uri.EscapeDataString(seller.Id)}"), body => new Outcome.Answered(Ways.Parser.Parse<DirectoryEntry>(body)));
        Equal("the entry", new Outcome.Answered(await scenario.EntryAsync(seller.Id)).ToString(), entry.ToString());
        var found = Ways.JsonOutcome(await scenario.JsonAsync(HttpMethod.Get, $"/v1/directory/sellers?capability={capability}"), body => new Outcome.Answered(Ways.Parser.Parse<FindSellersResponse>(body)));
        Equal("the sellers", (await scenario.FindAsync(new FindSellersRequest { Capability = capability })).ToString(), found.ToString());
    }

    [Check("NET-16.openapi", "/openapi/v1.json describes the four calls.")]
    public static async Task OpenApi(BrokerScenario scenario)
    {
        var answer = await scenario.JsonAsync(HttpMethod.Get, "/openapi/v1.json");
        Equal("HTTP status", 200, answer.HttpStatus);
        Equal("content type", "application/json", answer.MediaType);
        var described = JsonView.Of("what it says", answer);
        True("its version", described["openapi"].Text is ['3', '.', ..], "openapi 3", described["openapi"].Text);
        foreach (var (path, verb) in new[] { (Envelopes, "post"), ("/v1/questions", "post"), ("/v1/directory/entry", "get"), ("/v1/directory/sellers", "get") }) _ = described["paths"][path][verb];
    }

    [Check("ERR-11.http-statuses", "A refusal by JSON is its status as ProtoJSON, the same as by gRPC, under the HTTP status of its gRPC status.")]
    public static async Task HttpStatuses(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Quoted);
        var sender = sale.Seller;
        Envelope With(Action<Header> change) => scenario.SealListing(sender, (Content content) => change(content.Header));
        var used = scenario.SealListing(sender);
        await scenario.AcceptedAsync("a first listing", used);
        foreach (var (code, faulty) in new[]
        {
            ("malformed", With(header => header.Sender = "nobody")), ("version_unsupported", With(header => header.VersionMajor = 2)), ("body_unsupported", scenario.SealListing(sender, (WireMessage wire) => wire.Fields.RemoveAt(1))),
            ("broker_wrong", With(header => header.Broker = "act://elsewhere.example/broker")), ("extension_unsupported", With(header =>
            {
                header.Extensions.Add(new V1.Extension { Name = "tests.unknown" });
                header.Critical.Add("tests.unknown");
            })),
            ("envelope_expired", With(header => (header.SentAtMs, header.ExpiresAtMs) = (1, 2))), ("clock_skew", With(header => (header.SentAtMs, header.ExpiresAtMs) = (scenario.NowMs + 3_600_000, scenario.NowMs + 3_700_000))),
            ("signature_invalid", scenario.SealListing(sender).Signed(sender.Key, over: [1])), ("transaction_unknown", sale.Quote(header: header => header.TransactionId = ByteString.CopyFrom(scenario.Random.Bytes(16)))),
            ("role_missing", scenario.Seal(sender, new AcceptClock())), ("message_id_reused", With(header => header.MessageId = Content.Parser.ParseFrom(used.Content).Header.MessageId)),
            ("follows_stale", sale.Lock(header: header => header.Follows = ByteString.CopyFrom(sale.IntentDigest))), ("step_out_of_order", sale.Confirm()), ("step_not_yours", sale.Step(sender, new Cancel())),
            ("name_taken", scenario.Seal(sale.Buyer.Owner, BrokerScenario.Registration(sale.Buyer.Owner))), ("agent_unknown", scenario.Seal(sender, new UpdateListing { Id = sale.Buyer.Id })),
        })
        {
            var byJson = AsRefused(code, $"{code} by JSON", scenario.Note(faulty, await scenario.SendAsync(Way.Json, faulty)));
            var byGrpc = AsRefused(code, $"{code} by gRPC", await scenario.SendUnaryAsync(faulty));
            // How long to wait is another a moment later.
            if (code is not "clock_skew") Equal("the status by JSON, beside that by gRPC", byGrpc.Status, byJson.Status);
        }
        var right = sale.Lock();
        True("what is right, by JSON", scenario.Note(right, await scenario.SendAsync(Way.Json, right)) is Outcome.Taken, "accepted", "a refusal");
    }
}
