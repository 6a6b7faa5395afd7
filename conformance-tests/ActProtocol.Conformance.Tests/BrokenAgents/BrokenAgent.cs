using ActProtocol.Conformance.BrokenBrokers;
using ActProtocol.Conformance.Checks;

namespace ActProtocol.Conformance.BrokenAgents;

/// <summary>An agent with one thing wrong: the SDK's, in the same build as the broken brokers, or the seller of the examples.</summary>
/// <param name="Name">Of the fault, for <c>ACT_BROKEN</c>.</param>
/// <param name="Role">As what it is caught.</param>
/// <param name="Fault">What it does, in a sentence.</param>
/// <param name="CaughtBy">The result that must not be a pass.</param>
/// <param name="InNode">It is the seller in JavaScript, broken by <c>mutants/broken.mjs</c>.</param>
sealed record BrokenAgent(string Name, SubjectKind Role, string Fault, string CaughtBy, bool InNode = false)
{
    /// <summary>Where our source is changed; none in node.</summary>
    public Edit[] Edits { get; init; } = [];
}
