using ActProtocol.V1;

namespace ActProtocol.Conformance.Model;

/// <summary>A constraint over the facts of a quote, by the words of spec/constraints.md: true, false, or null for undecidable.</summary>
sealed class ConstraintVerdict(Quote quote, string seller)
{
    const long FirstInstant = -62_135_510_400_000; // 0001-01-02
    const long LastInstant = 253_402_214_400_000; // 9999-12-31, exclusive

    public static bool Satisfies(Constraint? constraint, Quote quote, string seller) => constraint is null || new ConstraintVerdict(quote, seller).Of(constraint) is true;

    bool? Of(Constraint node) => node.KindCase switch
    {
        Constraint.KindOneofCase.Compare => Relates(node.Compare),
        Constraint.KindOneofCase.OneOf => AnyOf(node.OneOf.Values.Select(value => Order(node.OneOf.Attribute, value) is { } order ? order == 0 : (bool?)null)),
        Constraint.KindOneofCase.Between => Within(node.Between),
        Constraint.KindOneofCase.HoursOfDay => InHours(node.HoursOfDay),
        Constraint.KindOneofCase.All => !AnyOf(node.All.Of.Select(child => !Of(child))),
        Constraint.KindOneofCase.Any => AnyOf(node.Any.Of.Select(Of)),
        Constraint.KindOneofCase.Not => !Of(node.Not.Of),
        Constraint.KindOneofCase.None => null,
    };

    // Kleene's disjunction; that of `all` is its mirror.
    static bool? AnyOf(IEnumerable<bool?> values)
    {
        var seen = values.ToList();
        return seen.Contains(true) ? true : seen.Contains(null) ? null : false;
    }

    bool? Relates(Compare compare)
    {
        if (Order(compare.Attribute, compare.Value) is not { } order) return null;
        return compare.Relation switch
        {
            Relation.Equal => order == 0,
            Relation.NotEqual => order != 0,
            Relation.Less => order < 0,
            Relation.AtMost => order <= 0,
            Relation.Greater => order > 0,
            Relation.AtLeast => order >= 0,
            Relation.Unspecified => null,
        };
    }

    // CON-02: undecidable when either comparison is.
    bool? Within(Between between) =>
        Order(between.Attribute, between.From) is { } from && Order(between.Attribute, between.Until) is { } until ? from >= 0 && until < 0 : null;

    bool? InHours(HoursOfDay hours)
    {
        if (Fact(hours.Attribute) is not { KindCase: Value.KindOneofCase.TimeMs, TimeMs: >= FirstInstant and < LastInstant and var ms }) return null;
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(hours.Zone, out var zone)) return null;
        var local = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(ms), zone);
        var minute = (local.Hour * 60) + local.Minute;
        var (from, until) = ((int)hours.FromMinute, (int)hours.UntilMinute);
        return from == until || (from < until ? minute >= from && minute < until : minute >= from || minute < until);
    }

    // CON-04: null where the two can't be compared. Texts and flags are equal (0) or not.
    int? Order(string attribute, Value value)
    {
        if (Fact(attribute) is not { } fact || fact.KindCase != value.KindCase) return null;
        return fact.KindCase switch
        {
            Value.KindOneofCase.Text => fact.Text == value.Text ? 0 : 1,
            Value.KindOneofCase.Integer => fact.Integer.CompareTo(value.Integer),
            Value.KindOneofCase.Flag => fact.Flag == value.Flag ? 0 : 1,
            Value.KindOneofCase.Money => fact.Money.CurrencyCode == value.Money.CurrencyCode ? Amounts.NanosOf(fact.Money).CompareTo(Amounts.NanosOf(value.Money)) : null,
            Value.KindOneofCase.TimeMs => fact.TimeMs.CompareTo(value.TimeMs),
            Value.KindOneofCase.None => null,
        };
    }

    Value? Fact(string name) => name switch
    {
        "total" => new Value { Money = quote.Total },
        "seller" => new Value { Text = seller },
        _ => quote.Attributes.FirstOrDefault(attribute => attribute.Name == name)?.Value,
    };
}
