using ActProtocol.Conformance.Signing;

namespace ActProtocol.Conformance.Brokers;

/// <summary>Somebody in the directory, made for one scenario.</summary>
/// <param name="Id"><c>act://authority/name</c></param>
/// <param name="Key">With which it signs.</param>
/// <param name="Principal">For whom it acts; null for a principal.</param>
sealed record Party(string Id, KeyPair Key, Party? Principal = null)
{
    /// <summary>Whose account is concerned.</summary>
    public Party Owner => Principal ?? this;

    public uint Home => Tags.Home(Owner.Id);

    /// <summary>The last part of its id, for reports.</summary>
    public string Name => Id[(Id.LastIndexOf('/') + 1)..];
}
