using System.Text;

namespace ActProtocol.Conformance.CommandLine;

/// <summary>Whatever answers at the address of a broker, or doesn't: one sentence, never green.</summary>
public class WrongTargetTests
{
    const string QuickConfig = "act: 1\nlimits: { answer: 2s }\n";

    [Fact]
    public async Task Nobody_listens()
    {
        var server = FakeServer.Answering("text/plain", "");
        await server.DisposeAsync();
        (await BrokerAsync(server.Address)).Says(ExitCodes.SubjectGone, "can't be reached", "Is the broker running");
    }

    [Fact]
    public async Task A_host_that_does_not_exist() => (await BrokerAsync("http://no-such-host.invalid:1")).Says(ExitCodes.SubjectGone, "no-such-host.invalid");

    [Fact]
    public async Task It_answers_html()
    {
        await using var server = FakeServer.Answering("text/html", "<h1>Welcome</h1>");
        (await BrokerAsync(server.Address)).Says(ExitCodes.SubjectGone, "answers with text/html", "no ACT broker is there");
    }

    [Fact]
    public async Task It_has_no_such_page()
    {
        await using var server = FakeServer.Answering("application/json", "{}", "404 Not Found");
        (await BrokerAsync(server.Address)).Says(ExitCodes.SubjectGone, "HTTP 404", "no ACT broker is there");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1,2]")]
    [InlineData("{\"broker\":")]
    [InlineData("{\"broker\":7,\"versions\":\"1.0-1.0\",\"play\":true,\"arbiter\":\"\",\"keys\":{\"keys\":[]}}")]
    [InlineData("{\"broker\":\"not an id\",\"versions\":\"1.0-1.0\",\"play\":true,\"arbiter\":\"\",\"keys\":{\"keys\":[{\"act_use\":\"receipt\",\"x\":\"*\"}]}}")]
    public async Task Its_document_is_not_that_of_a_broker(string document)
    {
        await using var server = FakeServer.Answering("application/json", document);
        (await BrokerAsync(server.Address)).Says(ExitCodes.SubjectGone, "DIR-17");
    }

    [Fact]
    public async Task Its_gRPC_address_speaks_none()
    {
        await using var server = FakeServer.Answering("application/json", """{"broker":"act://local/broker","versions":"1.0-1.0","play":true,"arbiter":"","keys":{"keys":[]}}""");
        (await BrokerAsync(server.Address)).Says(ExitCodes.SubjectGone, "does not speak gRPC");
    }

    [Fact]
    public async Task It_speaks_TLS_and_was_told_not_to()
    {
        await using var server = FakeServer.Answering("application/json", "{}", tls: true);
        (await BrokerAsync(server.Address.Replace("https", "http", StringComparison.Ordinal))).Says(ExitCodes.SubjectGone, "speaks TLS", "should begin with https");
    }

    [Fact]
    public async Task It_speaks_no_TLS_and_was_told_to()
    {
        // As HTTP servers do when what comes is no HTTP.
        await using var server = new FakeServer(async (stream, stop) =>
        {
            _ = await stream.ReadAsync(new byte[4096], stop);
            await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), stop);
        });
        (await BrokerAsync(server.Address.Replace("http", "https", StringComparison.Ordinal))).Says(ExitCodes.SubjectGone, "does not speak TLS", "begin with http");
    }

    [Fact]
    public async Task Its_certificate_is_not_trusted()
    {
        await using var server = FakeServer.Answering("application/json", "{}", tls: true);
        (await BrokerAsync(server.Address)).Says(ExitCodes.SubjectGone, "certificate that is not trusted", "tls_ca");
    }

    [Fact]
    public async Task It_never_answers()
    {
        await using var server = new FakeServer((_, stop) => Task.Delay(Timeout.Infinite, stop));
        (await BrokerAsync(server.Address)).Says(ExitCodes.SubjectGone, "does not answer in");
    }

    [Fact]
    public async Task It_hangs_in_the_middle_of_an_answer()
    {
        await using var server = FakeServer.Beginning("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"bro", (_, stop) => Task.Delay(Timeout.Infinite, stop));
        (await BrokerAsync(server.Address)).Says(ExitCodes.SubjectGone, "does not answer in");
    }

    [Fact]
    public async Task It_closes_in_the_middle_of_an_answer()
    {
        await using var server = FakeServer.Beginning("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"bro", (_, _) => Task.CompletedTask);
        (await BrokerAsync(server.Address)).Says(ExitCodes.SubjectGone, "does not answer as HTTP servers do");
    }

    [Fact]
    public async Task It_says_what_is_no_HTTP()
    {
        await using var server = new FakeServer(async (stream, stop) => await stream.WriteAsync("SSH-2.0-OpenSSH_9.2\r\n"u8.ToArray(), stop));
        (await BrokerAsync(server.Address)).Says(ExitCodes.SubjectGone, "does not answer as HTTP servers do");
    }

    [Fact]
    public async Task It_sends_two_gigabytes()
    {
        await using var server = FakeServer.Beginning($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {2L << 30}\r\n\r\n", async (stream, stop) =>
        {
            var spaces = Encoding.ASCII.GetBytes(new string(' ', 1 << 16));
            for (var sent = 0L; sent < 2L << 30; sent += spaces.Length) await stream.WriteAsync(spaces, stop);
        });
        (await BrokerAsync(server.Address)).Says(ExitCodes.SubjectGone, "more than 1 MiB");
    }

    static async Task<Ended> BrokerAsync(string address)
    {
        var folder = SuiteProcess.NewFolder();
        await File.WriteAllTextAsync(Path.Combine(folder, "act-conformance.yaml"), QuickConfig);
        return await SuiteProcess.RunInAsync(folder, "broker", "--target", address);
    }
}
