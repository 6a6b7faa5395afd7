using ActProtocol.V1;
using FsCheck.Xunit;

namespace ActProtocol.Ledger;

public class MoneyTests
{
    [Property]
    public bool What_goes_to_the_wire_comes_back(long units, ushort nanos)
    {
        var money = new Money(((Int128)(units / 2) * Money.NanosPerUnit) + (units < 0 ? -nanos : nanos), "CNY");
        return Money.TryFromWire(money.ToWire(), out var back) is null && back == money;
    }

    [Theory]
    [InlineData("800 CNY", "800.00 CNY")]
    [InlineData("CNY 0.000000001", "0.000000001 CNY")]
    [InlineData("-3.5 EUR", "-3.50 EUR")]
    [InlineData("12 JPY", "12 JPY")]
    [InlineData("1.25 KWD", "1.250 KWD")]
    public void Amounts_are_read_and_written_without_loss(string text, string expected)
    {
        Assert.True(Money.TryParse(text, out var money, out _));
        Assert.Equal(expected, money.ToString());
    }

    [Theory]
    [InlineData("8oo CNY")]
    [InlineData("800")]
    [InlineData("800 XXY")]
    [InlineData("1.0000000001 CNY")]
    [InlineData("99999999999999999999 CNY")]
    [InlineData("")]
    public void What_is_no_amount_gets_a_sentence(string text)
    {
        Assert.False(Money.TryParse(text, out _, out var error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void Amounts_that_are_not_normal_are_refused()
    {
        Assert.Equal(ErrorCode.AmountInvalid, Money.TryFromWire(null, out _));
        Assert.Equal(ErrorCode.CurrencyUnknown, Money.TryFromWire(new() { CurrencyCode = "ABC" }, out _));
        Assert.Equal(ErrorCode.AmountInvalid, Money.TryFromWire(new() { CurrencyCode = "CNY", Units = 1, Nanos = -1 }, out _));
        Assert.Equal(ErrorCode.AmountInvalid, Money.TryFromWire(new() { CurrencyCode = "CNY", Nanos = 1_000_000_000 }, out _));
        Assert.Equal(ErrorCode.AmountInvalid, Money.TryFromWire(new() { CurrencyCode = "CNY", Units = long.MinValue }, out _));
    }

    [Fact]
    public void Currencies_do_not_mix() => Assert.Throws<InvalidOperationException>(() => new Money(1, "CNY") + new Money(1, "EUR"));
}
