using System.Diagnostics;
using System.Net;
using ActProtocol.V1;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;
using Microsoft.Extensions.Time.Testing;

namespace ActProtocol.Broker.Hosting;

public class HealthTests
{
    [Fact]
    public async Task A_broker_that_decides_is_live_and_ready_both_ways()
    {
        await using var broker = await TestBroker.StartAsync();
        var health = new Grpc.Health.V1.Health.HealthClient(broker.Channel);

        foreach (var path in (string[])["/health", "/health/ready", "/health/live"]) Assert.Equal(HttpStatusCode.OK, (await broker.Http.GetAsync(path, TestBroker.Stop)).StatusCode);
        foreach (var service in (string[])["", "live", "act.v1.BrokerService", "act.v1.DirectoryService"])
        {
            Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await health.CheckAsync(new HealthCheckRequest { Service = service }, cancellationToken: TestBroker.Stop)).Status);
        }
        var unknown = await Assert.ThrowsAsync<RpcException>(async () => await health.CheckAsync(new HealthCheckRequest { Service = "x" }, cancellationToken: TestBroker.Stop));
        Assert.Equal(StatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task A_broker_that_does_not_trust_its_clock_is_live_and_not_ready_and_says_why()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow) { AutoAdvanceAmount = TimeSpan.Zero };
        var jumping = new JumpingTime(time);
        await using var broker = await TestBroker.StartAsync(time: jumping);
        await broker.EnterAsync("a");
        jumping.Jump = TimeSpan.FromDays(3);
        // Whoever asks is refused, and from then on it is known.
        await Assert.ThrowsAsync<RpcException>(() => broker.SendAsync("a-owner", new Content { Fund = new Fund { Account = TestBroker.IdOf("a-owner"), Amount = new() { CurrencyCode = "CNY", Units = 1 }, Reference = "1" } }));

        var ready = await broker.Http.GetAsync("/health/ready", TestBroker.Stop);
        var health = new Grpc.Health.V1.Health.HealthClient(broker.Channel);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("the clock is not trusted", await ready.Content.ReadAsStringAsync(TestBroker.Stop), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await broker.Http.GetAsync("/health/live", TestBroker.Stop)).StatusCode);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, (await health.CheckAsync(new HealthCheckRequest(), cancellationToken: TestBroker.Stop)).Status);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await health.CheckAsync(new HealthCheckRequest { Service = "live" }, cancellationToken: TestBroker.Stop)).Status);
    }

    [Fact]
    public async Task Metrics_count_steps_by_the_protocols_words()
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.EnterAsync("a");
        await Assert.ThrowsAsync<RpcException>(async () => await broker.Broker.SendAsync(new SendRequest { Envelope = broker.Fund("nobody", "1") }, cancellationToken: TestBroker.Stop));

        var text = await broker.Http.GetStringAsync(Telemetry.MetricsPath, TestBroker.Stop);

        // At least: other brokers of this process may count as well.
        Assert.True(CountOf("act_steps_total\\{[^}]*outcome=\"accepted\"[^}]*step=\"register\"[^}]*\\} (\\d+)") >= 2);
        Assert.True(CountOf("act_refused_total\\{[^}]*code=\"signature_invalid\"[^}]*\\} (\\d+)") >= 1);
        Assert.Contains("act_records_total", text, StringComparison.Ordinal);
        Assert.Contains("act_connections", text, StringComparison.Ordinal);

        int CountOf(string pattern) => int.Parse(System.Text.RegularExpressions.Regex.Match(text, pattern).Groups[1].Value, null);
    }

    [Fact]
    public async Task Each_step_is_an_activity_linked_to_the_senders_trace()
    {
        var ended = new System.Collections.Concurrent.ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == StepTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var broker = await TestBroker.StartAsync();
        await broker.EnterAsync("traced");
        var trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var fund = new Fund { Account = TestBroker.IdOf("traced-owner"), Amount = new() { CurrencyCode = "CNY", Units = 1 }, Reference = "1" };
        await broker.SendAsync("traced-owner", new Content { Header = new Header { Traceparent = trace }, Fund = fund });
        await using var stream = await TestStream.OpenAsync(broker, "traced-owner");
        var bad = broker.Seal("traced-owner", new Content { Header = new Header { Traceparent = "nonsense" }, Fund = new Fund(fund) { Reference = "2" } });
        await stream.SendAsync(bad);
        await stream.ReadUntilAsync(frame => frame.Answers.Count > 0);

        var funds = ended.Where(activity => (string?)activity.GetTagItem("act.sender") == TestBroker.IdOf("traced-owner") && activity.OperationName == "act.fund").ToList();
        Assert.Equal(2, funds.Count);
        Assert.Equal(trace, $"00-{funds[0].Links.Single().Context.TraceId}-{funds[0].Links.Single().Context.SpanId}-01");
        Assert.Empty(funds[1].Links);
        Assert.All(funds, activity => Assert.Equal("accepted", activity.GetTagItem("act.outcome")));
    }

    [Fact]
    public async Task Reflection_describes_the_services()
    {
        await using var broker = await TestBroker.StartAsync();
        using var call = new ServerReflection.ServerReflectionClient(broker.Channel).ServerReflectionInfo(cancellationToken: TestBroker.Stop);
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" }, TestBroker.Stop);
        Assert.True(await call.ResponseStream.MoveNext(TestBroker.Stop));

        var names = call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name).ToList();

        Assert.Contains("act.v1.BrokerService", names);
        Assert.Contains("act.v1.DirectoryService", names);
        await call.RequestStream.CompleteAsync();
    }

    [Fact]
    public async Task What_is_secret_or_private_is_never_logged()
    {
        var logs = new CapturedLogs();
        var secret = "a very private title";
        var folder = TestBroker.NewFolder();
        Envelope envelope;
        await using (var broker = await TestBroker.StartAsync(options => options with { Data = folder }, logging: logs.AddTo))
        {
            await broker.EnterAsync("a", new Listing { Title = secret, Capabilities = { "x" } });
            envelope = broker.Fund("a-owner", secret);
            await broker.Broker.SendAsync(new SendRequest { Envelope = envelope }, cancellationToken: TestBroker.Stop);
            await using var stream = await TestStream.OpenAsync(broker, "a-owner");
            await stream.SendAsync(broker.Fund("a-owner", secret + "2"), new Envelope());
            await stream.ReadUntilAsync(frame => frame.Answers.Count > 0);
            using var content = new StringContent(Google.Protobuf.JsonFormatter.Default.Format(new SendRequest { Envelope = broker.Fund("nobody", secret) }), System.Text.Encoding.UTF8, "application/json");
            await broker.Http.PostAsync("/v1/envelopes", content, TestBroker.Stop);
        }
        Assert.NotEmpty(logs.Lines);
        Assert.Contains(logs.Lines, line => line.Event == 210);
        var all = string.Join('\n', logs.Lines.Select(line => line.Text));
        string[] forms = [secret, envelope.Signatures[0].Value.ToBase64(), Convert.ToHexString(envelope.Signatures[0].Value.Span), envelope.Content.ToBase64(),
            .. System.IO.Directory.GetFiles(Path.Combine(folder, "keys"), "*.key").Select(File.ReadAllText)];
        foreach (var form in forms) Assert.DoesNotContain(form, all, StringComparison.OrdinalIgnoreCase);
    }

    sealed class JumpingTime(FakeTimeProvider inner) : TimeProvider
    {
        public TimeSpan Jump { get; set; }

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + Jump;

        public override long GetTimestamp() => inner.GetTimestamp();

        public override long TimestampFrequency => inner.TimestampFrequency;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => inner.CreateTimer(callback, state, dueTime, period);
    }
}
