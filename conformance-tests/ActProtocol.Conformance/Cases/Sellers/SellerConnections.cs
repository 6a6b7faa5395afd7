using ActProtocol.Conformance.Agents;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Runs;
using ActProtocol.V1;

namespace ActProtocol.Conformance.Cases.Sellers;

/// <summary>A seller's stream.</summary>
static class SellerConnections
{
    [Check("NET-02.seller-signs-no-proof-for-a-false-broker", "A challenge that is not the broker's, by its name or by its signature, gets no proof, and the stream is ended.", Exact = true, Also = ["DIR-18"],
        Values = ["name", "relayed", "key", "stolen-thumbprint", "nonce-changed", "untagged", "receipt-key", "retired-key"])]
    public static async Task FalseBroker(SellerScenario scenario, string value)
    {
        scenario.Stage.ChallengeFault = value;
        var selling = await scenario.BeginAsync();
        await FalseBrokers.NoProofAsync(scenario.Stage, value);
        await scenario.EndAsync();
        await FalseBrokers.ForgetAsync(selling);
        scenario.Stage.ChallengeFault = null;
        await scenario.OpenAsync();
    }

    [Check("NET-10.seller-comes-back-after-a-cut", "After a cut it connects again and proves itself anew, by the new stream's challenge; what came meanwhile is answered.", Also = ["NET-03"])]
    public static async Task Cut(SellerScenario scenario)
    {
        await scenario.OpenAsync();
        await scenario.CaughtUpAsync();
        scenario.Stage.Cut();
        await scenario.CaughtUpAsync();
        scenario.Judge("NET-03");
    }

    [Check("NET-10.seller-does-not-hammer", "While its broker cuts every stream, it comes back with a back-off from about 100 ms: no more than 20 streams in the first second.", Should = true)]
    public static async Task BackOff(SellerScenario scenario)
    {
        await scenario.OpenAsync();
        var stage = scenario.Stage;
        stage.CutsStreams = true;
        var (before, from) = (stage.Streams.Count, scenario.Transcript.Elapsed);
        stage.Cut();
        await stage.UntilAsync("further streams", () => stage.Streams.Count >= before + 4 ? "" : null, TimeSpan.FromSeconds(20));
        var within = stage.Streams.Count(stream => stream.At - from is var since && since > TimeSpan.Zero && since < TimeSpan.FromSeconds(1));
        Expectations.True("streams in the second after the first cut", within <= 20, "at most 20", within);
        stage.CutsStreams = false;
        await scenario.CaughtUpAsync();
    }
}
