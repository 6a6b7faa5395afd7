using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;

namespace ActProtocol.Conformance.Agents;

/// <summary>How an agent is driven.</summary>
enum AgentDriving
{
    /// <summary>By the control hook: NDJSON on its standard streams.</summary>
    Hook,

    /// <summary>A seller that is only offered intents; a buyer of which every byte is judged while it does what it does.</summary>
    Observe,
}

/// <summary>The agent under test.</summary>
sealed record AgentOptions
{
    /// <summary>The program, then its arguments. <c>{grpc} {json} {id} {keys} {data}</c> in them stand for the addresses, the name it may register under, and two folders of its own.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Seller or Buyer.</summary>
    public required SubjectKind Role { get; init; }

    public AgentDriving Driving { get; init; } = AgentDriving.Hook;

    public Waits Waits { get; init; } = Waits.Usual;

    /// <summary>0 to 3.</summary>
    public int Unkind { get; init; } = 1;

    /// <summary>What a seller without a hook sells.</summary>
    public SellerFacts Sells { get; init; } = new();

    /// <summary>How long a buyer without a hook is watched, at most; it ends earlier when the command does.</summary>
    public TimeSpan ObserveMax { get; init; } = TimeSpan.FromSeconds(20);
}

/// <summary>What is asked of a seller without a hook, and what its quotes may say.</summary>
sealed record SellerFacts
{
    /// <summary>Words of the intents.</summary>
    public string Words { get; init; } = "Goods for tests.";

    public string Currency { get; init; } = Xts.Code;

    /// <summary>In whole units.</summary>
    public long PriceFrom { get; init; }

    public long PriceTo { get; init; } = 1_000;

    /// <summary>Items in stock, if that is known.</summary>
    public int? Stock { get; init; }
}
