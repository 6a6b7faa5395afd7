using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Broker.Json;

public class JsonTests
{
    [Fact]
    public async Task Envelopes_and_questions_are_taken_as_JSON_and_answered_as_by_gRPC()
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.EnterAsync("a");
        var envelope = broker.Fund("a-owner", "1");

        var (status, answer) = await PostAsync(broker, "/v1/envelopes", JsonOf(new SendRequest { Envelope = envelope }));
        var same = await broker.Broker.SendAsync(new SendRequest { Envelope = envelope }, cancellationToken: TestBroker.Stop);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(same, JsonParser.Default.Parse<SendResponse>(answer.ToJsonString()));

        var ask = broker.Seal("a-owner", new Content { Ask = new Ask { Account = new AskAccount { Account = TestBroker.IdOf("a-owner") } } });
        var (asked, account) = await PostAsync(broker, "/v1/questions", JsonOf(new AskRequest { Envelope = ask }));
        Assert.Equal(HttpStatusCode.OK, asked);
        // 64-bit integers as strings.
        Assert.Equal("1", (string?)account["account"]!["balances"]![0]!["available"]!["units"]);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public async Task Bytes_are_read_in_every_form_of_base64_that_ProtoJSON_has(bool url, bool padded)
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.EnterAsync("a");
        var json = Encoding.UTF8.GetString(JsonOf(new SendRequest { Envelope = broker.Fund("a-owner", "1") }));
        if (url) json = json.Replace('+', '-').Replace('/', '_');
        if (!padded) json = json.Replace("=", "", StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, (await PostAsync(broker, "/v1/envelopes", Encoding.UTF8.GetBytes(json))).Status);
    }

    [Theory]
    [InlineData("a-+a")]
    [InlineData("abcde")]
    [InlineData("abc==")]
    [InlineData("a=")]
    [InlineData("a-*_")]
    public async Task What_is_no_base64_in_any_form_is_malformed(string content)
    {
        await using var broker = await TestBroker.StartAsync();

        Refused(await PostAsync(broker, "/v1/envelopes", Encoding.UTF8.GetBytes($$$"""{"envelope":{"content":"{{{content}}}"}}""")), HttpStatusCode.BadRequest, "malformed");
    }

    [Fact]
    public async Task The_directory_is_read_as_JSON()
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.EnterAsync("a", new Listing { Title = "A", Capabilities = { "travel.flight" } });

        var entry = await GetAsync(broker, $"/v1/directory/entry?id={Uri.EscapeDataString(TestBroker.IdOf("a"))}");
        Assert.Equal((HttpStatusCode.OK, TestBroker.IdOf("a-owner")), (entry.Status, (string?)entry.Body["principal"]));
        // A principal acts for nobody.
        var owner = await GetAsync(broker, $"/v1/directory/entry?id={Uri.EscapeDataString(TestBroker.IdOf("a-owner"))}");
        Assert.Equal((HttpStatusCode.OK, "ENTRY_KIND_PRINCIPAL", ""), (owner.Status, (string?)owner.Body["kind"], (string?)owner.Body["principal"] ?? ""));
        var sellers = await GetAsync(broker, "/v1/directory/sellers?capability=travel.flight&pageSize=1");
        Assert.Equal((HttpStatusCode.OK, TestBroker.IdOf("a")), (sellers.Status, (string?)sellers.Body["sellers"]![0]!["id"]));
        Refused(await GetAsync(broker, "/v1/directory/entry?id=act%3A%2F%2Flocal%2Fnobody"), HttpStatusCode.NotFound, "agent_unknown");
    }

    [Theory]
    [InlineData("""{"envelope":{"content":"AA==","content":"AA=="}}""")]
    [InlineData("""{"envelope":{},"envelope":{}}""")]
    [InlineData("""{"envelope":{"signatures":[{"key":"AA==","key":"AA=="}]}}""")]
    [InlineData("""{"envelope":{},"more":1}""")]
    [InlineData("""{"envelope":{"signatures":[{"sweet":1}]}}""")]
    [InlineData("""{"envelope":{"signatures":[{"suite":NaN}]}}""")]
    [InlineData("""{"envelope":{"signatures":[{"suite":Infinity}]}}""")]
    [InlineData("""{"envelope":{"signatures":[{"suite":"NaN"}]}}""")]
    [InlineData("""{"envelope":{"content":"not base64!"}}""")]
    [InlineData("""{"envelope":{"content":5}}""")]
    [InlineData("""{"envelope":{},}""")]
    [InlineData("""{"envelope":{}} {}""")]
    [InlineData("""{"envelope":{} /* words */}""")]
    [InlineData("""{"envelope":{"content":"\ud800"}}""")]
    [InlineData("""[]""")]
    [InlineData("""null""")]
    [InlineData("""7""")]
    [InlineData("""{""")]
    [InlineData("")]
    public async Task What_is_no_strict_ProtoJSON_is_malformed(string text)
    {
        await using var broker = await TestBroker.StartAsync();

        Refused(await PostAsync(broker, "/v1/envelopes", Encoding.UTF8.GetBytes(text)), HttpStatusCode.BadRequest, "malformed");
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_malformed()
    {
        await using var broker = await TestBroker.StartAsync();
        byte[][] all =
        [
            [0xEF, 0xBB, 0xBF, .. "{}"u8],
            [.. "{\"envelope\":{\"content\":\""u8, 0xFF, .. "\"}}"u8],
            [0, 1, 2, 3],
            Encoding.Unicode.GetBytes("{}"),
            Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"envelope\":", 20_000))),
            Encoding.UTF8.GetBytes(new string('[', 100_000)),
        ];
        foreach (var bytes in all) Refused(await PostAsync(broker, "/v1/envelopes", bytes), HttpStatusCode.BadRequest, "malformed");
    }

    [Fact]
    public async Task A_body_above_the_bound_is_too_large_with_and_without_its_length()
    {
        await using var broker = await TestBroker.StartAsync();
        var bytes = Encoding.UTF8.GetBytes("""{"envelope":{"content":"AAAA"}}""".Replace("AAAA", new string('A', 300_000), StringComparison.Ordinal));

        Refused(await PostAsync(broker, "/v1/envelopes", bytes), HttpStatusCode.RequestEntityTooLarge, "too_large");
        Refused(await PostAsync(broker, "/v1/envelopes", bytes, chunked: true), HttpStatusCode.RequestEntityTooLarge, "too_large");
    }

    // A client that is still sending when it is answered must not be cut off, or it never sees why.
    [Theory]
    [InlineData(10 << 20, false)]
    [InlineData(10 << 20, true)]
    public async Task A_body_far_above_the_bound_is_told_so_once_it_was_sent(int bytes, bool chunked)
    {
        await using var broker = await TestBroker.StartAsync();
        var address = broker.Http.BaseAddress!;
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(address.Host, address.Port, TestBroker.Stop);
        var stream = client.GetStream();
        var length = chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {bytes}";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /v1/envelopes HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/json\r\n{length}\r\n\r\n"), TestBroker.Stop);
        if (chunked) await stream.WriteAsync(Encoding.ASCII.GetBytes($"{bytes:x}\r\n"), TestBroker.Stop);
        var part = new byte[64 << 10];
        for (var sent = 0; sent < bytes; sent += part.Length) await stream.WriteAsync(part, TestBroker.Stop);
        if (chunked) await stream.WriteAsync("\r\n0\r\n\r\n"u8.ToArray(), TestBroker.Stop);

        using var reader = new StreamReader(stream);
        Assert.Equal("HTTP/1.1 413 Payload Too Large", await reader.ReadLineAsync(TestBroker.Stop));
        var text = "";
        while (!text.Contains("too_large", StringComparison.Ordinal)) text = await reader.ReadLineAsync(TestBroker.Stop) ?? throw new EndOfStreamException("There is no code.");
    }

    [Theory]
    [InlineData("?id=act%3A%2F%2Flocal%2Fa&id=act%3A%2F%2Flocal%2Fb")]
    [InlineData("?ID=act%3A%2F%2Flocal%2Fa")]
    [InlineData("?id=act%3A%2F%2Flocal%2Fa&x=1")]
    [InlineData("?id=nonsense")]
    [InlineData("")]
    public async Task A_query_that_is_not_the_call_s_is_malformed(string query)
    {
        await using var broker = await TestBroker.StartAsync();

        Refused(await GetAsync(broker, "/v1/directory/entry" + query), HttpStatusCode.BadRequest, "malformed");
    }

    [Theory]
    [InlineData("capability=x&pageSize=101")]
    [InlineData("capability=x&pageSize=-1")]
    [InlineData("capability=x&pageSize=4294967296")]
    [InlineData("capability=x&pageSize=ten")]
    [InlineData("capability=x&pageSize=1&page_size=2")]
    [InlineData("capability=x&pageToken=..%2F..%2Fetc")]
    [InlineData("capability=x&pageToken=act%3A%2F%2Flocal%2F%00")]
    [InlineData("capability=")]
    [InlineData("pageSize=1")]
    public async Task A_page_that_cannot_be_is_malformed(string query)
    {
        await using var broker = await TestBroker.StartAsync();

        Refused(await GetAsync(broker, "/v1/directory/sellers?" + query), HttpStatusCode.BadRequest, "malformed");
    }

    [Fact]
    public async Task Errors_are_statuses_as_JSON_wherever_they_arise()
    {
        await using var broker = await TestBroker.StartAsync();
        Refused(await GetAsync(broker, "/nowhere"), HttpStatusCode.NotFound, "malformed");
        Refused(await GetAsync(broker, "/v1/envelopes"), HttpStatusCode.MethodNotAllowed, "malformed");
        Refused(await PostAsync(broker, "/v1/envelopes", "{}"u8.ToArray(), media: "text/html"), HttpStatusCode.UnsupportedMediaType, "malformed");
        var unsigned = await PostAsync(broker, "/v1/envelopes", JsonOf(new SendRequest { Envelope = broker.Fund("nobody", "1") }));
        Refused(unsigned, HttpStatusCode.Unauthorized, "signature_invalid");
    }

    static byte[] JsonOf(IMessage message) => Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(message));

    internal static void Refused((HttpStatusCode Status, JsonNode Body) answer, HttpStatusCode status, string code)
    {
        Assert.Equal(status, answer.Status);
        var info = answer.Body["details"]!.AsArray().Single(detail => (string?)detail!["@type"] == "type.googleapis.com/google.rpc.ErrorInfo")!;
        Assert.Equal(("act.v1", code), ((string?)info["domain"], (string?)info["reason"]));
        Assert.DoesNotContain("   at ", answer.Body.ToJsonString(), StringComparison.Ordinal);
    }

    static async Task<(HttpStatusCode Status, JsonNode Body)> GetAsync(TestBroker broker, string path) => await ReadAsync(await broker.Http.GetAsync(path, TestBroker.Stop));

    static async Task<(HttpStatusCode Status, JsonNode Body)> PostAsync(TestBroker broker, string path, byte[] body, bool chunked = false, string media = "application/json")
    {
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(media) } };
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content, Headers = { TransferEncodingChunked = chunked } };
        return await ReadAsync(await broker.Http.SendAsync(request, TestBroker.Stop));
    }

    static async Task<(HttpStatusCode Status, JsonNode Body)> ReadAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestBroker.Stop))!);
    }
}
