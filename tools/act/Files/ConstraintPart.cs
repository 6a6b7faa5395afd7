using ActProtocol.Constraints;
using ActProtocol.V1;
using NodaTime;

namespace ActProtocol.Tools;

/// <summary>A constraint out of a file; one that the broker would not decide is a fault at its very part.</summary>
static class ConstraintPart
{
    public static V1.Constraint Read(JsonPart part)
    {
        var constraint = ProtoPart.Read<V1.Constraint>(part);
        if (ConstraintRules.Check(constraint) is not null) throw Fault(part, constraint);
        return constraint;
    }

    static BadInputException Fault(JsonPart part, V1.Constraint node)
    {
        foreach (var (child, place) in Children(part, node))
        {
            if (ConstraintRules.Check(child) is not null) return Fault(place, child);
        }
        return part.Fault(Wrong(node));
    }

    static IEnumerable<(V1.Constraint Node, JsonPart Place)> Children(JsonPart part, V1.Constraint node)
    {
        if (node.Not?.Of is { } negated) return [(negated, part.Required("not").Required("of"))];
        var (of, name) = node.All is not null ? (node.All.Of, "all") : (node.Any?.Of, "any");
        return of is null ? [] : of.Zip(part.Required(name)["of"]?.Items() ?? []);
    }

    static string Wrong(V1.Constraint node) => node switch
    {
        { KindCase: V1.Constraint.KindOneofCase.None } => "a constraint is one of compare, oneOf, between, hoursOfDay, all, any, not.",
        { HoursOfDay: { } hours } when DateTimeZoneProviders.Tzdb.GetZoneOrNull(hours.Zone) is null =>
            $"'{hours.Zone}' is no time zone.{Near.Hint(hours.Zone, DateTimeZoneProviders.Tzdb.Ids)} Write an IANA name such as 'Asia/Shanghai'.",
        { HoursOfDay: not null } => "fromMinute is 0 to 1439 and untilMinute 0 to 1440: minutes since midnight.",
        { Compare.Relation: Relation.Unspecified } => "the relation is missing: RELATION_EQUAL, RELATION_AT_MOST, …",
        { Compare.Value: null } or { Between: { From: null } or { Until: null } } => "a value is missing.",
        { Compare: { Relation: not (Relation.Equal or Relation.NotEqual), Value.KindCase: V1.Value.KindOneofCase.Text or V1.Value.KindOneofCase.Flag } } =>
            "only whole numbers, amounts and times can be less, more, at least or at most.",
        { Compare: not null } => "an attribute's name is a-z, 0-9, '.', '-', '_' and begins with a letter.",
        { Between: not null } => "both bounds are whole numbers, both amounts, or both times.",
        { OneOf: not null } => $"1 to {ConstraintRules.ValuesMax} values are expected, and an attribute's name out of a-z, 0-9, '.', '-', '_'.",
        { All: not null } or { Any: not null } => $"1 to {ConstraintRules.ChildrenMax} constraints are expected; at most {ConstraintRules.NodesMax} in all, on {ConstraintRules.LevelsMax} levels.",
        _ => "a constraint is missing.",
    };
}
