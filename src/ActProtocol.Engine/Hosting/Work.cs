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
    /// <param name="Read">Returns what to do then.</param>
    /// <param name="Refuse">Called instead when what was read may never become durable.</param>
    public sealed record Query(Func<Action> Read, Action<Refusal> Refuse) : Work;
}
