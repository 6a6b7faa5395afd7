using ActProtocol.Envelopes;

namespace ActProtocol.Client;

/// <summary>A buyer in a host.</summary>
public sealed class ActBuyerOptions : ActAgentOptions
{
    /// <summary>Digest of the envelope that lodged the mandate, 64 hexadecimal digits.</summary>
    public string Mandate { get; set; } = "";

    /// <summary>Folder of the purchases' files.</summary>
    public string Purchases { get; set; } = "";

    internal override IEnumerable<string> Faults()
    {
        foreach (var fault in base.Faults()) yield return fault;
        if (Mandate.Length != 2 * Digest.Length || !Mandate.All(char.IsAsciiHexDigit)) yield return "Mandate: 64 hexadecimal digits are expected.";
        if (Purchases.Length == 0) yield return "Purchases: a folder is expected.";
    }
}
