using ActProtocol.Ledger;
using ActProtocol.V1;

namespace ActProtocol.Client;

/// <summary>Makes the usual quotes.</summary>
public static class Quotes
{
    /// <summary>One thing at one price, paid at once. Valid as long as the intent lives; change what is to be otherwise.</summary>
    /// <param name="description">At most 256 bytes.</param>
    /// <param name="holdFor">How long the goods are held once they are locked: 1 s to 30 days, 10 minutes when left out.</param>
    public static Quote Of(string description, Money price, Intent intent, TimeSpan? holdFor = null)
    {
        var amount = price.ToWire();
        return new Quote
        {
            Lines = { new Line { Description = description, Quantity = 1, UnitPrice = amount, Amount = amount } },
            Total = amount,
            ValidUntilMs = intent.ExpiresAtMs,
            Terms = new Terms { Instant = new Instant(), HoldForMs = (long)(holdFor ?? TimeSpan.FromMinutes(10)).TotalMilliseconds },
        };
    }
}
