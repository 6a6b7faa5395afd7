using ActProtocol.V1;

namespace ActProtocol.Broker.Streams;

/// <summary>What waits for a stream that does not read is bounded.</summary>
public sealed class OutgoingTests
{
    [Fact]
    public void Notices_wait_up_to_a_bound_and_there_is_room_again_once_they_were_written()
    {
        var (waiting, deliveries) = (new Outgoing(), new List<Outgoing.Waiting>());
        for (var count = 0; count < Outgoing.NoticesMax; count++) Assert.True(waiting.TryAdd(Proven()));
        Assert.False(waiting.TryAdd(Proven()));

        var written = waiting.Take(deliveries)!.Proven.Count;
        Assert.True(written > 0);
        for (var count = 0; count < written; count++) Assert.True(waiting.TryAdd(Proven()));
        Assert.False(waiting.TryAdd(Proven()));
    }

    static ConnectResponse Proven() => new() { Proven = { "act://local/somebody" } };
}
