namespace ActProtocol.Conformance.Runs;

/// <summary>What was not as the requirement says.</summary>
/// <param name="Where">The step at which it was seen, for people.</param>
/// <param name="Expected">In the words of the specification.</param>
/// <param name="Got">As it came; may hold anything that the subject sent.</param>
sealed record Finding(string Where, string Expected, string Got);

/// <summary>The subject broke the requirement.</summary>
sealed class CheckFailedException(Finding finding) : Exception($"{finding.Where}: expected {finding.Expected}, got {finding.Got}")
{
    public Finding Finding => finding;
}

/// <summary>It can't be tested here, and why.</summary>
sealed class UntestedException(string reason) : Exception(reason);

/// <summary>The subject does not claim what it is about.</summary>
sealed class NotClaimedException(string reason) : Exception(reason);

/// <summary>It was tried as often as it may be, and did not show.</summary>
sealed class InconclusiveException(string reason) : Exception(reason);

/// <summary>The subject is not there (any more).</summary>
sealed class SubjectGoneException(string reason, Exception? inner = null) : Exception(reason, inner);
