namespace ActProtocol.Conformance.BrokenCodecs;

/// <summary>The codec of spec/examples/node-codec with one thing wrong, chosen by name (codec.mjs).</summary>
/// <param name="Name">Never reused.</param>
/// <param name="Fault">What it does, in a sentence.</param>
/// <param name="CaughtBy">The result that must be a failure, by the sentence of its requirement.</param>
/// <param name="Family">Checks that may fail too, since they rest on the same rule; none outside of it may.</param>
sealed record BrokenCodec(string Name, string Fault, string CaughtBy, params string[] Family)
{
    public override string ToString() => Name;
}
