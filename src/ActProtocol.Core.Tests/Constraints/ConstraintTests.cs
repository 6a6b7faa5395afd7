using ActProtocol.V1;

namespace ActProtocol.Constraints;

public class ConstraintTests
{
    static readonly Constraint Daytime = Hours(6 * 60, 22 * 60);

    [Theory]
    [InlineData("05:59", false)]
    [InlineData("06:00", true)]
    [InlineData("21:59", true)]
    [InlineData("22:00", false)]
    public void Hours_of_the_day_are_half_open(string time, bool satisfied) => Assert.Equal(satisfied, Decide(Daytime, Departing(time)));

    [Theory]
    [InlineData("21:59", false)]
    [InlineData("22:00", true)]
    [InlineData("05:59", true)]
    [InlineData("06:00", false)]
    public void Hours_may_wrap_midnight(string time, bool satisfied) => Assert.Equal(satisfied, Decide(Hours(22 * 60, 6 * 60), Departing(time)));

    [Fact]
    public void What_is_missing_is_not_satisfied_negated_or_not()
    {
        var unknown = new Constraint { Compare = new() { Attribute = "stops", Relation = Relation.Equal, Value = new() { Integer = 0 } } };
        Assert.False(Decide(unknown, new Quote()));
        Assert.False(Decide(new Constraint { Not = new() { Of = unknown } }, new Quote()));
        Assert.True(Decide(new Constraint { Any = new() { Of = { unknown, Daytime } } }, Departing("12:00")));
        Assert.False(Decide(new Constraint { All = new() { Of = { unknown, Daytime } } }, Departing("12:00")));
    }

    [Fact]
    public void Values_of_unlike_types_or_currencies_never_compare()
    {
        var atMost = new Constraint { Compare = new() { Attribute = "total", Relation = Relation.AtMost, Value = new() { Money = new() { CurrencyCode = "CNY", Units = 800 } } } };
        Assert.True(Decide(atMost, new Quote { Total = new() { CurrencyCode = "CNY", Units = 800 } }));
        Assert.False(Decide(atMost, new Quote { Total = new() { CurrencyCode = "CNY", Units = 800, Nanos = 1 } }));
        Assert.False(Decide(atMost, new Quote { Total = new() { CurrencyCode = "EUR", Units = 1 } }));
        Assert.False(Decide(new Constraint { Not = new() { Of = atMost } }, new Quote { Total = new() { CurrencyCode = "EUR", Units = 1 } }));
    }

    [Fact]
    public void Trees_beyond_the_bounds_are_unsupported()
    {
        var deep = Daytime;
        for (var level = 1; level < ConstraintRules.LevelsMax; level++) deep = new Constraint { Not = new() { Of = deep } };
        Assert.Null(ConstraintRules.Check(deep));
        Assert.Equal(ErrorCode.ConstraintUnsupported, ConstraintRules.Check(new Constraint { Not = new() { Of = deep } }));
        Assert.Equal(ErrorCode.ConstraintUnsupported, ConstraintRules.Check(new Constraint()));
        Assert.Equal(ErrorCode.ConstraintUnsupported, ConstraintRules.Check(new Constraint { All = new() }));
        Assert.Equal(ErrorCode.ConstraintUnsupported, ConstraintRules.Check(Hours(0, 60, "Mars/Olympus")));
    }

    [Theory]
    [InlineData(256, null)]
    [InlineData(257, ErrorCode.ConstraintUnsupported)]
    public void Texts_have_as_many_bytes_as_those_of_quotes(int bytes, ErrorCode? refused)
    {
        var text = new Value { Text = new string('a', bytes - 3) + "\u8336" };

        Assert.Equal(refused, ConstraintRules.Check(new Constraint { Compare = new() { Attribute = "tea", Relation = Relation.Equal, Value = text } }));
        Assert.Equal(refused, ConstraintRules.Check(new Constraint { OneOf = new() { Attribute = "tea", Values = { new Value { Integer = 1 }, text } } }));
    }

    static bool Decide(Constraint constraint, Quote quote) => ConstraintRules.Evaluate(constraint, new QuoteFacts(quote, "act://local/seller")).Satisfied;

    static Constraint Hours(uint from, uint until, string zone = "Asia/Shanghai") =>
        new() { HoursOfDay = new() { Attribute = "departure", Zone = zone, FromMinute = from, UntilMinute = until } };

    static Quote Departing(string time) => new()
    {
        Attributes =
        {
            new V1.Attribute { Name = "departure", Value = new() { TimeMs = DateTimeOffset.Parse($"2026-12-24T{time}:00+08:00", null).ToUnixTimeMilliseconds() } },
        },
    };
}
