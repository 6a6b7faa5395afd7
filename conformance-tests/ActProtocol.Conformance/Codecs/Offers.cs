using ActProtocol.Conformance.Model;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Type;

namespace ActProtocol.Conformance.Codecs;

/// <summary>Quotes that add up, drawn anew.</summary>
sealed class Offers(Seeded random, Parties parties)
{
    public const string Currency = "XTS";

    static readonly Int128 NanosPerUnit = 1_000_000_000;

    public static Money Of(Int128 nanos) => Amounts.Of(nanos, Currency);

    /// <summary>Some lines, a discount, taxes and fees, down to the nano.</summary>
    public Quote Draw()
    {
        var quote = Plain(0);
        quote.Lines.Clear();
        for (var i = 1 + random.Number(5); i > 0; i--) quote.Lines.Add(Line(Nanos(1_000_000), (uint)(1 + random.Number(1000))));
        quote.Lines.Add(Line(-(Int128)random.Number(1_000_000), 1));
        for (var i = random.Number(3); i > 0; i--) quote.Taxes.Add(new Charge { Name = parties.Name(), Amount = Of(Nanos(1000)) });
        for (var i = random.Number(3); i > 0; i--) quote.Fees.Add(new Charge { Name = parties.Name(), Amount = Of(Nanos(1000)) });
        return Summed(quote);
    }

    /// <summary>One line of this many nanos, on plain terms.</summary>
    public Quote Plain(Int128 nanos) => new()
    {
        Intent = parties.Bytes(32),
        Lines = { Line(nanos, 1) },
        Total = Of(nanos),
        ValidUntilMs = parties.NowMs + 1000,
        Terms = new Terms { Instant = new Instant(), HoldForMs = 600_000 },
    };

    public Line Line(Int128 price, uint quantity) => new() { Description = parties.Name(), Quantity = quantity, UnitPrice = Of(price), Amount = Of(price * quantity) };

    /// <summary>With the total that its parts sum to.</summary>
    public static Quote Summed(Quote quote)
    {
        var sum = quote.Lines.Select(line => line.Amount).Concat(quote.Taxes.Select(tax => tax.Amount)).Concat(quote.Fees.Select(fee => fee.Amount)).Aggregate((Int128)0, (sum, money) => sum + Amounts.NanosOf(money));
        quote.Total = Of(sum);
        return quote;
    }

    public static Money Plus(Money money, Int128 nanos) => Amounts.Of(Amounts.NanosOf(money) + nanos, money.CurrencyCode);

    /// <summary>Above zero, with units below the bound.</summary>
    public Int128 Nanos(int units) => ((Int128)random.Number(units) * NanosPerUnit) + 1 + random.Number(999_999_999);
}
