using System.Globalization;
using ActProtocol.V1;

namespace ActProtocol.Ledger;

/// <summary>An amount of one currency in nanos (10^-9 of its unit), exactly: it never rounds, overflows or mixes currencies.</summary>
/// <remarks>On the wire <c>google.type.Money</c>, whose units have 64 bits. Inside 128 bits, checked.</remarks>
public readonly record struct Money(Int128 Nanos, string Currency)
{
    public const int NanosPerUnit = 1_000_000_000;

    /// <summary>The most that an amount can be, and its negative the least: what the wire can carry.</summary>
    public static readonly Int128 NanosMax = (Int128)long.MaxValue * NanosPerUnit;

    /// <summary>Reads what somebody sent: normal form, a known currency.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static ErrorCode? TryFromWire(Google.Type.Money? wire, out Money money)
    {
        money = default;
        if (wire is null) return ErrorCode.AmountInvalid;
        if (!Ledger.Currency.IsKnown(wire.CurrencyCode)) return ErrorCode.CurrencyUnknown;
        if (wire.Nanos is <= -NanosPerUnit or >= NanosPerUnit) return ErrorCode.AmountInvalid;
        if ((wire.Units > 0 && wire.Nanos < 0) || (wire.Units < 0 && wire.Nanos > 0)) return ErrorCode.AmountInvalid;

        money = FromWire(wire);
        return Int128.Abs(money.Nanos) <= NanosMax ? null : ErrorCode.AmountInvalid;
    }

    /// <summary>Reads what was checked before.</summary>
    public static Money FromWire(Google.Type.Money wire) => new(((Int128)wire.Units * NanosPerUnit) + wire.Nanos, wire.CurrencyCode);

    /// <exception cref="OverflowException">Beyond what the wire can carry.</exception>
    public Google.Type.Money ToWire() => Int128.Abs(Nanos) > NanosMax ? throw new OverflowException($"{Currency}: more than an amount can be.") : new()
    {
        CurrencyCode = Currency,
        Units = (long)(Nanos / NanosPerUnit),
        Nanos = (int)(Nanos % NanosPerUnit),
    };

    public static Money operator +(Money left, Money right) => new(left.Nanos + Same(left, right), left.Currency);

    public static Money operator -(Money left, Money right) => new(left.Nanos - Same(left, right), left.Currency);

    /// <summary>Reads an amount as <see cref="TryParse"/> does.</summary>
    /// <exception cref="FormatException">It is none; the message says where.</exception>
    public static Money Parse(string text) => TryParse(text, out var money, out var error) ? money : throw new FormatException($"'{text}': {error}");

    /// <summary>Reads "800 CNY", "CNY 800.50" or "800.50CNY".</summary>
    /// <param name="error">One sentence that says what is wrong, and where.</param>
    public static bool TryParse(string text, out Money money, out string error)
    {
        money = default;
        var trimmed = text.Trim();
        var code = trimmed.Length >= 3 && char.IsAsciiLetter(trimmed[0]) ? trimmed[..3] : trimmed.Length >= 3 ? trimmed[^3..] : "";
        if (code.Length != 3 || !code.All(char.IsAsciiLetter))
        {
            error = $"'{text}' names no currency: write an amount such as '800 CNY'.";
            return false;
        }
        if (!Ledger.Currency.IsKnown(code))
        {
            error = $"'{code}' is no currency of ISO 4217 that is known here: write an amount such as '800 CNY'.";
            return false;
        }
        var number = (trimmed.StartsWith(code, StringComparison.Ordinal) ? trimmed[3..] : trimmed[..^3]).Trim();
        if (!TryParseNanos(number, out var nanos, out error)) return false;

        money = new Money(nanos, code);
        return true;
    }

    /// <summary>"CNY"-style text with at least the minor digits, and no digit lost: "780.00 CNY".</summary>
    public override string ToString()
    {
        var (units, rest) = (Int128.Abs(Nanos) / NanosPerUnit, (int)(Int128.Abs(Nanos) % NanosPerUnit));
        var digits = rest.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0').PadRight(Ledger.Currency.IsKnown(Currency) ? Ledger.Currency.MinorDigits(Currency) : 2, '0');
        return $"{(Nanos < 0 ? "-" : "")}{units.ToString(CultureInfo.InvariantCulture)}{(digits.Length > 0 ? "." + digits : "")} {Currency}";
    }

    static bool TryParseNanos(string number, out Int128 nanos, out string error)
    {
        nanos = 0;
        var (digits, fraction, point, negative) = (0, 0, false, false);
        for (var i = 0; i < number.Length; i++)
        {
            var c = number[i];
            if (c == '-' && i == 0) negative = true;
            else if (c == '.' && !point) point = true;
            else if (char.IsAsciiDigit(c) && digits < 30)
            {
                nanos = (nanos * 10) + (c - '0');
                digits++;
                fraction += point ? 1 : 0;
            }
            else
            {
                error = $"'{number}' is not an amount: '{c}' at character {i + 1} is not a digit.";
                return false;
            }
        }
        if (digits == 0 || fraction > 9)
        {
            error = digits == 0 ? $"'{number}' is not an amount: it has no digits." : $"'{number}' is finer than a billionth.";
            return false;
        }
        for (; fraction < 9; fraction++) nanos *= 10;
        if (nanos > NanosMax)
        {
            error = $"'{number}' is more than an amount can be.";
            return false;
        }
        nanos = negative ? -nanos : nanos;
        error = "";
        return true;
    }

    static Int128 Same(Money left, Money right) => left.Currency == right.Currency
        ? right.Nanos
        : throw new InvalidOperationException($"{left.Currency} and {right.Currency} do not mix.");
}
