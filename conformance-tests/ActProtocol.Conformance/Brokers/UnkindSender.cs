using ActProtocol.Conformance.Runs;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Brokers;

/// <summary>
/// Between a case and its broker: draws by which way an envelope goes, sends copies of the same bytes, loses answers, cuts, and forges, as the script's level allows; and
/// insists on one answer to the same bytes (ENV-20, NET-13, JRN-09). What a case then hears is what an honest sender would have.
/// </summary>
sealed class UnkindSender(BrokerScenario scenario, UnkindScript script)
{
    static readonly Way[] Drawn = [Way.Unary, Way.Unary, Way.Stream, Way.Json];

    // Not decided, and another answer a moment later is as right; or refused before the id is looked up (ENV-20).
    static readonly string[] Passing =
        ["quota_exceeded", "overloaded", "stopping", "partition_fenced", "clock_unsure", "not_proven", "clock_skew", "envelope_expired", "internal", "key_revoked", "key_expired", "key_not_yet_valid"];

    public async Task<Outcome> SendAsync(Envelope envelope)
    {
        var (step, random) = script.Next();
        if (UnkindScript.IsLeftOut(step)) return await scenario.SendUnaryAsync(envelope);
        var sender = SenderOf(envelope.Content);
        var way = random.Pick(Drawn);
        var copy = random.Number(5);
        var copyWay = random.Pick(Drawn);
        var fault = random.Number(6);
        void Note(string act) => script.Note(step, act);

        if (script.Level >= 3 && (fault is 0 or 1)) await ForgeAsync(envelope, random, signedByStranger: fault == 0, Note);
        if (script.Level >= 2 && fault == 2 && !EndsItsKey(envelope, sender)) await CutAsync(envelope, sender, way, Note);
        var lost = script.Level >= 2 && (fault is 3 or 4);

        var together = copy == 0 ? SendAsync(copyWay, envelope, sender, act => Note($"a copy at the same time {act}")) : null;
        var first = await SendAsync(way, envelope, sender, Note);
        if (together is not null) first = Agree(envelope, first, await together);
        if (copy == 1) first = Agree(envelope, first, await SendAsync(copyWay, envelope, sender, act => Note($"a copy afterwards {act}")));
        if (lost) await LoseAsync(envelope, first, sender, ask: fault == 3, Note);
        return first;
    }

    // By stream only for who can be proven there and has no stream of its own, from which this one would take its mail.
    async Task<Outcome> SendAsync(Way way, Envelope envelope, Party? sender, Action<string> note)
    {
        if (way is Way.Stream && (sender is null || scenario.IsOnStream(sender))) way = Way.Unary;
        note($"by {way}");
        if (way is not Way.Stream) return await scenario.SendAsync(way, envelope);
        try
        {
            return await scenario.SendAsync(way, envelope, sender) is var outcome and not Outcome.Refused { Code: "not_proven" } ? outcome : await scenario.SendUnaryAsync(envelope);
        }
        catch (CheckFailedException)
        {
            // Its key may not sign any more, or another stream of the scenario took over: what the case is about is seen by the unary call.
            return await scenario.SendUnaryAsync(envelope);
        }
    }

    async Task ForgeAsync(Envelope envelope, Seeded random, bool signedByStranger, Action<string> note)
    {
        var forged = envelope.Clone();
        if (signedByStranger)
        {
            note("before it, the same content signed by a stranger");
            var stranger = new KeyPair(random.Bytes(32));
            forged.Signatures.Clear();
            forged.Signatures.Add(stranger.SignContent(envelope.Content));
        }
        else if (envelope.Content.Length > 0)
        {
            note("before it, a copy with one bit flipped");
            var bytes = envelope.Content.ToByteArray();
            bytes[random.Number(bytes.Length)] ^= (byte)(1 << random.Number(8));
            forged.Content = ByteString.CopyFrom(bytes);
        }
        var outcome = await scenario.SendUnaryAsync(forged);
        if (outcome is not Outcome.Refused { IsDecided: false }) throw Expectations.Failed("a forged copy", "refused, and not decided", outcome);
    }

    async Task CutAsync(Envelope envelope, Party? sender, Way way, Action<string> note)
    {
        if (way is Way.Stream && sender is not null && !scenario.IsOnStream(sender))
        {
            note("before it, the same bytes on a stream that is cut before the answer");
            try
            {
                await using var stream = await BrokerStream.OpenBrieflyAsync(scenario, sender);
                await stream.SendFrameAsync(new ConnectRequest { Envelopes = { envelope } });
            }
            catch (CheckFailedException)
            {
                // It could not be proven: as in SendAsync.
            }
            return;
        }
        note("before it, the same bytes in a call that is cut before the answer");
        using var call = scenario.Target.Broker.SendAsync(new SendRequest { Envelope = envelope }, scenario.Options());
        await Task.Yield();
    }

    // The case hears the first answer; the sender asks what it was, or sends the same bytes again.
    async Task LoseAsync(Envelope envelope, Outcome first, Party? sender, bool ask, Action<string> note)
    {
        if (first is Outcome.Refused { IsDecided: false } or Outcome.Broken) return;
        if (!ask || sender is null)
        {
            note("its answer lost, the same bytes again");
            Agree(envelope, first, await scenario.SendUnaryAsync(envelope));
            return;
        }
        note("its answer lost, its outcome asked for");
        var header = Content.Parser.ParseFrom(envelope.Content).Header;
        var (answer, refused) = await scenario.AskAsync(sender, new Ask { Outcome = new AskOutcome { TransactionId = header.TransactionId, MessageId = header.MessageId } }, header.Home);
        if (refused is not null && Passing.Contains(refused.Code)) return;
        if (answer?.Outcome is not { Known: true, Decision: { } decision })
        {
            // Outside a transaction it is kept until it expires (JRN-09).
            if (answer?.Outcome is not null && header.TransactionId.IsEmpty && header.ExpiresAtMs <= scenario.NowMs) return;
            throw Expectations.Failed($"the outcome of {Bodies.NameOf(envelope.Content)}", first.ToString(), answer?.Outcome is null ? refused : "not known");
        }
        Agree(envelope, first, Outcome.Of(decision));
    }

    // What revokes the key that signed it can't be said again: the key is refused before the id is looked up (ENV-20).
    static bool EndsItsKey(Envelope envelope, Party? sender)
    {
        try
        {
            var content = Content.Parser.ParseFrom(envelope.Content);
            return (content.RevokeKey is { } revoke && envelope.Signatures.Any(signature => signature.Key == revoke.Key))
                || (content.RotateKey is { } rotate && rotate.Id == content.Header?.Sender && sender is { Principal: null });
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    static Outcome Agree(Envelope envelope, Outcome first, Outcome again)
    {
        if (first is Outcome.Broken || (again is Outcome.Refused { IsDecided: false } passing && Passing.Contains(passing.Code))) return first;
        // Not decided: the same bytes may get another answer (ERR-07).
        if (first is Outcome.Refused { IsDecided: false }) return again;
        var same = (first, again) switch
        {
            (Outcome.Taken one, Outcome.Taken other) => one.Decision.Equals(other.Decision),
            (Outcome.Refused one, Outcome.Refused other) => one.Status.Equals(other.Status) && (one.Decision is null || other.Decision is null || one.Decision.Equals(other.Decision)),
            _ => false,
        };
        return same ? first : throw Expectations.Failed($"the same bytes again ({Bodies.NameOf(envelope.Content)})", $"the first answer: {Show(first)}", Show(again));
    }

    static string Show(Outcome outcome) => outcome is Outcome.Taken taken ? $"{outcome} at {taken.Decision.Partition}/{taken.Decision.Position}" : outcome.ToString();

    Party? SenderOf(ByteString content)
    {
        try
        {
            var sender = Content.Parser.ParseFrom(content).Header?.Sender;
            return scenario.Parties.FirstOrDefault(party => party.Id == sender);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
