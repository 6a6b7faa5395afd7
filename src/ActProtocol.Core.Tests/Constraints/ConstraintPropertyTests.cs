using ActProtocol.V1;
using FsCheck.Xunit;

namespace ActProtocol.Constraints;

/// <summary>Any tree over any quote: what is decided is what an independent model decides.</summary>
public class ConstraintPropertyTests
{
    static readonly string[] Names = ["total", "seller", "a", "b", "c", "absent"];

    [Property(MaxTest = 3000)]
    public void The_verdict_is_the_models(byte[] choices)
    {
        var from = new Choices(choices);
        var quote = QuoteOf(from);
        var constraint = TreeOf(from, 1);
        Assert.Null(ConstraintRules.Check(constraint));
        var facts = quote.Attributes.ToDictionary(attribute => attribute.Name, attribute => attribute.Value);
        facts["total"] = new Value { Money = quote.Total };
        facts["seller"] = new Value { Text = "s1" };

        var result = ConstraintRules.Evaluate(constraint, new QuoteFacts(quote, "s1"));
        var negated = ConstraintRules.Evaluate(new Constraint { Not = new() { Of = constraint } }, new QuoteFacts(quote, "s1"));

        var truth = ConstraintModel.Decide(constraint, facts);
        Assert.Equal(truth is ConstraintModel.Truth.Yes, result.Satisfied);
        Assert.Equal(truth is ConstraintModel.Truth.No, negated.Satisfied);
        Assert.Equal(result.Satisfied, result.Failing is null);
    }

    [Fact]
    public void The_trees_reach_every_verdict()
    {
        var verdicts = Enumerable.Range(0, 400).Select(seed => new Choices([.. Enumerable.Range(0, 60).Select(i => (byte)(((seed * 31) + (i * i * 7)) % 256))]))
            .Select(from => (Quote: QuoteOf(from), Tree: TreeOf(from, 1)))
            .Select(pair => ConstraintModel.Decide(pair.Tree, pair.Quote.Attributes.ToDictionary(attribute => attribute.Name, attribute => attribute.Value)));

        Assert.Equal(3, verdicts.Distinct().Count());
    }

    static Quote QuoteOf(Choices from)
    {
        var quote = new Quote { Total = MoneyOf(from) };
        foreach (var name in new[] { "a", "b", "c" })
        {
            if (from.Next(4) > 0) quote.Attributes.Add(new V1.Attribute { Name = name, Value = ValueOf(from, from.Next(5)) });
        }
        return quote;
    }

    static Constraint TreeOf(Choices from, int level)
    {
        var name = Names[from.Next(Names.Length)];
        return from.Next(level > 3 ? 4 : 7) switch
        {
            0 when from.Next(2) == 0 => new() { Compare = new() { Attribute = name, Relation = (Relation)(1 + from.Next(2)), Value = ValueOf(from, from.Next(5)) } },
            0 => new() { Compare = new() { Attribute = name, Relation = (Relation)(3 + from.Next(4)), Value = ValueOf(from, from.Next(3)) } },
            1 => new() { OneOf = new() { Attribute = name, Values = { Many(from, () => ValueOf(from, from.Next(5))) } } },
            2 => BetweenOf(from, name, from.Next(3)),
            3 => new() { HoursOfDay = new() { Attribute = name, Zone = from.Next(2) == 0 ? "Etc/UTC" : "Asia/Shanghai", FromMinute = (uint)from.Next(1440), UntilMinute = (uint)from.Next(1441) } },
            4 => new() { All = new() { Of = { Many(from, () => TreeOf(from, level + 1)) } } },
            5 => new() { Any = new() { Of = { Many(from, () => TreeOf(from, level + 1)) } } },
            _ => new() { Not = new() { Of = TreeOf(from, level + 1) } },
        };
    }

    static Constraint BetweenOf(Choices from, string name, int kind) =>
        new() { Between = new() { Attribute = name, From = ValueOf(from, kind), Until = ValueOf(from, kind) } };

    static List<T> Many<T>(Choices from, Func<T> make) => [.. Enumerable.Range(0, 1 + from.Next(3)).Select(_ => make())];

    // The first three kinds have an order.
    static Value ValueOf(Choices from, int kind) => kind switch
    {
        0 => new() { Integer = from.Next(4) - 1 },
        1 => new() { TimeMs = (from.Next(5000) - 1000) * 1_000_003L },
        2 => new() { Money = MoneyOf(from) },
        3 => new() { Text = $"s{from.Next(3)}" },
        _ => new() { Flag = from.Next(2) == 0 },
    };

    static Google.Type.Money MoneyOf(Choices from)
    {
        var sign = 1 - (2 * from.Next(2));
        return new() { CurrencyCode = from.Next(3) == 0 ? "EUR" : "CNY", Units = sign * from.Next(2), Nanos = sign * from.Next(2) };
    }

    /// <summary>Decisions out of bytes that FsCheck draws and shrinks; zeros at the end.</summary>
    sealed class Choices(byte[] bytes)
    {
        int _next;

        public int Next(int below) => ((Byte() << 8) | Byte()) % below;

        int Byte() => _next < bytes.Length ? bytes[_next++] : 0;
    }
}
