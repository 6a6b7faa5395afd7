using ActProtocol.Envelopes;
using ActProtocol.V1;
using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;
using Record = ActProtocol.V1.Record;

namespace ActProtocol.Client.Mailboxes;

/// <summary>The stream of a mailbox: who it trusts, when it comes back, and when it stops.</summary>
public class MailConnectionTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_mailbox_that_is_taken_over_stops_and_says_so_and_the_other_goes_on()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync(), selling: false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Market.Cancelled);
        var first = Begin(new MailConnection(market.Client, market.Owner), stop.Token);
        await first.Connection.Proven;

        using var other = new ActClient(market.Broker.Grpc, market.Broker.Info);
        var second = Begin(new MailConnection(other, market.Owner), stop.Token);
        await second.Connection.Proven;

        var closed = await Assert.ThrowsAsync<MailboxClosedException>(() => first.Reading);
        Assert.True(closed.TakenOver);
        Assert.Contains("second time", closed.Message, StringComparison.Ordinal);
        Assert.False(second.Reading.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.Reading);
    }

    [Fact]
    public async Task A_key_that_is_revoked_ends_its_stream()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync(), selling: false);
        var stream = Begin(new MailConnection(market.Client, market.Agent), Market.Cancelled);
        await stream.Connection.Proven;

        var revoke = new RevokeKey { Id = market.Agent.Id, Key = market.Agent.Signer.PublicKey.Thumbprint.ToWire() };
        var content = new Content { Header = market.Client.NewHeader(market.Owner), RevokeKey = revoke };
        (await market.Client.SendAsync(content, market.Owner, Market.Cancelled)).OrThrow();

        var closed = await Assert.ThrowsAsync<MailboxClosedException>(() => stream.Reading);
        Assert.Contains("revoked", closed.Message, StringComparison.Ordinal);
    }

    // Whoever holds a stolen key can rotate it; the principal hears of it where it reads its other mail.
    [Fact]
    public async Task A_principal_hears_of_a_key_that_its_agent_brought_in()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync(), selling: false);
        var key = SigningKey.Create().PublicKey;
        var rotate = new RotateKey { Id = market.Agent.Id, SigningKey = ByteString.CopyFrom(key.Bytes.Span) };
        (await market.Client.SendAsync(new Content { Header = market.Client.NewHeader(market.Agent), RotateKey = rotate }, market.Agent, Market.Cancelled)).OrThrow();

        await foreach (var mail in new MailConnection(market.Client, market.Owner).ReadAsync(Market.Cancelled))
        {
            if (mail.Announced is not { } told) continue;
            Assert.Equal(new BrokerStep { Name = "key_rotated", Entry = market.Agent.Id, Key = key.Thumbprint.ToWire() }, told);
            Assert.Equal((StepKind.Unspecified, true), (mail.Step, mail.TransactionFor(market.Owner.Id).IsNone));
            break;
        }
    }

    [Fact]
    public async Task An_agent_that_is_not_registered_is_told_that_its_proof_was_not_taken()
    {
        var broker = await RunningBroker.SharedAsync();
        using var client = new ActClient(broker.Grpc, broker.Info);
        var stream = Begin(new MailConnection(client, ScriptedBroker.Somebody("nobody-knows")), Market.Cancelled);

        var closed = await Assert.ThrowsAsync<MailboxClosedException>(() => stream.Reading);

        Assert.False(closed.TakenOver);
        Assert.Contains("registered", closed.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<MailboxClosedException>(() => stream.Connection.Proven);
    }

    [Fact]
    public async Task A_challenge_of_another_broker_or_by_another_key_is_not_signed()
    {
        await using var broker = await ScriptedBroker.StartAsync();
        broker.OnStream = (_, _, _) => throw new InvalidOperationException("It was proved.");
        using var another = broker.NewClient(broker.Info with { Id = "act://elsewhere/broker" });
        using var forged = broker.NewClient(broker.Info with { ChallengeKeys = [SigningKey.Create().PublicKey] });

        await Assert.ThrowsAsync<WrongBrokerException>(() => Begin(new MailConnection(another, ScriptedBroker.Somebody()), Market.Cancelled).Reading);
        await Assert.ThrowsAsync<WrongBrokerException>(() => Begin(new MailConnection(forged, ScriptedBroker.Somebody()), Market.Cancelled).Reading);
    }

    [Fact]
    public async Task Frames_that_do_not_parse_and_streams_that_end_are_followed_by_another_stream()
    {
        await using var broker = await ScriptedBroker.StartAsync();
        var agent = ScriptedBroker.Somebody();
        // A frame of three bytes that are no message; one that is cut short; one of 256 MiB; and nothing at all.
        broker.Raw.Enqueue([0, 0, 0, 0, 3, 0xff, 0xff, 0xff]);
        broker.Raw.Enqueue([0, 0, 0, 0, 9, 1]);
        broker.Raw.Enqueue([0, 0x10, 0, 0, 0, 1]);
        broker.Raw.Enqueue([]);
        var streams = 0;
        var record = ScriptedBroker.Step(1, 7);
        broker.OnStream = async (_, responses, stop) =>
        {
            if (++streams < 3) return;
            await responses.WriteAsync(new ConnectResponse { Deliveries = { ScriptedBroker.Deliver(agent, record, broker.Prove(record)[0]) } }, stop);
        };
        using var client = broker.NewClient();

        await using var mails = new MailConnection(client, agent).ReadAsync(Market.Cancelled).GetAsyncEnumerator(Market.Cancelled);
        Assert.True(await mails.MoveNextAsync());

        Assert.Equal(StepKind.Settle, mails.Current.Step);
        Assert.Equal(3, streams);
    }

    [Fact]
    public async Task It_comes_back_no_sooner_than_its_waits_say_and_those_grow()
    {
        await using var broker = await ScriptedBroker.StartAsync();
        var agent = ScriptedBroker.Somebody();
        for (var failure = 0; failure < 4; failure++) broker.Raw.Enqueue([]);
        broker.OnStream = (_, _, stop) => Task.Delay(Timeout.InfiniteTimeSpan, stop);
        var time = new FakeTimeProvider();
        var options = new ActClientOptions { Address = broker.Address, Jitter = () => 1 };
        using var client = new ActClient(options, broker.Info, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Market.Cancelled);
        var stream = Begin(new MailConnection(client, agent), stop.Token);

        var began = time.GetUtcNow();
        using var late = new CancellationTokenSource(Patience);
        while (!stream.Connection.Proven.IsCompleted)
        {
            late.Token.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromMilliseconds(5));
            await Task.Yield();
        }
        Assert.True(time.GetUtcNow() - began >= TimeSpan.FromMilliseconds(100 + 200 + 400 + 800));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.Reading);
    }

    [Fact]
    public async Task What_does_not_verify_is_told_and_neither_shown_nor_acknowledged()
    {
        await using var broker = await ScriptedBroker.StartAsync();
        var (agent, stranger) = (ScriptedBroker.Somebody(), ScriptedBroker.Somebody("stranger"));
        using var client = broker.NewClient();
        var good = ScriptedBroker.Step(99, 7);
        List<Acknowledge> acknowledges = [];
        broker.OnStream = async (requests, responses, stop) =>
        {
            var frame = new ConnectResponse { Deliveries = { Bad(broker, client, agent, stranger) } };
            frame.Deliveries.Add(ScriptedBroker.Deliver(agent, good, broker.Prove(good)[0]));
            await responses.WriteAsync(frame, stop);
            while (await requests.MoveNext(stop)) acknowledges.AddRange(requests.Current.Acknowledges);
        };
        List<string> faults = [];
        var mailbox = new MailConnection(client, agent) { Unverified = (_, fault) => faults.Add(fault) };
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Market.Cancelled);

        var shown = new List<Mail>();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var mail in mailbox.ReadAsync(over.Token))
            {
                shown.Add(mail);
                await mailbox.AcknowledgeAsync(mail, Market.Cancelled);
                await over.CancelAsync();
            }
        });

        Assert.Equal(99ul, Assert.Single(shown).Record.Position);
        Assert.Equal(Bad(broker, client, agent, stranger).Count, faults.Count);
        Assert.Equal("99", Assert.Single(acknowledges).Cursor.ToStringUtf8());
    }

    [Fact]
    public async Task A_slow_reader_makes_the_broker_wait()
    {
        const int Frames = 256;
        await using var broker = await ScriptedBroker.StartAsync();
        var agent = ScriptedBroker.Somebody();
        var record = ScriptedBroker.Step(1, 7);
        // 256 KiB a frame: the proof holds, the cursor is absurdly long.
        var delivery = ScriptedBroker.Deliver(agent, record, broker.Prove(record)[0]);
        delivery.Cursor = ByteString.CopyFrom(new byte[256 * 1024]);
        var (written, stalled) = (0, new TaskCompletionSource<int>());
        broker.OnStream = async (_, responses, stop) =>
        {
            for (; written < Frames; written++)
            {
                var writing = responses.WriteAsync(new ConnectResponse { Deliveries = { delivery } }, stop);
                try
                {
                    await writing.WaitAsync(TimeSpan.FromSeconds(2), stop);
                }
                catch (TimeoutException)
                {
                    stalled.TrySetResult(written);
                    await writing;
                }
            }
            stalled.TrySetResult(written);
        };
        using var client = broker.NewClient();

        await using var mails = new MailConnection(client, agent).ReadAsync(Market.Cancelled).GetAsyncEnumerator(Market.Cancelled);
        Assert.True(await mails.MoveNextAsync());
        // Nothing further is read: what was written lies in the windows of the transport.
        Assert.InRange(await stalled.Task, 1, Frames / 2);

        for (var read = 1; read < Frames; read++) Assert.True(await mails.MoveNextAsync());
    }

    // One fault each.
    static List<Delivery> Bad(ScriptedBroker broker, ActClient client, ActIdentity agent, ActIdentity stranger)
    {
        var (step, otherKey) = (ScriptedBroker.Step(1, 7), SigningKey.Create());
        var tampered = broker.Prove(step)[0].Clone();
        tampered.Record = tampered.Record.Span.ToArray() is { } bytes ? ByteString.CopyFrom([.. bytes[..^1], (byte)(bytes[^1] ^ 1)]) : default!;
        var said = new Content { Header = client.NewHeader(stranger), AcceptClock = new AcceptClock() };
        var byStranger = Record(Sealing.Seal(said, stranger.Signer));
        List<(Record Record, Receipt? Receipt)> bad =
        [
            (step, null),
            (step, new Receipt { Record = step.ToByteString() }),
            (step, new Receipt()),
            (step, tampered),
            (step, new Journal.BatchProver("act://local/broker", otherKey).Prove([step.ToByteArray()])[0]),
            .. Proven(new Record(step) { Decision = null }),
            .. Proven(new Record(step) { Decision = new Decision() }),
            .. Proven(new Record(step) { Step = null }),
            .. Proven(new Record(step) { Step = new BrokerStep { TransactionId = ByteString.CopyFrom(1, 2, 3) } }),
            .. Proven(new Record(step) { Broker = "act://elsewhere/broker" }),
            .. Proven(byStranger),
            .. Proven(Record(new Envelope())),
            .. Proven(Record(new Envelope { Content = ByteString.CopyFrom(0xff, 0xff) })),
            .. Proven(Record(Sealing.Seal(new Content { AcceptClock = new AcceptClock() }, stranger.Signer))),
            .. Proven(Record(Sealing.Seal(new Content { Header = new Header { Sender = stranger.Id }, AcceptClock = new AcceptClock() }, stranger.Signer))),
            .. Proven(Record(new Envelope { Content = said.ToByteString() })),
        ];
        List<Delivery> deliveries = [.. bad.Select(one => ScriptedBroker.Deliver(agent, one.Record, one.Receipt!))];
        deliveries.Add(ScriptedBroker.Deliver(stranger, step, broker.Prove(step)[0]));
        return deliveries;

        Record Record(Envelope envelope) => new(step) { Envelope = envelope, StampMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() };

        IEnumerable<(Record, Receipt?)> Proven(Record record) => [(record, broker.Prove(record)[0])];
    }

    static (MailConnection Connection, Task Reading) Begin(MailConnection connection, CancellationToken stop)
    {
        return (connection, ReadAsync());

        async Task ReadAsync()
        {
            await foreach (var mail in connection.ReadAsync(stop)) await connection.AcknowledgeAsync(mail, stop);
        }
    }
}
