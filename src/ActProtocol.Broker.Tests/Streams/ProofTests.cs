using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;

namespace ActProtocol.Broker.Streams;

public class ProofTests
{
    [Fact]
    public async Task A_proof_for_another_broker_proves_nothing_here()
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.EnterAsync("a");
        await using var stream = await TestStream.OpenAsync(broker);
        var elsewhere = new Challenge { Broker = "act://elsewhere/broker", Nonce = stream.Challenge.Nonce };

        await RefusedAsync(stream, stream.Prove("a", challenge: elsewhere));
    }

    [Fact]
    public async Task A_proof_for_one_stream_proves_nothing_on_another()
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.EnterAsync("a");
        await using var first = await TestStream.OpenAsync(broker);
        await using var second = await TestStream.OpenAsync(broker);

        await RefusedAsync(second, second.Prove("a", challenge: first.Challenge));
    }

    [Fact]
    public async Task A_proof_by_another_key_or_for_somebody_unknown_proves_nothing()
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.EnterAsync("a");
        await broker.EnterAsync("b");
        await using var stream = await TestStream.OpenAsync(broker);

        await RefusedAsync(stream, stream.Prove("a", with: broker.KeyOf("b")));
        await RefusedAsync(stream, stream.Prove("nobody"));
        var forged = stream.Prove("a");
        forged.Signature = ByteString.CopyFrom(new byte[64]);
        await RefusedAsync(stream, forged);
        foreach (var garbage in (ChallengeProof[])[new(), new() { Body = ByteString.CopyFrom(1, 2, 3), Key = forged.Key }, new() { Body = forged.Body, Key = ByteString.CopyFrom(1) }])
        {
            await RefusedAsync(stream, garbage);
        }
    }

    [Fact]
    public async Task A_challenge_expires()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var broker = await TestBroker.StartAsync(time: time);
        await broker.EnterAsync("a");
        await using var stream = await TestStream.OpenAsync(broker, "a-owner");
        time.SetUtcNow(DateTimeOffset.FromUnixTimeMilliseconds(stream.Challenge.ExpiresAtMs));

        await RefusedAsync(stream, stream.Prove("a"));
    }

    [Fact]
    public async Task A_stream_that_goes_on_with_bad_proofs_is_ended()
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.EnterAsync("a");
        await using var stream = await TestStream.OpenAsync(broker);
        await stream.SendAsync(new ConnectRequest { Proofs = { Enumerable.Repeat(stream.Prove("a", with: broker.KeyOf("other")), 200) } });

        Assert.Equal(ErrorCode.QuotaExceeded, (await stream.EndAsync()).Code);
    }

    [Fact]
    public async Task A_stream_that_proves_nobody_is_ended()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var broker = await TestBroker.StartAsync(time: time);
        await using var stream = await TestStream.OpenAsync(broker);

        for (var second = 0; second < 12; second++) time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(ErrorCode.NotProven, (await stream.EndAsync()).Code);
    }

    [Fact]
    public async Task A_second_stream_takes_an_agent_over()
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.EnterAsync("a");
        await using var first = await TestStream.OpenAsync(broker, "a", "a-owner");
        await using var second = await TestStream.OpenAsync(broker, "a-owner");

        var closed = (await first.ReadUntilAsync(frame => frame.Closed.Count > 0)).Closed.Single();
        Assert.Equal(TestBroker.IdOf("a-owner"), closed.Agent);
        Assert.Equal(ErrorCode.NotProven, Refusal.FromWire(closed.Reason)!.Code);

        // Mail goes to the second stream alone, and the first speaks for its other agent still.
        await broker.Broker.SendAsync(new SendRequest { Envelope = broker.Fund("a-owner", "1") }, cancellationToken: TestBroker.Stop);
        Assert.Equal(TestBroker.IdOf("a-owner"), (await second.ReadDeliveriesAsync(1, acknowledge: true)).Single().Agent);
        await first.SendAsync(broker.Fund("a-owner", "2"));
        Assert.Equal(ErrorCode.NotProven, Refusal.FromWire((await first.ReadUntilAsync(frame => frame.Answers.Count > 0)).Answers[0].NotDecided)!.Code);
    }

    [Fact]
    public async Task Two_streams_that_take_an_agent_from_each_other_leave_it_on_one()
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.EnterAsync("a");
        await using var first = await TestStream.OpenAsync(broker, "a-owner");
        await using var second = await TestStream.OpenAsync(broker, "a-owner");
        await Task.WhenAll(TakeAsync(first), TakeAsync(second));

        // After the first look both have dealt with all proofs; after the second, all that they said of it was read.
        bool[] said = [await LastAsync(first, true), await LastAsync(second, true)];
        said = [await LastAsync(first, said[0]), await LastAsync(second, said[1])];
        bool[] found = [await IsOnAsync(first), await IsOnAsync(second)];

        Assert.Single(found, on => on);
        Assert.Equal(found, said);

        static async Task TakeAsync(TestStream stream)
        {
            for (var i = 0; i < 100; i++) await stream.SendAsync(new ConnectRequest { Proofs = { stream.Prove("a-owner") } });
        }

        // Frames in order; within one, what is proven comes before what is closed. The last word is where it stands.
        static async Task<bool> LastAsync(TestStream stream, bool on)
        {
            await stream.SendAsync(new ConnectRequest { Envelopes = { new Envelope() } });
            for (var answered = false; !answered;)
            {
                var frame = await stream.ReadAsync();
                answered = frame.Answers.Count > 0;
                if (frame.Proven.Count > 0) on = true;
                if (frame.Closed.Count > 0) on = false;
            }
            return on;
        }

        async Task<bool> IsOnAsync(TestStream stream)
        {
            await stream.SendAsync(broker.Fund("a-owner", Guid.CreateVersion7().ToString()));
            return (await stream.ReadUntilAsync(frame => frame.Answers.Count > 0)).Answers[0].Decision is not null;
        }
    }

    [Fact]
    public async Task A_revoked_key_is_on_no_stream_any_more()
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.EnterAsync("a");
        await using var stream = await TestStream.OpenAsync(broker, "a", "a-owner");
        await broker.SendAsync("a-owner", new Content { RevokeKey = new RevokeKey { Id = TestBroker.IdOf("a"), Key = broker.KeyOf("a").PublicKey.Thumbprint.ToWire() } });

        var closed = (await stream.ReadUntilAsync(frame => frame.Closed.Count > 0)).Closed.Single();

        Assert.Equal(TestBroker.IdOf("a"), closed.Agent);
        Assert.Equal(ErrorCode.KeyRevoked, Refusal.FromWire(closed.Reason)!.Code);
        await RefusedAsync(stream, stream.Prove("a"));
    }

    static async Task RefusedAsync(TestStream stream, ChallengeProof proof)
    {
        await stream.SendAsync(new ConnectRequest { Proofs = { proof } });
        var frame = await stream.ReadUntilAsync(frame => frame.Closed.Count > 0 || frame.Proven.Count > 0);
        Assert.Empty(frame.Proven);
        Assert.Equal(ErrorCode.SignatureInvalid, Refusal.FromWire(frame.Closed[0].Reason)!.Code);
    }
}
