namespace ActProtocol.Tools;

/// <summary>What the process ends with.</summary>
static class ExitCodes
{
    public const int Fine = 0;

    /// <summary>The broker refused, or nothing could be bought.</summary>
    public const int Failed = 1;

    /// <summary>Bad input; the sentence says where.</summary>
    public const int BadInput = 2;

    public const int Unreachable = 3;

    /// <summary>What became of a step is not known.</summary>
    public const int Unknown = 4;
}
