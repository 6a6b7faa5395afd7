using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Encodings;
using ActProtocol.Conformance.Runs;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.Conformance.Brokers.Expectations;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Streams
{
    [Check("NET-01.challenge", "The first frame of each stream holds a challenge, signed by a published key, with a nonce of its own; also when the agent's first frame is not empty.")]
    public static async Task ChallengeFirst(BrokerScenario scenario)
    {
        var nonces = new HashSet<ByteString>();
        for (var n = 0; n < 8; n++)
        {
            await using var stream = await BrokerStream.OpenAsync(scenario, null);
            True("its nonce", nonces.Add(stream.Challenge.Nonce) && stream.Challenge.Nonce.Span.ContainsAnyExcept((byte)0), "one that no other stream had", stream.Challenge.Nonce);
        }
    }

    [Check("NET-03.proof-not-taken", "A proof for another broker, stream or agent, by another key, under another tag, or whose body is no good, is answered with signature_invalid, and the stream goes on.", Values =
    [
        "another-broker", "nonce-of-another-stream", "no-nonce", "another-agent", "unknown-agent", "no-agent", "another-key", "key-of-another", "no-signature", "envelope-tag", "no-length", "turned-bit", "nonce-twice",
        "agent-twice", "cut", "empty", "s-plus-l", "another-body",
    ])]
    public static async Task ProofNotTaken(BrokerScenario scenario, string value)
    {
        var party = await scenario.PrincipalAsync("owner");
        var other = await scenario.AnybodyAsync();
        await using var stream = await BrokerStream.OpenAsync(scenario, null);
        await using var second = await BrokerStream.OpenAsync(scenario, null);
        var good = stream.Proof(party);
        ChallengeProof Changed(Action<WireMessage> change)
        {
            var wire = WireMessage.Of(new ProofBody { Broker = stream.Challenge.Broker, Nonce = stream.Challenge.Nonce, Agent = party.Id });
            change(wire);
            return BrokerStream.Proof(party.Key, wire.ToBytes());
        }
        ChallengeProof Signed(byte[] signature) => new() { Body = good.Body, Key = good.Key, Signature = ByteString.CopyFrom(signature) };
        var bad = value switch
        {
            "another-broker" => stream.Proof(party, change: body => body.Broker = "act://elsewhere.example/broker"),
            "nonce-of-another-stream" => second.Proof(party),
            "no-nonce" => stream.Proof(party, change: body => body.Nonce = ByteString.Empty),
            "another-agent" => stream.Proof(party, change: body => body.Agent = other.Id),
            "unknown-agent" => stream.Proof(scenario.NewParty("stranger")),
            "no-agent" => stream.Proof(party, change: body => body.Agent = ""),
            "another-key" => stream.Proof(party, scenario.NewParty("stranger").Key),
            "key-of-another" => stream.Proof(party, other.Key),
            "no-signature" => Signed([]),
            "envelope-tag" => Signed(party.Key.Sign(Tags.Envelope, good.Body.Span)),
            "no-length" => Signed(party.Key.SignRaw([.. System.Text.Encoding.ASCII.GetBytes(Tags.Proof), .. good.Body.Span])),
            "turned-bit" => Signed(good.Signature.ToByteArray().Flipped(100)),
            "nonce-twice" => Changed(wire => wire.Add(WireField.Of(ProofBody.NonceFieldNumber, stream.Challenge.Nonce.ToByteArray()))),
            "agent-twice" => Changed(wire => wire.Fields.Insert(0, WireField.Of(ProofBody.AgentFieldNumber, other.Id))),
            "cut" => BrokerStream.Proof(party.Key, good.Body.ToByteArray()[..^1]),
            "empty" => new ChallengeProof(),
            "s-plus-l" => Signed(OddSignatures.WithLargeS(good.Signature.ToByteArray(), 1)),
            "another-body" => new ChallengeProof { Body = second.Proof(party).Body, Key = good.Key, Signature = good.Signature },
            _ => throw new InvalidOperationException(value),
        };
        await stream.SendFrameAsync(new ConnectRequest { Proofs = { bad } });
        var closed = await stream.ClosedAsync("");
        AsRefused("signature_invalid", value, new Outcome.Refused(closed.Reason ?? new Google.Rpc.Status()));
        AsRefused("not_proven", "an envelope after it", await stream.SendAsync(scenario.SealListing(party)));
        await stream.ProveAsync(party);
        var listing = scenario.SealListing(party);
        await stream.AcceptedAsync("an envelope after the right proof", listing);
    }

    [Check("NET-03.proof-in-other-bytes", "A proof whose body has its fields in another order, over-long, and an unknown one is taken: what was sent is what was signed.", Exact = true)]
    public static async Task ProofInOtherBytes(BrokerScenario scenario)
    {
        var party = await scenario.PrincipalAsync("owner");
        await using var stream = await BrokerStream.OpenAsync(scenario, null);
        var wire = WireMessage.Of(new ProofBody { Broker = stream.Challenge.Broker, Nonce = stream.Challenge.Nonce, Agent = party.Id });
        wire.Add(WireField.Of(4_999, [1, 2])).Each(field => field with { TagBytes = 4, ValueBytes = 4 }).Fields.Reverse();
        await stream.SendFrameAsync(new ConnectRequest { Proofs = { BrokerStream.Proof(party.Key, wire.ToBytes()) } });
        await stream.AcceptedAsync("an envelope after it", scenario.SealListing(party));
    }

    [Check("NET-05.taken-over", "An agent that is proven on another stream is closed on the first with not_proven, and its mail comes on the second.")]
    public static async Task TakenOver(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        await using var first = await BrokerStream.OpenAsync(scenario, null, sale.Seller);
        await using var second = await BrokerStream.OpenAsync(scenario, null, sale.Seller);
        AsRefused("not_proven", "on the first", new Outcome.Refused((await first.ClosedAsync(sale.Seller.Id)).Reason ?? new Google.Rpc.Status()));
        AsRefused("not_proven", "an envelope on the first", await first.SendAsync(scenario.SealListing(sale.Seller)));
        await second.AcceptedAsync("an envelope on the second", scenario.SealListing(sale.Seller));
        var intent = sale.Intent();
        await scenario.AcceptedAsync("the intent", intent);
        await second.DeliveredAsync(sale.Seller, intent);
        Equal("deliveries on the first", 0, first.Deliveries.Count);
    }

    [Check("NET-05.leaves", "An agent that leaves is closed without a reason, speaks there no more, and may be proven there again, with another key of its too.")]
    public static async Task Leaves(BrokerScenario scenario)
    {
        var party = await scenario.AgentAsync("agent", await scenario.PrincipalAsync("owner"));
        var key = scenario.NewParty("key").Key;
        await using var stream = await BrokerStream.OpenAsync(scenario, null, party);
        await stream.SendFrameAsync(new ConnectRequest { Leaves = { party.Id } });
        Equal("the reason", null, (await stream.ClosedAsync(party.Id)).Reason);
        AsRefused("not_proven", "an envelope after it", await stream.SendAsync(scenario.SealListing(party)));
        await stream.ProveAsync(party);
        await stream.ProveAsync(party);
        await stream.AcceptedAsync("an envelope once it is proven", scenario.SealListing(party));
        await scenario.AcceptedAsync("the rotation", scenario.Seal(party, new RotateKey { Id = party.Id, SigningKey = ByteString.CopyFrom(key.Public) }));
        await stream.ProveAsync(party, key);
        await stream.AcceptedAsync("an envelope once it is proven by another key", scenario.SealListing(party));
    }

    [Check("NET-05.key-ends", "An agent whose key is revoked is closed on its stream with key_revoked, and what it sends there is refused.", Also = ["DIR-09"])]
    public static async Task KeyEnds(BrokerScenario scenario)
    {
        var owner = await scenario.PrincipalAsync("owner");
        var agent = await scenario.AgentAsync("agent", owner);
        await using var stream = await BrokerStream.OpenAsync(scenario, null, agent);
        await scenario.AcceptedAsync("a listing before", scenario.SealListing(agent));
        await scenario.AcceptedAsync("the revocation", scenario.Seal(owner, new RevokeKey { Id = agent.Id, Key = ByteString.CopyFrom(agent.Key.Thumbprint) }));
        AsRefused("key_revoked", "the agent on its stream", new Outcome.Refused((await stream.ClosedAsync(agent.Id)).Reason ?? new Google.Rpc.Status()));
        AsRefused("not_proven", "an envelope after it", await stream.SendAsync(scenario.SealListing(agent)));
        await stream.SendFrameAsync(new ConnectRequest { Proofs = { stream.Proof(agent) } });
        AsRefused("signature_invalid", "a proof by it", new Outcome.Refused((await stream.ClosedAsync("")).Reason ?? new Google.Rpc.Status()));
    }

    [Check("NET-05.key-expires", "An agent that was proven by a key whose validity ends is closed on its stream with key_expired.", Also = ["DIR-06"], Exact = true)]
    public static async Task KeyExpires(BrokerScenario scenario)
    {
        var agent = await scenario.AgentAsync("agent", await scenario.PrincipalAsync("owner"));
        var key = scenario.NewParty("key").Key;
        var until = scenario.NowMs + 4_000;
        await scenario.AcceptedAsync("a rotation", scenario.Seal(agent, new RotateKey { Id = agent.Id, SigningKey = ByteString.CopyFrom(key.Public), ValidUntilMs = until }));
        await using var stream = await BrokerStream.OpenAsync(scenario, null);
        scenario.OnStream(agent);
        await stream.ProveAsync(agent, key);
        await stream.AcceptedAsync("an envelope while it is valid", scenario.SealListing(agent with { Key = key }));
        AsRefused("key_expired", "the agent on its stream", new Outcome.Refused((await stream.ClosedAsync(agent.Id, within: TimeSpan.FromSeconds(4) + scenario.Target.Waits.DeliverMax)).Reason ?? new Google.Rpc.Status()));
        await scenario.RefusedAsync("key_expired", "a step by it", scenario.SealListing(agent with { Key = key }), scenario.SealListing(agent));
    }

    [Check("NET-06.not-proven", "An envelope whose sender was not proven on the stream is answered with not_proven, whatever its signature, and is not delivered.", Values = ["good", "badly-signed", "unknown-sender"])]
    public static async Task NotProven(BrokerScenario scenario, string value)
    {
        var sale = await scenario.SaleAsync();
        await using var stream = await BrokerStream.OpenAsync(scenario, null, sale.Seller);
        var intent = sale.Intent();
        var sent = value switch { "good" => intent, "badly-signed" => intent.Signed(sale.Buyer.Key, over: [1]), _ => scenario.SealListing(scenario.NewParty("stranger")) };
        AsRefused("not_proven", value, await stream.SendAsync(sent));
        await scenario.AcceptedAsync("the intent by a call", intent);
        await stream.DeliveredAsync(sale.Seller, intent);
        Equal("deliveries", 1, stream.Deliveries.Count);
    }

    [Check("NET-07.too-large", "A frame of 257 envelopes, or of more than 1 MiB, ends the stream with too_large; 256 envelopes are each answered.", Exact = true)]
    public static async Task FrameTooLarge(BrokerScenario scenario)
    {
        // A broker may take it ill of a connection that its streams had to be ended.
        using var channel = scenario.Target.OpenChannel();
        var party = await scenario.PrincipalAsync("owner");
        await using (var stream = await BrokerStream.OpenAsync(scenario, channel, party))
        {
            var outcomes = await stream.SendAllAsync([.. Enumerable.Range(0, 256).Select(_ => scenario.SealListing(party))]);
            foreach (var outcome in outcomes) True("each of 256 envelopes", outcome is Outcome.Taken, "accepted", outcome);
        }
        await using (var stream = await BrokerStream.OpenAsync(scenario, channel, party))
        {
            await stream.SendFrameAsync(new ConnectRequest { Envelopes = { Enumerable.Repeat(scenario.SealListing(party), 257) } });
            AsRefused("too_large", "257 envelopes", await stream.EndedAsync());
        }
        await using (var stream = await BrokerStream.OpenAsync(scenario, channel, party))
        {
            await stream.SendRawAsync(new WireMessage().Add(WireField.Of(4_999, new byte[1_048_576])).ToBytes(), "more than 1 MiB");
            AsRefused("too_large", "more than 1 MiB", await stream.EndedAsync());
        }
    }

    [Check("NET-07.at-the-limit", "A frame of exactly 1 MiB is read.", Exact = true)]
    public static async Task FrameAtTheLimit(BrokerScenario scenario)
    {
        var party = await scenario.PrincipalAsync("owner");
        await using var stream = await BrokerStream.OpenAsync(scenario, null, party);
        var frame = WireMessage.Of(new ConnectRequest { Envelopes = { scenario.SealListing(party) } });
        var room = 1_048_576 - frame.ToBytes().Length - 3 - 3;
        frame.Add(WireField.Of(4_999, new byte[room]) with { TagBytes = 3, ValueBytes = 3 });
        Equal("bytes of the frame", 1_048_576, frame.ToBytes().Length);
        await stream.SendRawAsync(frame.ToBytes(), "1 MiB");
        Equal("answers", 1, await stream.AnswersAsync(1));
    }

    [Check("NET-07.order-in-a-frame", "A frame is worked through as proofs, leaves, acknowledgements, envelopes: an agent that is proven in it may speak in it, one that leaves in it may not.")]
    public static async Task OrderInAFrame(BrokerScenario scenario)
    {
        var party = await scenario.PrincipalAsync("owner");
        scenario.OnStream(party);
        await using var stream = await BrokerStream.OpenAsync(scenario, null);
        var (first, second, third) = (scenario.SealListing(party), scenario.SealListing(party), scenario.SealListing(party));
        await stream.SendFrameAsync(new ConnectRequest { Envelopes = { first }, Proofs = { stream.Proof(party) } });
        True("an envelope with its proof", scenario.Note(first, await stream.AnswerToAsync(first)) is Outcome.Taken, "accepted", "refused");
        await stream.SendFrameAsync(new ConnectRequest { Envelopes = { second }, Leaves = { party.Id } });
        AsRefused("not_proven", "an envelope with its leave", await stream.AnswerToAsync(second));
        await stream.SendFrameAsync(new ConnectRequest { Envelopes = { third }, Leaves = { party.Id }, Proofs = { stream.Proof(party) } });
        AsRefused("not_proven", "an envelope with proof and leave", await stream.AnswerToAsync(third));
    }

    [Check("NET-07.no-frame", "Bytes that are no frame end the stream with malformed.", Values = ["cut", "wire-type-7", "no-message", "text-not-utf-8"])]
    public static async Task NoFrame(BrokerScenario scenario, string value)
    {
        // A broker may take it ill of a connection that its streams had to be ended.
        using var channel = scenario.Target.OpenChannel();
        await using var stream = await BrokerStream.OpenAsync(scenario, channel, await scenario.PrincipalAsync("owner"));
        await stream.SendRawAsync(value switch { "cut" => [0x12, 0x05, 0x0a], "wire-type-7" => [0x17], "no-message" => [0x12, 0x02, 0xff, 0xff], _ => [0x22, 0x02, 0xc0, 0xaf] }, value);
        AsRefused("malformed", value, await stream.EndedAsync());
    }

    [Check("NET-08.answers-by-digest", "Each envelope of a frame gets one answer with its digest; what was not decided among them says so.")]
    public static async Task AnswersByDigest(BrokerScenario scenario)
    {
        var owner = await scenario.PrincipalAsync("owner");
        await using var stream = await BrokerStream.OpenAsync(scenario, null, owner);
        var good = Enumerable.Range(0, 16).Select(_ => scenario.Seal(owner, scenario.NewFund(owner))).ToList();
        var bad = good.Select(envelope => envelope.Signed(owner.Key, over: [1, 2, 3])).ToList();
        var outcomes = await stream.SendAllAsync([.. good.Take(8), .. bad.Skip(8)]);
        foreach (var outcome in outcomes.Take(8)) True("a good envelope of the frame", outcome is Outcome.Taken, "accepted", outcome);
        foreach (var outcome in outcomes.Skip(8)) True("a bad one", AsRefused("signature_invalid", "a bad one", outcome).Decision is null, "an answer that is not decided", outcome);
        Equal("answers", 16, stream.Answers.Count);
        foreach (var answer in stream.Answers) True("the message id of an answer", answer.MessageId.Length is 16 || (answer.MessageId.IsEmpty && answer.Decision is null), "16 bytes", answer.MessageId);
    }

    [Check("NET-08.delivered-and-acknowledged", "What one side sends over a stream is delivered to the other over its own, and no more once it is acknowledged.", Also = ["MBX-02"])]
    public static async Task DeliveredAndAcknowledged(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        await using var buyers = await BrokerStream.OpenAsync(scenario, null, sale.Buyer);
        await using var sellers = await BrokerStream.OpenAsync(scenario, null, sale.Seller);
        var intent = sale.Intent();
        await buyers.AcceptedAsync("the intent", intent);
        await sellers.AcknowledgeAsync(await sellers.DeliveredAsync(sale.Seller, intent));
        var quote = sale.Quote();
        await sellers.AcceptedAsync("the quote", quote);
        await buyers.DeliveredAsync(sale.Buyer, quote);
        await using var again = await BrokerStream.OpenAsync(scenario, null, sale.Seller);
        var locked = sale.Lock();
        await scenario.AcceptedAsync("the lock", locked);
        await again.DeliveredAsync(sale.Seller, locked);
        Equal("the seller's mail on another stream", 1, again.Deliveries.Count);
    }

    [Check("NET-09.in-order", "Of one stream's envelopes to one partition, the broker decides in the order in which they came, within a frame and between frames.")]
    public static async Task InOrder(BrokerScenario scenario)
    {
        var owner = await scenario.PrincipalAsync("owner");
        await using var stream = await BrokerStream.OpenAsync(scenario, null, owner);
        var frames = Enumerable.Range(0, 4).Select(_ => Enumerable.Range(0, 16).Select(_ => scenario.Seal(owner, scenario.NewFund(owner))).ToList()).ToList();
        foreach (var frame in frames) await stream.SendFrameAsync(new ConnectRequest { Envelopes = { frame } });
        var last = 0UL;
        foreach (var envelope in frames.SelectMany(frame => frame))
        {
            var outcome = scenario.Note(envelope, await stream.AnswerToAsync(envelope));
            if (outcome is not Outcome.Taken { Decision: var decision }) throw Failed("each of them", "accepted", outcome);
            True("its position", decision.Position > last, $"above {last}", decision.Position);
            last = decision.Position;
        }
    }

    [Check("NET-10.after-a-cut", "After a cut nothing is lost: what was answered is there, what was not can be sent again, and what was not acknowledged is delivered again as the same record.", Also = ["MBX-03"])]
    public static async Task AfterACut(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        var intent = sale.Intent();
        Delivery before;
        await using (var stream = await BrokerStream.OpenAsync(scenario, null, sale.Buyer, sale.Seller))
        {
            await stream.AcceptedAsync("the intent", intent);
            before = await stream.DeliveredAsync(sale.Seller, intent);
            // The quote goes out, and nobody hears the answer.
        }
        var quote = sale.Quote();
        await using (var cut = await BrokerStream.OpenAsync(scenario, null, sale.Seller)) await cut.SendFrameAsync(new ConnectRequest { Envelopes = { quote } });
        await using var again = await BrokerStream.OpenAsync(scenario, null, sale.Buyer, sale.Seller);
        Equal("the record of the intent, delivered again", before.Receipt.Record, (await again.DeliveredAsync(sale.Seller, intent)).Receipt.Record);
        await again.AcceptedAsync("the quote again", quote);
        await again.DeliveredAsync(sale.Buyer, quote);
        Equal("records of the quote", 1, (await scenario.RecordsAsync(sale)).Count(record => record.Envelope?.Content == quote.Content));
    }

    [Check("NET-14.wrong-call", "A question anywhere but in Ask, and another body there, is body_unsupported.", Values = ["question-in-send", "question-on-stream", "question-in-json-send", "step-in-ask", "step-in-json-ask"])]
    public static async Task WrongCall(BrokerScenario scenario, string value)
    {
        var party = await scenario.PrincipalAsync("owner");
        var question = BrokerScenario.Seal(party, scenario.Draft(party, new Ask { Account = new AskAccount { Account = party.Id } }));
        var step = scenario.SealListing(party);
        var outcome = value switch
        {
            "question-in-send" => await scenario.SendUnaryAsync(question),
            "question-on-stream" => await scenario.SendAsync(Way.Stream, question, party),
            "question-in-json-send" => await scenario.SendAsync(Way.Json, question),
            "step-in-ask" => await scenario.AskUnaryAsync(step),
            _ => await scenario.AskJsonAsync(step),
        };
        AsRefused("body_unsupported", value, outcome);
        await scenario.AcceptedAsync("the step by Send", step);
        True("the question by Ask", await scenario.AskUnaryAsync(question) is Outcome.Answered, "an answer", "none");
        True("the question by JSON", await scenario.AskJsonAsync(question) is Outcome.Answered, "an answer", "none");
    }

    [Check("NET-04.nobody-proven", "A stream on which nobody was proven ends with not_proven; one with a proven agent goes on.")]
    public static async Task NobodyProven(BrokerScenario scenario)
    {
        // A broker may take it ill of a connection that its streams had to be ended.
        using var channel = scenario.Target.OpenChannel();
        var party = await scenario.PrincipalAsync("owner");
        await using var proven = await BrokerStream.OpenAsync(scenario, channel, party);
        await using var stream = await BrokerStream.OpenAsync(scenario, channel);
        AsRefused("not_proven", "a stream without a proof", await stream.EndedAsync(TimeSpan.FromSeconds(10) + scenario.Target.Waits.DeliverMax));
        await proven.AcceptedAsync("the other stream", scenario.SealListing(party));
    }
}
