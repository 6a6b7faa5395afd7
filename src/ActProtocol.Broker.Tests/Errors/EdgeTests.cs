using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ActProtocol.Broker.Streams;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ActProtocol.Broker.Errors;

/// <summary>What goes wrong outside of any rule is a refusal as well, by every way in.</summary>
public sealed partial class EdgeTests
{
    [Fact]
    public async Task A_fault_that_nobody_foresaw_is_internal_and_logged_under_the_id_that_the_caller_is_told()
    {
        var logs = new CapturedLogs();
        await using var broker = await TestBroker.StartAsync(logging: logs.AddTo, services: services => services.AddSingleton<IGrpcServiceActivator<BrokerEndpoint>, Faulty>());
        var request = new SendRequest { Envelope = broker.Fund("alice-owner", "1") };

        var unary = Told((await Assert.ThrowsAsync<RpcException>(() => broker.Broker.SendAsync(request, cancellationToken: TestBroker.Stop).ResponseAsync)).GetRpcStatus());
        using var stream = broker.Broker.Connect(cancellationToken: TestBroker.Stop);
        var streamed = Told((await Assert.ThrowsAsync<RpcException>(() => stream.ResponseStream.MoveNext(TestBroker.Stop))).GetRpcStatus());
        using var json = new StringContent(JsonFormatter.Default.Format(request), Encoding.UTF8, "application/json");
        using var response = await broker.Http.PostAsync("/v1/envelopes", json, TestBroker.Stop);
        var text = await response.Content.ReadAsStringAsync(TestBroker.Stop);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        string[] ids = [unary, streamed, CorrelationId().Match(text).Groups[1].Value];
        Assert.Equal(3, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Contains(logs.Lines, line => line.Text.Contains(id, StringComparison.Ordinal) && line.Text.Contains(Faulty.Words, StringComparison.Ordinal)));
        // What it was stays in the log.
        Assert.DoesNotContain(Faulty.Words, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_above_the_bound_is_too_large_and_the_connection_serves_the_next()
    {
        await using var broker = await TestBroker.StartAsync();
        var request = new SendRequest { Envelope = new Envelope { Content = ByteString.CopyFrom(new byte[EnvelopeLimits.FrameBytesMax]) } };

        var fault = await Assert.ThrowsAsync<RpcException>(() => broker.Broker.SendAsync(request, cancellationToken: TestBroker.Stop).ResponseAsync);

        Assert.Equal((StatusCode.InvalidArgument, ErrorCode.TooLarge), (fault.StatusCode, Refusal.FromWire(fault.GetRpcStatus())!.Code));
        Assert.Equal(ErrorCode.TooLarge.Entry.Meaning, fault.Status.Detail);
        await broker.EnterAsync("alice");
    }

    static string Told(Google.Rpc.Status? status)
    {
        var refusal = Refusal.FromWire(status)!;
        Assert.Equal(ErrorCode.Internal, refusal.Code);
        Assert.DoesNotContain(Faulty.Words, status!.ToString(), StringComparison.Ordinal);
        return CorrelationId().Match(refusal.Detail!).Groups[1].Value;
    }

    [GeneratedRegex("correlation id ([0-9a-f]{32})")]
    private static partial Regex CorrelationId();

    /// <summary>A service that cannot even be made.</summary>
    sealed class Faulty : IGrpcServiceActivator<BrokerEndpoint>
    {
        public const string Words = "the faulty part";

        public GrpcActivatorHandle<BrokerEndpoint> Create(IServiceProvider serviceProvider) => throw new NotSupportedException(Words);

        public ValueTask ReleaseAsync(GrpcActivatorHandle<BrokerEndpoint> service) => ValueTask.CompletedTask;
    }
}
