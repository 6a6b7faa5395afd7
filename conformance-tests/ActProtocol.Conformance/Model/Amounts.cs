using ActProtocol.Conformance.Checks;
using Google.Type;

namespace ActProtocol.Conformance.Model;

/// <summary>Amounts by the words of LED-01 to LED-04.</summary>
static class Amounts
{
    sealed record Currency(string Code, int Digits);

    static readonly Dictionary<string, int> Digits = SpecFiles.Read<Currency[]>("registry/currencies.json").ToDictionary(row => row.Code, row => row.Digits);

    public static Int128 NanosOf(Money money) => ((Int128)money.Units * 1_000_000_000) + money.Nanos;

    public static Money Of(Int128 nanos, string currency) => new() { CurrencyCode = currency, Units = (long)(nanos / 1_000_000_000), Nanos = (int)(nanos % 1_000_000_000) };

    /// <summary>The code by which it is refused (LED-02); null: it is an amount.</summary>
    public static string? FaultOf(Money? money)
    {
        if (money is null) return "amount_invalid";
        if (!Digits.ContainsKey(money.CurrencyCode)) return "currency_unknown";
        if (money.Nanos is < -999_999_999 or > 999_999_999 || (money.Units > 0 && money.Nanos < 0) || (money.Units < 0 && money.Nanos > 0)) return "amount_invalid";
        return Int128.Abs(NanosOf(money)) > (Int128)long.MaxValue * 1_000_000_000 ? "amount_invalid" : null;
    }

    /// <summary>For people (LED-04).</summary>
    public static string Text(Money money)
    {
        var nanos = NanosOf(money);
        var (units, rest) = Int128.DivRem(Int128.Abs(nanos), 1_000_000_000);
        var fraction = $"{rest:000000000}".TrimEnd('0').PadRight(Digits.GetValueOrDefault(money.CurrencyCode), '0');
        return $"{(nanos < 0 ? "-" : "")}{units}{(fraction.Length > 0 ? "." : "")}{fraction} {money.CurrencyCode}";
    }
}
