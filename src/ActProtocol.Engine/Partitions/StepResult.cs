using ActProtocol.Engine.Journal;
using ActProtocol.Errors;
using ActProtocol.V1;

namespace ActProtocol.Engine.Partitions;

/// <summary>What came of one cause.</summary>
/// <remarks>Exactly one of three: a record was made (<see cref="Entry"/>), the bytes were decided before (<see cref="RepeatOf"/>),
/// or nothing was recorded (<see cref="NotRecorded"/>).</remarks>
sealed record StepResult
{
    /// <summary>The new record; its decision is <see cref="Decision"/>.</summary>
    public JournalEntry? Entry { get; init; }

    public Decision? Decision { get; init; }

    /// <summary>The position of the record that decided the same bytes.</summary>
    public long RepeatOf { get; init; }

    public Refusal? NotRecorded { get; init; }

    /// <summary>Agents whose mailboxes got a record: this one, mostly.</summary>
    public IReadOnlyList<(string Agent, long Position)> Mail { get; init; } = [];

    /// <summary>Entries that this step put into outboxes.</summary>
    public IReadOnlyList<Stored.Transfer> Sent { get; init; } = [];

    public bool Accepted => Decision?.OutcomeCase is Decision.OutcomeOneofCase.Accepted;

    public static StepResult Not(ErrorCode code, string? detail = null) => new() { NotRecorded = new Refusal(code, detail) };
}
