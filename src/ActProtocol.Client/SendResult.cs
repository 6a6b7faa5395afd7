using ActProtocol.Errors;
using ActProtocol.V1;

namespace ActProtocol.Client;

/// <summary>What became of an envelope.</summary>
public abstract record SendResult
{
    SendResult() { }

    /// <summary>Taken, and durable.</summary>
    public sealed record Taken(Decision Decision) : SendResult;

    /// <summary>The broker said no.</summary>
    public sealed record Refused(Refusal Refusal) : SendResult;

    /// <summary>Nobody knows yet: send the same envelope again, or ask for its outcome. Never a failure.</summary>
    public sealed record Unknown(Envelope Envelope) : SendResult;

    /// <summary>The decision, or an exception that says why there is none.</summary>
    /// <exception cref="ActRefusedException">The broker said no.</exception>
    /// <exception cref="TimeoutException">The outcome is not known.</exception>
    public Decision OrThrow() => this switch
    {
        Taken taken => taken.Decision,
        Refused refused => throw new ActRefusedException(refused.Refusal),
        _ => throw new TimeoutException("The outcome is not known: send the same envelope again, or ask for its outcome."),
    };
}

/// <summary>A refusal, where nobody expected one.</summary>
public sealed class ActRefusedException(Refusal refusal) : Exception(Sentence(refusal))
{
    /// <summary>The code, and what helps to mend it.</summary>
    public Refusal Refusal { get; } = refusal;

    static string Sentence(Refusal refusal) => BrokerFaults.EntryOf(refusal.Code) is { } entry
        ? $"{entry.Name}: {entry.Meaning} {refusal.Detail}".TrimEnd()
        : $"The broker refused for a reason that this version does not know. {refusal.Detail}".TrimEnd();
}
