using ActProtocol.Engine.Partitions;
using ActProtocol.Errors;

namespace ActProtocol.Engine.Hosting;

/// <summary>What waits for the loop.</summary>
abstract record Work
{
    Work() { }

    public sealed record Submit(VerifiedEnvelope Envelope, IAnswerSink Sink) : Work;

    public sealed record MailTaken(string Agent, int Partition, long Position) : Work;

    public sealed record Bury(string Agent, int Partition, long Position) : Work;

    /// <summary>Reads the state; the answer is given when all before it is durable.</summary>
    /// <param name="Slots">Which it reads; null: all partitions that are well.</param>
    /// <param name="Read">Gets those, and returns what to do then.</param>
    /// <param name="Refuse">Called instead when one of them is fenced: what was read may never become durable.</param>
    public sealed record Query(IReadOnlyList<int>? Slots, Func<IReadOnlyList<Slot>, Action> Read, Action<Refusal> Refuse) : Work;
}
