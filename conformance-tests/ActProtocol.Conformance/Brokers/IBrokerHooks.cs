using Google.Type;

namespace ActProtocol.Conformance.Brokers;

/// <summary>What may be done to a broker from outside of the protocol. Each is optional; a check that needs one that is missing is untested.</summary>
interface IBrokerHooks
{
    public const string Fund = "fund";
    /// <summary>No command, but an operator's key.</summary>
    public const string Operator = "operator";

    public const string Restart = "restart";
    public const string Clock = "clock";
    public const string Powercut = "powercut";

    /// <summary>Whether there is one of this name.</summary>
    bool Has(string hook);

    /// <summary>Puts money into an account, once for each reference.</summary>
    Task FundAsync(string account, Money amount, string reference, CancellationToken cancellationToken);

    /// <summary>Ends the broker without a warning, and has it back when done.</summary>
    Task RestartAsync(CancellationToken cancellationToken);

    /// <summary>Cuts its power, and has it back when done.</summary>
    Task PowercutAsync(CancellationToken cancellationToken);

    /// <summary>Moves its clock on.</summary>
    Task AdvanceClockAsync(TimeSpan by, CancellationToken cancellationToken);
}
