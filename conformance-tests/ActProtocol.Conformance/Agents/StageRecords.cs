using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Agents;

/// <summary>One decision of the stage, as it would be journaled.</summary>
/// <param name="Content">What the party said; null for a step of the stage's own.</param>
/// <param name="Digest">Of the envelope; empty for a step of the stage's own.</param>
/// <param name="Transaction">In hex; empty outside one, and for an intent.</param>
/// <param name="Bytes">The serialised record.</param>
sealed record StageRecord(ulong Position, Record Record, Content? Content, byte[] Digest, string Transaction, ByteString Bytes)
{
    public StepKind Step => Content is null ? Record.Step.Kind : StageTable.KindOf(Content);

    public bool IsAccepted => Record.Decision.Accepted is not null;
}

/// <summary>One transaction as the stage has it.</summary>
sealed class StageTransaction(byte[] id, string buyer, string seller, byte[] intentDigest, Intent intent, ByteString mandate, uint home)
{
    public byte[] Id => id;

    public string Hex { get; } = Convert.ToHexStringLower(id);

    public string Buyer => buyer;

    public string Seller => seller;

    public byte[] IntentDigest { get; } = intentDigest;

    public ByteString Mandate => mandate;

    public uint Home => home;

    /// <summary>The present revision.</summary>
    public Intent Intent { get; set; } = intent;

    public byte[] Revision { get; set; } = [.. intentDigest];

    public TransactionState State { get; set; } = TransactionState.Open;

    public byte[] QuoteDigest { get; set; } = [];

    public Quote? Quote { get; set; }

    public byte[] LastOfBuyer { get; set; } = [.. intentDigest];

    public byte[] LastOfSeller { get; set; } = [];

    public HashSet<string> OlderQuotes { get; } = [];
}

/// <summary>What became of an envelope.</summary>
/// <param name="Decision">Decided; null: not.</param>
/// <param name="NotDecided">Why not.</param>
/// <param name="Lost">There is no answer.</param>
sealed record StageReply(Decision? Decision, Google.Rpc.Status? NotDecided, bool Lost = false)
{
    public bool IsAccepted => Decision?.Accepted is not null;

    public Google.Rpc.Status? Refusal => NotDecided ?? Decision?.Refused;
}

/// <summary>What the stage does with one step of the subject's beside deciding it and answering.</summary>
abstract record Reaction
{
    Reaction()
    {
    }

    /// <summary>Decided, and the answer is lost: the connection is cut.</summary>
    public sealed record LoseAnswer : Reaction;

    /// <summary>It never arrived: the connection is cut before it is decided.</summary>
    public sealed record Lose : Reaction;

    /// <summary>Decided, and answered with <c>internal</c> (ERR-10).</summary>
    public sealed record Internal : Reaction;

    /// <summary>Refused.</summary>
    public sealed record Refuse(string Code, TimeSpan? Retry = null, bool Decided = false) : Reaction;

    /// <summary>Decided, and answered only once <paramref name="Gate"/> is open.</summary>
    public sealed record Hold(Task Gate) : Reaction;

    /// <summary>Something happens just before it is decided.</summary>
    public sealed record After(Action First) : Reaction;
}
