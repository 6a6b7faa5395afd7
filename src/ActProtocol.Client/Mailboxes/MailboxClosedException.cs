using ActProtocol.Errors;

namespace ActProtocol.Client;

/// <summary>The broker closed an agent's mailbox on this stream. Nothing is tried again by itself: two that want one mailbox would take it
/// from each other for ever.</summary>
/// <param name="agent">Whose mailbox.</param>
/// <param name="takenOver">True: the mailbox was open here, and another stream proved the same agent. False: the proof was not taken.</param>
/// <param name="reason">The broker's reason, if it gave one.</param>
public sealed class MailboxClosedException(string agent, bool takenOver, Refusal? reason) : InvalidOperationException(Sentence(agent, takenOver, reason))
{
    /// <summary>Whose mailbox.</summary>
    public string Agent { get; } = agent;

    /// <summary>Another stream has the mailbox now.</summary>
    public bool TakenOver { get; } = takenOver;

    /// <summary>The broker's reason, if it gave one.</summary>
    public Refusal? Reason { get; } = reason;

    static string Sentence(string agent, bool takenOver, Refusal? reason) =>
        (takenOver, reason?.Code) switch
        {
            (_, V1.ErrorCode.KeyRevoked) => $"The key of {agent} was revoked: its mailbox is closed.",
            (true, _) => $"The mailbox of {agent} was taken over by another stream: is the agent running a second time?",
            (false, _) => $"The broker did not take the proof of {agent}: is it registered with this key, and is the key valid?",
        } + (reason?.Detail is { } detail ? $" ({detail})" : "");
}
