using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Broker.Streams;

public class StreamTests
{
    [Fact]
    public async Task A_stream_that_is_cut_with_envelopes_under_way_harms_nobody()
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.EnterAsync("a");
        for (var round = 0; round < 20; round++)
        {
            var stream = await TestStream.OpenAsync(broker, "a-owner");
            await stream.SendAsync([.. Enumerable.Range(0, 64).Select(i => broker.Fund("a-owner", $"{round}-{i}"))]);
            await stream.DisposeAsync();
        }

        var decision = await broker.Broker.SendAsync(new SendRequest { Envelope = broker.Fund("a-owner", "last") }, deadline: DateTime.UtcNow.AddSeconds(10), cancellationToken: TestBroker.Stop);

        Assert.NotNull(decision.Decision.Accepted);
    }

    [Fact]
    public async Task A_mailbox_longer_than_the_window_arrives_whole_and_in_order()
    {
        const int Count = AgentMail.WindowMax * 3;
        await using var broker = await TestBroker.StartAsync();
        await broker.EnterAsync("a");
        await using (var sender = await TestStream.OpenAsync(broker, "a-owner"))
        {
            for (var sent = 0; sent < Count;)
            {
                await sender.SendAsync([.. Enumerable.Range(0, 64).Select(_ => broker.Fund("a-owner", $"{sent++}"))]);
                for (var left = 64; left > 0;) left -= (await sender.ReadAsync()).Answers.Count;
            }
        }

        await using var reader = await TestStream.OpenAsync(broker, "a-owner");
        var all = await reader.ReadDeliveriesAsync(Count, acknowledge: true).WaitAsync(TimeSpan.FromSeconds(20), TestBroker.Stop);

        var positions = all.Select(delivery => V1.Record.Parser.ParseFrom(delivery.Receipt.Record).Position).ToList();
        Assert.Equal(positions.Order().Distinct(), positions);
    }

    [Fact]
    public async Task Frames_are_bounded_outwards()
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.EnterAsync("a");
        await using var stream = await TestStream.OpenAsync(broker, "a-owner");
        for (var frame = 0; frame < 4; frame++) await stream.SendAsync([.. Enumerable.Range(0, 200).Select(i => broker.Fund("a-owner", $"{frame}-{i}"))]);

        for (var answers = 0; answers < 800;)
        {
            var frame = await stream.ReadAsync();
            answers += frame.Answers.Count;
            Assert.InRange(frame.Answers.Count + frame.Deliveries.Count, 0, EnvelopeLimits.FrameEnvelopesMax);
            Assert.InRange(frame.CalculateSize(), 0, EnvelopeLimits.FrameBytesMax);
        }
    }

    [Fact]
    public async Task What_was_sent_before_half_close_is_answered()
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.EnterAsync("a");
        await using var stream = await TestStream.OpenAsync(broker, "a-owner");
        await stream.SendAsync([.. Enumerable.Range(0, 100).Select(i => broker.Fund("a-owner", $"{i}"))]);
        await stream.Call.RequestStream.CompleteAsync();

        var answers = 0;
        while (await stream.Call.ResponseStream.MoveNext(TestBroker.Stop)) answers += stream.Call.ResponseStream.Current.Answers.Count;

        Assert.Equal(100, answers);
    }

    [Fact]
    public async Task Envelopes_of_an_agent_that_has_not_proved_itself_are_refused()
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.EnterAsync("a");
        await using var stream = await TestStream.OpenAsync(broker);
        await stream.SendAsync(broker.Fund("a-owner", "1"));

        var answer = (await stream.ReadUntilAsync(frame => frame.Answers.Count > 0)).Answers[0];

        Assert.Equal(ErrorCode.NotProven, Refusal.FromWire(answer.NotDecided)!.Code);
    }

    [Fact]
    public async Task Too_many_envelopes_in_a_frame_end_the_stream()
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.EnterAsync("a");
        await using var stream = await TestStream.OpenAsync(broker, "a-owner");
        await stream.SendAsync(new ConnectRequest { Envelopes = { Enumerable.Repeat(new Envelope(), EnvelopeLimits.FrameEnvelopesMax + 1) } });

        Assert.Equal(ErrorCode.TooLarge, (await stream.EndAsync()).Code);
    }

    [Fact]
    public async Task A_frame_above_its_bytes_ends_the_stream()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var stream = await TestStream.OpenAsync(broker);
        // The broker may answer before it was read to its end.
        var sending = stream.SendAsync(new ConnectRequest { Leaves = { new string('x', EnvelopeLimits.FrameBytesMax) } });
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        Assert.Equal(ErrorCode.TooLarge, (await stream.EndAsync()).Code);
    }

    [Fact]
    public async Task Garbage_acknowledgements_and_leaves_change_nothing_and_are_not_journaled()
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.EnterAsync("a");
        await using var stream = await TestStream.OpenAsync(broker, "a-owner");
        var before = broker.Host.Engine.RecordsAppended;
        var garbage = Enumerable.Range(0, 200).Select(i => new Acknowledge
        {
            Agent = i % 3 == 0 ? "act://local/nobody" : TestBroker.IdOf("a-owner"),
            Cursor = i % 2 == 0 ? Engine.Hosting.MailCursor.ToWire(i % 8, 1_000_000 + i) : ByteString.CopyFrom(new byte[i]),
            Failed = i % 5 == 0,
        });
        await stream.SendAsync(new ConnectRequest { Acknowledges = { garbage }, Leaves = { "act://local/nobody", "", "\0" } });
        await stream.SendAsync(broker.Fund("a-owner", "1"));

        var answer = (await stream.ReadUntilAsync(frame => frame.Answers.Count > 0)).Answers[0];

        Assert.NotNull(answer.Decision.Accepted);
        // The step itself, and nothing for the garbage.
        Assert.Equal(before + 1, broker.Host.Engine.RecordsAppended);
    }
}
