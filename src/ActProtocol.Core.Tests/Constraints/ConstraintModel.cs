using ActProtocol.V1;
using Kind = ActProtocol.V1.Constraint.KindOneofCase;

namespace ActProtocol.Constraints;

/// <summary>Constraints decided a second time, as Kleene's logic is written down: No &lt; Unknown &lt; Yes, all is the least, any is the greatest.</summary>
static class ConstraintModel
{
    internal enum Truth
    {
        No = -1,
        Unknown = 0,
        Yes = 1,
    }

    public static Truth Decide(Constraint node, IReadOnlyDictionary<string, Value> facts) => node.KindCase switch
    {
        Kind.All => node.All.Of.Min(child => Decide(child, facts)),
        Kind.Any => node.Any.Of.Max(child => Decide(child, facts)),
        Kind.Not => (Truth)(-(int)Decide(node.Not.Of, facts)),
        Kind.OneOf => node.OneOf.Values.Max(value => Equal(facts, node.OneOf.Attribute, value)),
        Kind.Compare => Compare(node.Compare, facts),
        Kind.Between => Difference(facts, node.Between.Attribute, node.Between.From) is { } low && Difference(facts, node.Between.Attribute, node.Between.Until) is { } high
            ? Of(low >= 0 && high < 0) : Truth.Unknown,
        Kind.HoursOfDay => facts.GetValueOrDefault(node.HoursOfDay.Attribute) is { KindCase: Value.KindOneofCase.TimeMs } at
            ? Of(Minutes(node.HoursOfDay).Contains(MinuteAt(node.HoursOfDay.Zone, at.TimeMs))) : Truth.Unknown,
        Kind.None => throw new ArgumentException("No constraint."),
    };

    static Truth Compare(Compare compare, IReadOnlyDictionary<string, Value> facts)
    {
        if (compare.Relation is Relation.Equal) return Equal(facts, compare.Attribute, compare.Value);
        if (compare.Relation is Relation.NotEqual) return (Truth)(-(int)Equal(facts, compare.Attribute, compare.Value));
        if (Difference(facts, compare.Attribute, compare.Value) is not { } difference) return Truth.Unknown;
        Relation[] holding = difference < 0 ? [Relation.Less, Relation.AtMost] : difference > 0 ? [Relation.Greater, Relation.AtLeast] : [Relation.AtMost, Relation.AtLeast];
        return Of(holding.Contains(compare.Relation));
    }

    static Truth Equal(IReadOnlyDictionary<string, Value> facts, string name, Value value)
    {
        if (!facts.TryGetValue(name, out var fact) || fact.KindCase != value.KindCase || fact.Money?.CurrencyCode != value.Money?.CurrencyCode) return Truth.Unknown;
        return Of(fact.Equals(value));
    }

    // In decimal, which holds what the generator makes: the code under test has integers of 128 bits.
    static decimal? Difference(IReadOnlyDictionary<string, Value> facts, string name, Value value) =>
        Equal(facts, name, value) is Truth.Unknown ? null : Number(facts[name]) - Number(value);

    static decimal Number(Value value) => value.Money is { } money ? money.Units + (money.Nanos / 1_000_000_000m) : value.Integer + value.TimeMs;

    // Every minute of the day that is meant, one by one.
    static HashSet<long> Minutes(HoursOfDay hours)
    {
        HashSet<long> minutes = [];
        var minute = hours.FromMinute;
        do
        {
            minutes.Add(minute);
            minute = (minute + 1) % 1440;
        }
        while (minute != hours.UntilMinute % 1440);
        return minutes;
    }

    static long MinuteAt(string zone, long timeMs)
    {
        const long DayMs = 86_400_000;
        var local = timeMs + (zone == "Asia/Shanghai" ? 8 * 3_600_000 : 0);
        return ((local % DayMs) + DayMs) % DayMs / 60_000;
    }

    static Truth Of(bool holds) => holds ? Truth.Yes : Truth.No;
}
