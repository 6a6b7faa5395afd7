using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Grpc.Core;

namespace ActProtocol.Client;

/// <summary>What a sender is told: never that something failed which may have been taken.</summary>
public class SendTests
{
    static readonly Decision Yes = new() { Accepted = new Accepted() };

    [Fact]
    public async Task What_has_no_answer_goes_again_with_the_same_bytes()
    {
        await using var broker = await ScriptedBroker.StartAsync();
        List<Envelope> seen = [];
        broker.OnSend = envelope =>
        {
            seen.Add(envelope);
            return Task.FromResult(seen.Count < 3 ? null : Yes);
        };

        var result = await SendAsync(broker);

        Assert.Equal(Yes, Assert.IsType<SendResult.Taken>(result).Decision);
        Assert.Equal(3, seen.Count);
        Assert.All(seen, envelope => Assert.Equal(seen[0], envelope));
    }

    [Fact]
    public async Task Without_any_answer_the_outcome_is_unknown()
    {
        await using var broker = await ScriptedBroker.StartAsync();
        broker.OnSend = _ => Task.FromResult<Decision?>(null);

        Assert.IsType<SendResult.Unknown>(await SendAsync(broker));
    }

    [Theory]
    // After an attempt that may have been taken, these say nothing of it:
    [InlineData(ErrorCode.KeyRevoked, false)]
    [InlineData(ErrorCode.EnvelopeExpired, false)]
    [InlineData(ErrorCode.SignatureInvalid, false)]
    // and these do, since the broker had looked for it:
    [InlineData(ErrorCode.MandateExceeded, true)]
    [InlineData(ErrorCode.MessageIdReused, true)]
    public async Task A_no_after_an_attempt_without_answer_is_an_answer_only_when_it_covers_that_attempt(ErrorCode code, bool covers)
    {
        await using var broker = await ScriptedBroker.StartAsync();
        var attempts = 0;
        broker.OnSend = _ => ++attempts == 1 ? Task.FromResult<Decision?>(null) : throw new Refusal(code).ToWire().ToRpcException();

        var result = await SendAsync(broker);

        if (covers) Assert.Equal(code, Assert.IsType<SendResult.Refused>(result).Refusal.Code);
        else Assert.IsType<SendResult.Unknown>(result);
    }

    [Theory]
    [InlineData(ErrorCode.KeyRevoked, 1)]
    [InlineData(ErrorCode.MandateExceeded, 1)]
    [InlineData(ErrorCode.Overloaded, 3)]
    public async Task A_no_to_the_first_attempt_is_an_answer_and_where_time_helps_it_is_tried_again(ErrorCode code, int expected)
    {
        await using var broker = await ScriptedBroker.StartAsync();
        var attempts = 0;
        broker.OnSend = _ =>
        {
            attempts++;
            throw new Refusal(code).ToWire().ToRpcException();
        };

        Assert.Equal(code, Assert.IsType<SendResult.Refused>(await SendAsync(broker)).Refusal.Code);
        Assert.Equal(expected, attempts);
    }

    [Fact]
    public async Task A_wait_that_is_too_long_is_told_instead_of_sat_through()
    {
        await using var broker = await ScriptedBroker.StartAsync();
        broker.OnSend = _ => throw new Refusal(ErrorCode.ClockSkew, RetryAfter: TimeSpan.FromHours(1)).ToWire().ToRpcException();

        Assert.Equal(TimeSpan.FromHours(1), Assert.IsType<SendResult.Refused>(await SendAsync(broker)).Refusal.RetryAfter);
    }

    [Fact]
    public async Task A_fault_within_the_broker_leaves_the_outcome_unknown()
    {
        await using var broker = await ScriptedBroker.StartAsync();
        broker.OnSend = _ => throw new Refusal(ErrorCode.Internal).ToWire().ToRpcException();

        Assert.IsType<SendResult.Unknown>(await SendAsync(broker));
    }

    [Fact]
    public async Task A_reason_of_a_later_version_is_told_as_a_refusal()
    {
        await using var broker = await ScriptedBroker.StartAsync();
        var later = new Refusal(ErrorCode.MandateExceeded, "more").ToWire();
        var info = later.GetDetail<Google.Rpc.ErrorInfo>();
        info.Reason = "something_new";
        later.Details[0] = Google.Protobuf.WellKnownTypes.Any.Pack(info);
        broker.OnSend = _ => throw later.ToRpcException();

        var refused = Assert.Throws<ActRefusedException>(() => SendAsync(broker).GetAwaiter().GetResult().OrThrow());

        Assert.Equal(ErrorCode.Unspecified, refused.Refusal.Code);
        Assert.Contains("more", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Waits_double_up_to_the_longest_and_are_spread_over_their_upper_half()
    {
        var (least, most) = (new BackOff(Milliseconds(100), Milliseconds(1_000), () => 0), new BackOff(Milliseconds(100), Milliseconds(1_000), () => 1));

        Assert.Equal([0, 50, 100, 200, 400, 500, 500], Enumerable.Range(0, 7).Select(failures => least.After(failures).TotalMilliseconds));
        Assert.Equal([0, 100, 200, 400, 800, 1_000, 1_000], Enumerable.Range(0, 7).Select(failures => most.After(failures).TotalMilliseconds));
        Assert.Equal(1_000, most.After(int.MaxValue).TotalMilliseconds);
    }

    [Fact]
    public async Task Questions_without_an_answer_say_that_the_broker_is_not_there()
    {
        await using var broker = await ScriptedBroker.StartAsync();
        using var client = broker.NewClient();
        await broker.DisposeAsync();

        var fault = await Assert.ThrowsAsync<BrokerUnreachableException>(() => client.GetEntryAsync("act://local/a", Market.Cancelled));
        Assert.Equal(HttpRequestError.ConnectionError, fault.HttpRequestError);
    }

    [Fact]
    public void Options_out_of_their_bounds_are_all_told()
    {
        var options = new ActClientOptions { Address = "nowhere", AttemptsMax = 0, EnvelopeLifetime = TimeSpan.FromDays(2) };

        var fault = Assert.Throws<ArgumentException>(() => new ActClient(options, new BrokerInfo("act://local/broker", [], [])));

        Assert.Contains("'nowhere'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("AttemptsMax", fault.Message, StringComparison.Ordinal);
        Assert.Contains("EnvelopeLifetime", fault.Message, StringComparison.Ordinal);
    }

    static async Task<SendResult> SendAsync(ScriptedBroker broker)
    {
        using var client = broker.NewClient();
        var sender = ScriptedBroker.Somebody();
        var envelope = Sealing.Seal(new Content { Header = client.NewHeader(sender), AcceptClock = new AcceptClock() }, sender.Signer);
        return await client.SendAsync(envelope, Market.Cancelled);
    }

    static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);
}
