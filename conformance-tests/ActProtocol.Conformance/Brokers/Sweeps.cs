using System.Collections.Concurrent;
using ActProtocol.Conformance.Encodings;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.Conformance.Brokers.Expectations;

namespace ActProtocol.Conformance.Brokers;

/// <summary>One fault after the other at a broker's door, and the envelopes that they are put into.</summary>
static class Sweeps
{
    const int AtATime = 8;

    /// <summary>A step that every entry may take at any time, and that changes what it offers and nothing else: good for all that is about envelopes.</summary>
    public static Content NewListing(this BrokerScenario scenario, Party party) => scenario.Draft(party, new UpdateListing
    {
        Id = party.Id,
        Listing = new Listing { Title = "Goods for tests", Capabilities = { "tests.goods" }, Categories = { "tests" }, Origins = { "https://goods.example" }, Prices = { new ListedPrice { Item = "One", Price = Xts.Of(5, 5) } } },
    });

    /// <summary>The same, changed and then signed as it is: no unkindness is added to its bytes.</summary>
    public static Envelope SealListing(this BrokerScenario scenario, Party party, Action<Content>? change = null)
    {
        var content = scenario.NewListing(party);
        change?.Invoke(content);
        return BrokerScenario.Seal(party, content);
    }

    /// <summary>The same with its fields changed as no library would.</summary>
    public static Envelope SealListing(this BrokerScenario scenario, Party party, Action<WireMessage> change)
    {
        var wire = WireMessage.Of(scenario.NewListing(party));
        change(wire);
        return BrokerScenario.Seal(party, wire.ToByteString());
    }

    /// <summary>Each is refused with <paramref name="code"/> and none of them changes anything; the twin is accepted.</summary>
    public static async Task AllRefusedAsync(this BrokerScenario scenario, string code, IEnumerable<(string What, Envelope Faulty)> faulty, Envelope twin)
    {
        scenario.Controls.Expect(twin);
        await scenario.AllRefusedAsync(code, faulty);
        await scenario.AcceptedAsync("control of them", twin);
    }

    /// <summary>Each is refused with <paramref name="code"/>, and none of them changes anything. The case has its control.</summary>
    public static async Task AllRefusedAsync(this BrokerScenario scenario, string code, IEnumerable<(string What, Envelope Faulty)> faulty)
    {
        var before = await Snapshot.TakeAsync(scenario);
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = scenario.CancellationToken };
        await Parallel.ForEachAsync(faulty, options, async (one, _) => AsRefused(code, one.What, await scenario.SendUnaryAsync(one.Faulty)));
        if ((await Snapshot.TakeAsync(scenario)).DifferenceFrom(before) is { } change) throw Failed("what is refused", "nothing changed", change);
    }

    /// <summary>What each was answered, some at a time.</summary>
    public static async Task<IReadOnlyList<(T One, Outcome Outcome)>> EachAsync<T>(this BrokerScenario scenario, IEnumerable<T> all, Func<T, Envelope> envelope)
    {
        ConcurrentBag<(T, Outcome)> outcomes = [];
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = scenario.CancellationToken };
        await Parallel.ForEachAsync(all, options, async (one, _) => outcomes.Add((one, await scenario.SendUnaryAsync(envelope(one)))));
        return [.. outcomes];
    }

    /// <summary>It is refused, for something that is looked at later than what <paramref name="code"/> stands for, or accepted: that fault is not in it.</summary>
    public static async Task PassesAsync(this BrokerScenario scenario, string code, string what, Envelope twin)
    {
        var outcome = scenario.Note(twin, await scenario.SendUnaryAsync(twin));
        if (outcome is Outcome.Broken || (outcome is Outcome.Refused refused && Precedence.Of(refused.Code) <= Precedence.Of(code))) throw Failed($"{what} without that fault", $"no {code}, nor what comes before it", outcome);
        scenario.Controls.Held(Bodies.NameOf(twin.Content));
    }

    /// <summary>One bit of <paramref name="bytes"/> turned over.</summary>
    public static byte[] Flipped(this byte[] bytes, int bit)
    {
        var flipped = (byte[])bytes.Clone();
        flipped[bit / 8] ^= (byte)(1 << (bit % 8));
        return flipped;
    }

    public static Envelope WithValue(this Envelope envelope, KeyPair key, byte[] value) =>
        envelope.With(new Signature { Suite = SignatureSuite.Ed25519, Key = ByteString.CopyFrom(key.Thumbprint), Value = ByteString.CopyFrom(value) });
}
