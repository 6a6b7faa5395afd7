namespace ActProtocol.Tools;

/// <summary>What the process ends with. The same list stands in the help of each command and in README.md.</summary>
static class ExitCodes
{
    public const int Fine = 0;

    /// <summary>The broker refused, nothing could be bought, or something does not verify.</summary>
    public const int Failed = 1;

    /// <summary>Bad input; the sentence says where.</summary>
    public const int BadInput = 2;

    public const int Unreachable = 3;

    /// <summary>What became of a step is not known.</summary>
    public const int Unknown = 4;

    /// <summary>A fault of ours, as sysexits.h has it: EX_SOFTWARE.</summary>
    public const int Fault = 70;

    /// <summary>Ctrl-C, as a shell counts it: 128 + SIGINT.</summary>
    public const int Interrupted = 130;

    public const string Help = """
        Exit codes:
          0    done
          1    refused: the broker said no, nothing could be bought, or a receipt does not verify
          2    bad input: an argument, a file or a key; the sentence says where
          3    the broker cannot be reached, or what answers is none
          4    not known: what became of a step; run the same again, or ask with 'act outcome'
          70   a fault of act itself; --verbose shows where
          130  interrupted (Ctrl-C)
        """;
}
