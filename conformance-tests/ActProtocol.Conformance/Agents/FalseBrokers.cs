using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Agents;

/// <summary>Streams that begin with a false challenge.</summary>
static class FalseBrokers
{
    /// <summary>The stream is ended, and no proof was sent on it.</summary>
    public static async Task NoProofAsync(Stage stage, string about)
    {
        var stream = await stage.UntilAsync("the end of a stream whose challenge is false", () => stage.Streams.FirstOrDefault(stream => stream.IsEnded || stream.ProofsSent > 0), AgentScenario.HookMax);
        Expectations.True($"a challenge that is false ({about})", stage.Streams.All(one => one.ProofsSent == 0), "no proof, and the end of the stream", stream.ProofsSent > 0 ? "a proof" : "a proof on another stream");
    }

    /// <summary>What a subject that was ended would have answered.</summary>
    public static async Task ForgetAsync(Task asked)
    {
        try
        {
            await asked;
        }
        catch (CheckFailedException)
        {
            // It was ended in the midst of it.
        }
    }
}
