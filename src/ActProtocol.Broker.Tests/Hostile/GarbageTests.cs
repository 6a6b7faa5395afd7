using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ActProtocol.Broker.Hosting;
using ActProtocol.Errors;
using ActProtocol.V1;
using Microsoft.Extensions.Logging;

namespace ActProtocol.Broker.Hostile;

/// <summary>Bytes that are no message at all: told by a code, and without a trace in the log that anybody could fill.</summary>
public class GarbageTests
{
    /// <summary>What a call brings, by name.</summary>
    public static TheoryData<string> Bodies { get; } = ["no message", "nested groups", "text", "a flag that is none", "a length above all bounds", "no gzip"];

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_call_that_brings_no_message_is_malformed(string body)
    {
        await using var broker = await TestBroker.StartAsync();
        using var answer = await CallAsync(broker, "Send", BytesOf(body), compressed: body == "no gzip");

        Assert.Equal("3", Single(answer.Headers, "grpc-status"));
        var details = Convert.FromBase64String(Single(answer.Headers, "grpc-status-details-bin"));
        Assert.Equal(ErrorCode.Malformed, Refusal.FromWire(Google.Rpc.Status.Parser.ParseFrom(details))!.Code);
        await broker.EnterAsync("a");
    }

    [Theory]
    [InlineData("no message")]
    [InlineData("nested groups")]
    [InlineData("text")]
    [InlineData("a flag that is none")]
    [InlineData("a length above all bounds")]
    [InlineData("no gzip")]
    public async Task A_stream_that_brings_no_message_ends_and_others_go_on(string body)
    {
        await using var broker = await TestBroker.StartAsync();
        using var answer = await CallAsync(broker, "Connect", BytesOf(body), compressed: body == "no gzip");
        await answer.Content.ReadAsByteArrayAsync(TestBroker.Stop);

        Assert.Equal("3", Single(answer.TrailingHeaders, "grpc-status"));
        var details = Convert.FromBase64String(Single(answer.TrailingHeaders, "grpc-status-details-bin"));
        var expected = body == "a length above all bounds" ? ErrorCode.TooLarge : ErrorCode.Malformed;
        Assert.Equal(expected, Refusal.FromWire(Google.Rpc.Status.Parser.ParseFrom(details))!.Code);
        await broker.EnterAsync("a");
    }

    [Theory]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=utf-7")]
    [InlineData("application/json; charset=iso-8859-1")]
    public async Task Json_in_another_character_set_is_not_read(string type)
    {
        await using var broker = await TestBroker.StartAsync();
        using var content = new ByteArrayContent(Encoding.Unicode.GetBytes("{}"));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        using var answer = await broker.Http.PostAsync("/v1/envelopes", content, TestBroker.Stop);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Fact]
    public void What_strangers_send_leaves_no_traces_in_the_log()
    {
        using var loggers = LoggerFactory.Create(logging => Logs.Configure(logging, new BrokerOptions { Data = "x" }));
        Assert.False(loggers.CreateLogger("Grpc.AspNetCore.Server.ServerCallHandler").IsEnabled(LogLevel.Error));
        Assert.True(loggers.CreateLogger(BrokerLog.Category).IsEnabled(LogLevel.Information));
    }

    static byte[] BytesOf(string body) => body switch
    {
        "no message" => Message([0xff, 0xff, 0xff]),
        "nested groups" => Message([.. Enumerable.Repeat((byte)0x0b, 60_000)]),
        "text" => Message("GET / HTTP/1.1"u8),
        "a flag that is none" => [7, 0, 0, 0, 0],
        "a length above all bounds" => [0, 255, 255, 255, 255, 1],
        "no gzip" => [1, .. Message("this is not compressed"u8)[1..]],
        _ => throw new ArgumentException(body),
    };

    static byte[] Message(ReadOnlySpan<byte> bytes)
    {
        var message = new byte[5 + bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), bytes.Length);
        bytes.CopyTo(message.AsSpan(5));
        return message;
    }

    static async Task<HttpResponseMessage> CallAsync(TestBroker broker, string method, byte[] body, bool compressed)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{broker.Host.Grpc}/act.v1.BrokerService/{method}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (compressed) request.Headers.Add("grpc-encoding", "gzip");
        return await client.SendAsync(request, TestBroker.Stop);
    }

    static string Single(HttpHeaders headers, string name) => Assert.Single(headers.GetValues(name));
}
