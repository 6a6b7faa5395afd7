using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Constraints;

/// <summary>What a constraint is checked against: the attributes of a quote, its total, and its seller.</summary>
public sealed class QuoteFacts(Quote quote, string seller)
{
    /// <summary>The value of a name; null when the quote does not say.</summary>
    public Value? Find(string name)
    {
        if (name == "total") return new Value { Money = quote.Total };
        if (name == "seller") return new Value { Text = seller };
        foreach (var attribute in quote.Attributes.Items)
        {
            if (attribute.Name == name) return attribute.Value;
        }
        return null;
    }
}
