namespace ActProtocol.Conformance.CommandLine;

/// <summary>What the process ends with. The same list stands in the help of each command and in README.md.</summary>
static class ExitCodes
{
    /// <summary>All that is required passed, or fails as listed.</summary>
    public const int Fine = 0;

    public const int Failed = 1;

    /// <summary>Bad arguments or a bad file; the sentence says where.</summary>
    public const int BadInput = 2;

    /// <summary>The subject is not there, or ended during the run.</summary>
    public const int SubjectGone = 3;

    /// <summary>The list of known failures is not true any more.</summary>
    public const int ListStale = 4;

    public const int Untested = 5;

    public const int HarnessError = 6;

    /// <summary>As a shell counts SIGINT: 128 + 2. The same for SIGTERM: one code says that the report is partial.</summary>
    public const int Interrupted = 130;

    public const string Help = """
        Exit codes:
          0    every required check passed, or failed as the list of known failures says
          1    a required check failed
          2    bad arguments, or a bad file; the sentence says where
          3    the subject is not there, is no ACT subject, or ended during the run
          4    the list of known failures is stale: an entry passes, vanished, or fails for another reason
          5    a required check could not be tested, or was inconclusive
          6    the suite is at fault, or a report could not be written
          130  interrupted (Ctrl-C); reports are written and marked as partial
        When several apply: 130, 6, 3, 1, 5, 4.
        """;
}
