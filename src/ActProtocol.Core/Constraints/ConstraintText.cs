using System.Globalization;
using ActProtocol.Ledger;
using ActProtocol.Rendering;
using ActProtocol.V1;
using NodaTime;
using Instant = NodaTime.Instant;
using Kind = ActProtocol.V1.Constraint.KindOneofCase;

namespace ActProtocol.Constraints;

/// <summary>Constraints in plain words, for refusals, traces and renderings.</summary>
public static class ConstraintText
{
    const int LengthMax = 200;

    static readonly Language English = Language.Find("en")!;

    /// <summary>What was demanded, in English.</summary>
    public static string Of(Constraint node) => Of(node, English);

    /// <summary>What is demanded. Texts within it are the agent's: each stands quoted, and cannot pass for another part.</summary>
    internal static string Of(Constraint node, Language say) => node.KindCase switch
    {
        Kind.Compare => say.Say("compare", node.Compare.Attribute, Name(node.Compare.Relation, say), Of(node.Compare.Value, say)),
        Kind.OneOf => say.Say("one_of", node.OneOf.Attribute, string.Join(say.Say("list"), node.OneOf.Values.Select(value => Of(value, say)))),
        Kind.Between => say.Say("between", node.Between.Attribute, Of(node.Between.From, say), Of(node.Between.Until, say)),
        Kind.HoursOfDay => say.Say("hours", node.HoursOfDay.Attribute, Clock(node.HoursOfDay.FromMinute), Clock(node.HoursOfDay.UntilMinute), node.HoursOfDay.Zone),
        Kind.All => say.Say("all", string.Join(say.Say("parts"), node.All.Of.Select(part => Of(part, say)))),
        Kind.Any => say.Say("any", string.Join(say.Say("parts"), node.Any.Of.Select(part => Of(part, say)))),
        Kind.Not => say.Say("not", Of(node.Not.Of, say)),
        Kind.None => say.Say("unknown_constraint"),
    };

    /// <summary>Why a leaf did not hold.</summary>
    internal static string Failure(Constraint leaf, Value? value)
    {
        var demanded = Of(leaf);
        var text = value is null ? $"{demanded}: the quote does not say"
            : leaf.KindCase is Kind.HoursOfDay && ConstraintRules.MinuteOfDay(leaf.HoursOfDay.Zone, value.TimeMs) is { } minute ? $"{demanded}: it is {Clock((uint)minute)}"
            : $"{demanded}: it is {Of(value, English)}";
        return text.Length <= LengthMax ? text : text[..(char.IsHighSurrogate(text[LengthMax - 1]) ? LengthMax - 1 : LengthMax)];
    }

    /// <summary>A value; a text stands quoted.</summary>
    internal static string Of(Value? value, Language say) => value?.KindCase switch
    {
        Value.KindOneofCase.Text => Quoted.Of(value.Text),
        Value.KindOneofCase.Integer => value.Integer.ToString(CultureInfo.InvariantCulture),
        Value.KindOneofCase.Flag => say.Say(value.Flag ? "yes" : "no"),
        Value.KindOneofCase.Money => Money.FromWire(value.Money).ToString(),
        Value.KindOneofCase.TimeMs => Time(value.TimeMs),
        Value.KindOneofCase.None or null => say.Say("nothing"),
        _ => say.Say("nothing"),
    };

    // Any 64 bits may come: what no calendar has is shown as the number it is.
    static string Time(long timeMs) =>
        timeMs is >= -62_135_596_800_000 and <= 253_402_300_799_999
            ? Instant.FromUnixTimeMilliseconds(timeMs).ToString("g", CultureInfo.InvariantCulture)
            : timeMs.ToString(CultureInfo.InvariantCulture);

    static string Clock(uint minute) => $"{minute / 60:D2}:{minute % 60:D2}";

    static string Name(Relation relation, Language say) => relation switch
    {
        Relation.Equal => say.Say("equal"),
        Relation.NotEqual => say.Say("not_equal"),
        Relation.Less => say.Say("less"),
        Relation.AtMost => say.Say("at_most"),
        Relation.Greater => say.Say("greater"),
        Relation.AtLeast => say.Say("at_least"),
        Relation.Unspecified => "?",
        _ => "?",
    };
}
