namespace ActProtocol.Tools;

/// <summary>What a person typed or wrote is wrong. The message is one sentence with the place, and what to do.</summary>
sealed class BadInputException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>No broker answers, or what answers is none.</summary>
sealed class NoBrokerException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>Something was tried and did not come about, and no refusal says so.</summary>
sealed class FailedException(string message) : Exception(message);
