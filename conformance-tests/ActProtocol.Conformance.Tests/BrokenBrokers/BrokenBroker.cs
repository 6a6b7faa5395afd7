namespace ActProtocol.Conformance.BrokenBrokers;

/// <summary>The reference broker with one thing wrong, chosen by name.</summary>
/// <param name="Name">Never reused.</param>
/// <param name="Fault">What it does, in a sentence.</param>
/// <param name="CaughtBy">The check that must fail, by the sentence of its requirement.</param>
/// <param name="Edits">Where the source of the reference is changed.</param>
sealed record BrokenBroker(string Name, string Fault, string CaughtBy, params Edit[] Edits)
{
    public override string ToString() => Name;
}

/// <summary>One place of the reference's source.</summary>
/// <param name="File">Under <c>src/</c>.</param>
/// <param name="Right">As it stands there, exactly once.</param>
/// <param name="Wrong">What stands there instead; <c>{M}</c> is true in this broken broker alone, so that one build has all of them.</param>
sealed record Edit(string File, string Right, string Wrong);
