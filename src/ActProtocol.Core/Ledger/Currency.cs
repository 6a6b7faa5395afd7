using System.Collections.Frozen;

namespace ActProtocol.Ledger;

/// <summary>Currency codes: those of ISO 4217 that money is kept in, and XTS for tests, with the digits of their minor units.</summary>
public static class Currency
{
    const string ZeroDigits = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
    const string ThreeDigits = "BHD IQD JOD KWD LYD OMR TND";
    const string FourDigits = "CLF UYW";

    const string TwoDigits =
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU "
        + "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD "
        + "KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO "
        + "NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB "
        + "TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG XTS YER ZAR ZMW ZWG";

    static readonly FrozenDictionary<string, int> Digits =
        new (string Codes, int Digits)[] { (ZeroDigits, 0), (TwoDigits, 2), (ThreeDigits, 3), (FourDigits, 4) }
            .SelectMany(row => row.Codes.Split(' ').Select(code => KeyValuePair.Create(code, row.Digits)))
            .ToFrozenDictionary();

    /// <summary>All codes with their digits, in no order.</summary>
    internal static IReadOnlyDictionary<string, int> All => Digits;

    public static bool IsKnown(string code) => Digits.ContainsKey(code);

    /// <summary>Digits after the point that people write; amounts may be finer.</summary>
    public static int MinorDigits(string code) => Digits[code];
}
