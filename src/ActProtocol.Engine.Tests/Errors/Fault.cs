using ActProtocol.Engine.Transactions;
using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Engine.Errors;

/// <summary>One thing that is wrong with an envelope, put in so that others can be put in beside it.</summary>
/// <param name="Group">Faults of one group exclude each other.</param>
/// <param name="Before">Changes what the envelope will meet, before anything is sent.</param>
/// <param name="World">Changes what it meets, just before it is signed.</param>
/// <param name="Change">Changes what is signed.</param>
/// <param name="Tamper">Changes what was signed.</param>
sealed record Fault(
    ErrorCode Code, string Group = "", Action<Setting>? Before = null, Func<Setting, Task>? World = null,
    Action<Setting, Content>? Change = null, Func<Envelope, Envelope>? Tamper = null);

/// <summary>What the faults of one envelope are put into.</summary>
sealed class Setting(Market market, Fault[] faults)
{
    public Market Market { get; } = market;

    public Fault[] Faults { get; } = faults;

    public Deal Deal { get; set; } = null!;

    /// <summary>Changes to the intent that opens the transaction, to the quote in it, and to the mandate that the envelope names.</summary>
    public Action<Content>? Intent { get; set; }

    public Action<Content>? Quote { get; set; }

    public Action<Mandate>? Mandate { get; set; }

    public Digest Lodged { get; set; }

    /// <summary>An id under which the sender has sent other bytes.</summary>
    public Google.Protobuf.ByteString UsedId { get; set; } = null!;
}
