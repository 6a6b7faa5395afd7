using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Encodings;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.Conformance.Brokers.Expectations;

namespace ActProtocol.Conformance.Cases.Brokers;

/// <summary>Who sends too much, or reads nothing, harms himself alone. That others are served is seen by their answers, never by how fast they come.</summary>
static class Floods
{
    [Check("NET-09.stuck-reader", "A stream that does not read is held up by itself: others are answered meanwhile, and it gets its answers once it reads.", Exact = true)]
    public static async Task StuckReader(BrokerScenario scenario)
    {
        var sender = await scenario.PrincipalAsync("owner");
        // On a connection of its own: what HTTP/2 lets a connection send before it is read is shared by all that goes over it.
        using var channel = scenario.Target.OpenChannel();
        await using var stuck = await BrokerStream.OpenAsync(scenario, channel, sender);
        stuck.StopReading();
        var all = Enumerable.Range(0, 1_500).Select(_ => scenario.SealListing(sender)).ToList();
        // Not awaited: the broker may read on no further.
        var writing = WriteAsync();
        async Task WriteAsync()
        {
            foreach (var frame in all.Chunk(100)) await stuck.SendFrameAsync(new ConnectRequest { Envelopes = { frame } });
        }
        var other = await scenario.PrincipalAsync("other");
        await using var free = await BrokerStream.OpenAsync(scenario, null, other);
        await free.AcceptedAsync("another stream meanwhile", scenario.SealListing(other));
        await scenario.AcceptedAsync("a call meanwhile", scenario.SealListing(other));
        stuck.GoOnReading();
        await writing;
        foreach (var envelope in all) True("each of what it sent", await stuck.AnswerToAsync(envelope) is Outcome.Taken, "accepted", "another answer");
    }

    [Check("NET-20.bad-signatures", "A stream that brings 64 bad signatures hears signature_invalid for each, or is ended with quota_exceeded and told how long to wait; others are served.", Exact = true)]
    public static async Task BadSignatures(BrokerScenario scenario)
    {
        // A broker may take it ill of a connection that its streams had to be ended.
        using var channel = scenario.Target.OpenChannel();
        var (sender, other) = (await scenario.PrincipalAsync("owner"), await scenario.PrincipalAsync("other"));
        await using var flood = await BrokerStream.OpenAsync(scenario, channel, sender);
        var bad = Enumerable.Range(0, 64).Select(_ => scenario.SealListing(sender).Signed(sender.Key, over: [1])).ToList();
        await flood.SendFrameAsync(new ConnectRequest { Envelopes = { bad } });
        var answered = 0;
        foreach (var envelope in bad)
        {
            if (await flood.AnswerToAsync(envelope) is not Outcome.Refused refused) break;
            AsRefused("signature_invalid", "a bad signature", refused);
            answered++;
        }
        if (answered < bad.Count)
        {
            var end = AsRefused("quota_exceeded", "the end of the stream", await flood.EndedAsync());
            True("the end of the stream", end.Retry is not null, "RetryInfo (ERR-06)", "none");
        }
        await using var stream = await BrokerStream.OpenAsync(scenario, channel, other);
        await stream.AcceptedAsync("another stream", scenario.SealListing(other));
        await scenario.AcceptedAsync("the sender itself, in whose name it was", scenario.SealListing(sender));
    }

    [Check("NET-15.bad-calls-of-a-name", "Many badly signed calls in an agent's name do not shut the agent out.", Exact = true)]
    public static async Task BadCallsOfAName(BrokerScenario scenario)
    {
        var sender = await scenario.PrincipalAsync("owner");
        var thief = new KeyPair(scenario.Random.Bytes(32));
        var calls = await scenario.EachAsync(Enumerable.Range(0, 200).Select(_ => scenario.SealListing(sender)), good => good.With(thief.SignContent(good.Content)));
        foreach (var (_, outcome) in calls) True("a badly signed call", outcome is Outcome.Refused { Code: "signature_invalid" or "quota_exceeded" }, "signature_invalid, or quota_exceeded before it was looked at", outcome);
        using var channel = scenario.Target.OpenChannel();
        var own = scenario.SealListing(sender);
        True("the agent itself, on a connection of its own", scenario.Note(own, await scenario.SendUnaryAsync(own, new BrokerService.BrokerServiceClient(channel))) is Outcome.Taken, "accepted", "a refusal");
    }

    [Check("NET-20.refused-envelopes", "A stream that brings 300 envelopes that are no good hears so for each, or is ended with quota_exceeded and told how long to wait; what it was right in is decided, and others are served.", Exact = true)]
    public static async Task RefusedEnvelopes(BrokerScenario scenario)
    {
        var (sender, other) = (await scenario.PrincipalAsync("owner"), await scenario.PrincipalAsync("other"));
        using var channel = scenario.Target.OpenChannel();
        await using var flood = await BrokerStream.OpenAsync(scenario, channel, sender);
        var right = scenario.SealListing(sender);
        var bad = Enumerable.Range(0, 300).Select(_ => scenario.SealListing(sender, (WireMessage wire) => wire.Add(new WireField(4_999, 6)))).ToList();
        await flood.SendFrameAsync(new ConnectRequest { Envelopes = { bad.Take(150).Prepend(right) } });
        await flood.SendFrameAsync(new ConnectRequest { Envelopes = { bad.Skip(150) } });
        foreach (var envelope in bad)
        {
            if (await flood.AnswerToAsync(envelope) is Outcome.Refused refused)
            {
                AsRefused("malformed", "what is no good", refused);
                continue;
            }
            var end = AsRefused("quota_exceeded", "the end of the stream", await flood.EndedAsync());
            True("the end of the stream", end.Retry is not null, "RetryInfo (ERR-06)", "none");
            break;
        }
        await scenario.AcceptedAsync("what was right among them, again", right);
        await using var stream = await BrokerStream.OpenAsync(scenario, null, other);
        await stream.AcceptedAsync("another stream", scenario.SealListing(other));
    }

    [Check("NET-20.unknown-acknowledgements", "Acknowledgements of what was never delivered, of others' mail, and with cursors of any bytes have no effect on anybody's mail; the stream goes on, or ends with quota_exceeded.", Also = ["MBX-02"], Exact = true)]
    public static async Task UnknownAcknowledgements(BrokerScenario scenario)
    {
        var (sale, victim) = (await scenario.SaleAsync(), await scenario.SaleAsync());
        var (intent, others) = (sale.Intent(), victim.Intent());
        await scenario.AcceptedAsync("an intent", intent);
        await scenario.AcceptedAsync("an intent to another", others);
        await using var theirs = await BrokerStream.OpenAsync(scenario, null, victim.Seller);
        var cursor = (await theirs.DeliveredAsync(victim.Seller, others)).Cursor;
        using var channel = scenario.Target.OpenChannel();
        await using (var stream = await BrokerStream.OpenAsync(scenario, channel, sale.Seller))
        {
            await stream.DeliveredAsync(sale.Seller, intent);
            foreach (var (agent, of) in new[] { (victim.Seller.Id, cursor), (sale.Seller.Id, cursor), (sale.Seller.Id, ByteString.Empty), (sale.Seller.Id, ByteString.CopyFrom(scenario.Random.Bytes(64))), (sale.Seller.Id, ByteString.CopyFrom(new byte[4_096])), ("nobody", cursor), ("", ByteString.Empty) })
            {
                await stream.SendFrameAsync(new ConnectRequest { Acknowledges = { new Acknowledge { Agent = agent, Cursor = of } } });
            }
            await stream.AcceptedAsync("an envelope after them", scenario.SealListing(sale.Seller));
        }
        Equal("copies of the intent that wait for its seller", 1, await scenario.MailOfAsync(sale.Seller, intent));
        Equal("copies of the other intent that wait for the other seller", 1, await scenario.MailOfAsync(victim.Seller, others));
    }
}
