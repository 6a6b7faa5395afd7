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

    /// <summary>Messages that came after the transcript was full.</summary>
    public int LeftOut { get; init; }

    /// <summary>The unkind acts that were drawn, in their order.</summary>
    public IReadOnlyList<string> Script { get; init; } = [];

    /// <summary>What came of running it again, when it failed and was to be confirmed.</summary>
    public IReadOnlyList<CheckResult> Repeats { get; init; } = [];

    /// <summary>Whether it broke a requirement: fail or warn.</summary>
    public bool IsBroken => Verdict is Verdict.Fail or Verdict.Warn;

    /// <summary>"1/3" where it was repeated: how often it broke the requirement.</summary>
    public string? Confirmed => Repeats.Count == 0 ? null : $"{1 + Repeats.Count(repeat => repeat.IsBroken)}/{1 + Repeats.Count}";
}
