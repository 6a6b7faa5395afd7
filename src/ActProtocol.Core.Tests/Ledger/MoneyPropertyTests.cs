using System.Numerics;
using ActProtocol.V1;
using FsCheck.Xunit;

namespace ActProtocol.Ledger;

/// <summary>Money against integers without bounds: every answer is exact, or there is none.</summary>
public class MoneyPropertyTests
{
    static readonly BigInteger Bound = (BigInteger)long.MaxValue * Money.NanosPerUnit;

    [Property(MaxTest = 1000)]
    public void Sums_and_differences_are_exact_or_overflow(long high, ulong low, long otherHigh, ulong otherLow, byte edge)
    {
        var (left, right) = (new Money(Number(high, low, edge), "CNY"), new Money(Number(otherHigh, otherLow, (byte)(edge >> 4)), "CNY"));

        AssertExact((BigInteger)left.Nanos + (BigInteger)right.Nanos, () => left + right);
        AssertExact((BigInteger)left.Nanos - (BigInteger)right.Nanos, () => left - right);
    }

    [Property(MaxTest = 1000)]
    public void The_wire_is_read_exactly_or_refused(long units, int nanos, byte edge)
    {
        var wire = new Google.Type.Money { CurrencyCode = "CNY", Units = Edge(units, edge), Nanos = edge % 2 == 0 ? nanos : nanos % Money.NanosPerUnit };
        var exact = ((BigInteger)wire.Units * Money.NanosPerUnit) + wire.Nanos;
        var normal = BigInteger.Abs(wire.Nanos) < Money.NanosPerUnit && wire.Units.CompareTo(0L) * wire.Nanos.CompareTo(0) >= 0 && BigInteger.Abs(exact) <= Bound;

        var code = Money.TryFromWire(wire, out var money);

        Assert.Equal(normal ? null : ErrorCode.AmountInvalid, code);
        if (!normal) return;
        Assert.Equal(exact, (BigInteger)money.Nanos);
        Assert.Equal(wire, money.ToWire());
        Assert.True(Money.TryParse(money.ToString(), out var read, out _));
        Assert.Equal(money, read);
    }

    [Property(MaxTest = 1000)]
    public void What_the_wire_cannot_carry_does_not_go_there(long high, ulong low, byte edge)
    {
        var money = new Money(Number(high, low, edge), "CNY");
        if (BigInteger.Abs((BigInteger)money.Nanos) <= Bound)
        {
            Assert.Null(Money.TryFromWire(money.ToWire(), out var back));
            Assert.Equal(money, back);
        }
        else
        {
            Assert.Throws<OverflowException>(() => money.ToWire());
        }
    }

    [Property]
    public void Currencies_never_mix(long left, long right)
    {
        Assert.Throws<InvalidOperationException>(() => new Money(left, "CNY") + new Money(right, "EUR"));
        Assert.Throws<InvalidOperationException>(() => new Money(left, "CNY") - new Money(right, "EUR"));
        Assert.NotEqual(new Money(left, "CNY"), new Money(left, "EUR"));
    }

    [Property(MaxTest = 1000)]
    public void Any_text_is_an_amount_or_gets_a_sentence(string? text, uint units, uint nanos, bool spoil)
    {
        var written = $"{units}.{nanos % Money.NanosPerUnit:D9} CNY";
        var read = Money.TryParse(spoil ? (text ?? "") + written : text ?? "", out var money, out var error);
        Assert.Equal(read, error.Length == 0);
        if (read) Assert.True(BigInteger.Abs((BigInteger)money.Nanos) <= Bound);

        Assert.True(Money.TryParse(written, out var exact, out _));
        Assert.Equal(((BigInteger)units * Money.NanosPerUnit) + (nanos % Money.NanosPerUnit), (BigInteger)exact.Nanos);
    }

    static void AssertExact(BigInteger expected, Func<Money> compute)
    {
        if (expected >= (BigInteger)Int128.MinValue && expected <= (BigInteger)Int128.MaxValue) Assert.Equal(expected, (BigInteger)compute().Nanos);
        else Assert.Throws<OverflowException>(() => compute());
    }

    // All 128 bits, the numbers beside the bounds, and small ones.
    static Int128 Number(long high, ulong low, byte edge) => (edge % 8) switch
    {
        0 => Int128.MaxValue - (low % 3),
        1 => Int128.MinValue + (low % 3),
        2 => (Int128)Bound + (high % 3),
        3 => (Int128)(-Bound) + (high % 3),
        4 => high,
        _ => new Int128(unchecked((ulong)high), low),
    };

    static long Edge(long units, byte edge) => (edge % 5) switch
    {
        0 => long.MaxValue,
        1 => long.MinValue + (units & 1),
        2 => units % 2,
        _ => units,
    };
}
