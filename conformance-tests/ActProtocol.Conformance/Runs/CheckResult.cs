namespace ActProtocol.Conformance.Runs;

/// <summary>What came of one check, with all that is needed to look at it and to run it again.</summary>
sealed record CheckResult
{
    public required string Id { get; init; }

    public required Checks.Check Check { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>Set when the verdict is fail or warn.</summary>
    public Finding? Finding { get; init; }

    /// <summary>Why it is untested, inconclusive, not claimed, or the suite's own fault.</summary>
    public string? Reason { get; init; }

    public TimeSpan Took { get; init; }

    public IReadOnlyList<TranscriptEntry> Transcript { get; init; } = [];

    /// <summary>The unkind acts that were drawn, in their order.</summary>
    public IReadOnlyList<string> Script { get; init; } = [];
}
