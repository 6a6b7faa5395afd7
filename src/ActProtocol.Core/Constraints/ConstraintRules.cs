using ActProtocol.Envelopes;
using ActProtocol.Ledger;
using ActProtocol.Transactions;
using ActProtocol.V1;
using NodaTime;
using Instant = NodaTime.Instant;
using Kind = ActProtocol.V1.Constraint.KindOneofCase;

namespace ActProtocol.Constraints;

/// <summary>Decides constraints (CON-01 to CON-08): three-valued inside, so that what is unknown is never satisfied, negated or not.</summary>
public static class ConstraintRules
{
    public const int NodesMax = 64;
    public const int LevelsMax = 8;
    public const int ChildrenMax = 16;
    public const int ValuesMax = 32;
    const int TextMax = 256;
    const int MinutesADay = 1_440;

    /// <summary>The version of the time zone database that decisions use.</summary>
    public static string ZonesVersion => DateTimeZoneProviders.Tzdb.VersionId;

    /// <summary>Whether the constraint is one that can be decided here; what is wrong, or null.</summary>
    public static ErrorCode? Check(Constraint constraint)
    {
        var nodes = 0;
        return IsSupported(constraint, 1, ref nodes) ? null : ErrorCode.ConstraintUnsupported;
    }

    /// <summary>Whether a quote satisfies a checked constraint; when it does not, which part failed first.</summary>
    public static ConstraintResult Evaluate(Constraint constraint, QuoteFacts facts)
    {
        string? failing = null;
        return new ConstraintResult(Decide(constraint, facts, ref failing) is true, failing);
    }

    static bool IsSupported(Constraint? node, int level, ref int nodes)
    {
        if (node is null || level > LevelsMax || ++nodes > NodesMax) return false;
        return node.KindCase switch
        {
            Kind.Compare => QuoteRules.IsName(node.Compare.Attribute) && IsComparable(node.Compare.Relation, node.Compare.Value),
            Kind.OneOf => QuoteRules.IsName(node.OneOf.Attribute) && node.OneOf.Values.Count is > 0 and <= ValuesMax && node.OneOf.Values.All(IsValue),
            Kind.Between => QuoteRules.IsName(node.Between.Attribute) && IsOrdered(node.Between.From) && IsOrdered(node.Between.Until)
                && node.Between.From.KindCase == node.Between.Until.KindCase,
            Kind.HoursOfDay => QuoteRules.IsName(node.HoursOfDay.Attribute) && node.HoursOfDay.FromMinute < MinutesADay
                && node.HoursOfDay.UntilMinute <= MinutesADay && DateTimeZoneProviders.Tzdb.GetZoneOrNull(node.HoursOfDay.Zone) is not null,
            Kind.All => AreSupported(node.All.Of, level, ref nodes),
            Kind.Any => AreSupported(node.Any.Of, level, ref nodes),
            Kind.Not => IsSupported(node.Not.Of, level + 1, ref nodes),
            Kind.None => false,
        };
    }

    static bool AreSupported(IReadOnlyList<Constraint> children, int level, ref int nodes)
    {
        if (children.Count is 0 or > ChildrenMax) return false;
        foreach (var child in children)
        {
            if (!IsSupported(child, level + 1, ref nodes)) return false;
        }
        return true;
    }

    static bool IsComparable(Relation relation, Value? value) => relation switch
    {
        Relation.Equal or Relation.NotEqual => IsValue(value),
        Relation.Less or Relation.AtMost or Relation.Greater or Relation.AtLeast => IsOrdered(value),
        Relation.Unspecified => false,
        // A relation of a later minor version refuses by itself.
        _ => false,
    };

    static bool IsValue(Value? value) =>
        value is not null && value.KindCase is not Value.KindOneofCase.None && QuoteRules.IsText(value.Text, TextMax)
        && (value.Money is null || Money.TryFromWire(value.Money, out _) is null);

    static bool IsOrdered(Value? value) =>
        IsValue(value) && value!.KindCase is Value.KindOneofCase.Integer or Value.KindOneofCase.Money or Value.KindOneofCase.TimeMs;

    // True, false, or null when it cannot be decided.
    static bool? Decide(Constraint node, QuoteFacts facts, ref string? failing)
    {
        switch (node.KindCase)
        {
            case Kind.All:
                return DecideAll(node.All.Of, facts, ref failing);
            case Kind.Any:
                return DecideAny(node.Any.Of, facts, ref failing);
            case Kind.Not:
                string? inner = null;
                var negated = !Decide(node.Not.Of, facts, ref inner);
                if (negated is not true) failing ??= inner ?? $"not: {ConstraintText.Of(node.Not.Of)}";
                return negated;
            default:
                var holds = DecideLeaf(node, facts, out var value);
                if (holds is not true) failing ??= ConstraintText.Failure(node, value);
                return holds;
        }
    }

    static bool? DecideAll(IReadOnlyList<Constraint> children, QuoteFacts facts, ref string? failing)
    {
        bool? all = true;
        foreach (var child in children)
        {
            var holds = Decide(child, facts, ref failing);
            if (holds is false) return false;
            if (holds is null) all = null;
        }
        return all;
    }

    static bool? DecideAny(IReadOnlyList<Constraint> children, QuoteFacts facts, ref string? failing)
    {
        bool? any = false;
        string? first = null;
        foreach (var child in children)
        {
            var holds = Decide(child, facts, ref first);
            if (holds is true) return true;
            if (holds is null) any = null;
        }
        failing ??= first;
        return any;
    }

    static bool? DecideLeaf(Constraint node, QuoteFacts facts, out Value? value)
    {
        switch (node.KindCase)
        {
            case Kind.Compare:
                value = facts.Find(node.Compare.Attribute);
                return Holds(Order(value, node.Compare.Value), node.Compare.Relation);
            case Kind.OneOf:
                value = facts.Find(node.OneOf.Attribute);
                bool? any = false;
                foreach (var candidate in node.OneOf.Values.Items)
                {
                    var order = Order(value, candidate);
                    if (order == 0) return true;
                    if (order is null) any = null;
                }
                return any;
            case Kind.Between:
                value = facts.Find(node.Between.Attribute);
                return Order(value, node.Between.From) is { } from && Order(value, node.Between.Until) is { } until ? from >= 0 && until < 0 : null;
            case Kind.HoursOfDay:
                value = facts.Find(node.HoursOfDay.Attribute);
                return value?.KindCase is Value.KindOneofCase.TimeMs ? IsWithin(node.HoursOfDay, value.TimeMs) : null;
            case Kind.All or Kind.Any or Kind.Not or Kind.None:
                break;
        }
        value = null;
        return null;
    }

    static bool? Holds(int? order, Relation relation) => order is not { } sign ? null : relation switch
    {
        Relation.Equal => sign == 0,
        Relation.NotEqual => sign != 0,
        Relation.Less => sign < 0,
        Relation.AtMost => sign <= 0,
        Relation.Greater => sign > 0,
        Relation.AtLeast => sign >= 0,
        Relation.Unspecified => null,
        _ => null,
    };

    // The sign of left - right; null for unlike types or currencies. Texts and flags are equal or not, in no order.
    static int? Order(Value? left, Value right)
    {
        if (left is null || left.KindCase != right.KindCase) return null;
        return left.KindCase switch
        {
            Value.KindOneofCase.Text => string.Equals(left.Text, right.Text, StringComparison.Ordinal) ? 0 : 1,
            Value.KindOneofCase.Integer => left.Integer.CompareTo(right.Integer),
            Value.KindOneofCase.Flag => left.Flag == right.Flag ? 0 : 1,
            Value.KindOneofCase.Money => left.Money.CurrencyCode == right.Money.CurrencyCode
                ? Money.FromWire(left.Money).Nanos.CompareTo(Money.FromWire(right.Money).Nanos)
                : null,
            Value.KindOneofCase.TimeMs => left.TimeMs.CompareTo(right.TimeMs),
            Value.KindOneofCase.None => null,
        };
    }

    static bool? IsWithin(HoursOfDay hours, long timeMs)
    {
        if (MinuteOfDay(hours.Zone, timeMs) is not { } minute) return null;
        var (from, until) = (hours.FromMinute, hours.UntilMinute);
        if (from == until) return true;
        return from < until ? minute >= from && minute < until : minute >= from || minute < until;
    }

    /// <summary>Minutes since local midnight; null for an instant or zone that the calendar does not have.</summary>
    internal static long? MinuteOfDay(string zone, long timeMs)
    {
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone) is not { } found) return null;
        if (timeMs < NodaConstants.MillisecondsPerDay - 62_135_596_800_000 || timeMs > 253_402_300_799_999 - NodaConstants.MillisecondsPerDay) return null;
        var local = Instant.FromUnixTimeMilliseconds(timeMs).InZone(found).TimeOfDay;
        return (local.Hour * 60) + local.Minute;
    }
}

/// <summary>What came of a constraint.</summary>
/// <param name="Failing">The first part that did not hold, in words; null when all did.</param>
public readonly record struct ConstraintResult(bool Satisfied, string? Failing);
