using ActProtocol.Engine.Transactions;
using ActProtocol.V1;

namespace ActProtocol.Engine.Errors;

/// <summary>One way to be refused.</summary>
/// <param name="Arrange">Gives the envelope that is refused with <paramref name="Code"/>; everything before it is accepted.</param>
/// <param name="Recorded">Its sender is a party or has authority, and the partition decided it: so it is a record.</param>
sealed record Scenario(ErrorCode Code, string Name, bool Recorded, Func<Market, Task<Envelope>> Arrange)
{
    public static Scenario Of(ErrorCode code, string name, bool recorded, Func<Market, Envelope> arrange) =>
        new(code, name, recorded, market => Task.FromResult(arrange(market)));

    public override string ToString() => $"{Code}: {Name}";
}
