using ActProtocol.Engine.Partitions;
using ActProtocol.Errors;
using ActProtocol.V1;

namespace ActProtocol.Engine.Hosting;

/// <summary>Takes answers. Called by the engine's loop, once an answer may be shown; must not block.</summary>
public interface IAnswerSink
{
    /// <summary>Decided, and durable.</summary>
    void Decided(VerifiedEnvelope envelope, Decision decision);

    /// <summary>Not decided, or not known: see the code.</summary>
    void NotDecided(VerifiedEnvelope envelope, Refusal refusal);
}

/// <summary>Takes what mailboxes got, once it is durable. Called by the engine's loop; must not block.</summary>
public interface IMailSink
{
    /// <summary>Whether anybody listens for an agent here: if not, no proof is made for it now.</summary>
    bool Wants(string agent);

    void Mail(MailItem item);
}

/// <summary>A mailbox to read.</summary>
/// <param name="Except">What the reader has already.</param>
/// <param name="Max">The most to read.</param>
public sealed record MailRead(string Agent, IReadOnlySet<(int Partition, long Position)> Except, int Max);

/// <summary>A record for an agent, with its proof.</summary>
public readonly record struct MailItem(string Agent, int Partition, long Position, Receipt Receipt);
