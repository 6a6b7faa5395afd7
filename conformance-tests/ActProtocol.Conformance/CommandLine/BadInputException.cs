namespace ActProtocol.Conformance.CommandLine;

/// <summary>What a person typed or wrote is wrong. The message is one sentence with the place, and what to do.</summary>
sealed class BadInputException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>A report could not be written: the disk is full, or the place may not be written to.</summary>
sealed class NotWrittenException(string message, Exception cause) : Exception(message, cause);
