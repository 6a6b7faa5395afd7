using System.Globalization;
using ActProtocol.Ledger;
using ActProtocol.V1;
using NodaTime;
using Instant = NodaTime.Instant;
using Kind = ActProtocol.V1.Constraint.KindOneofCase;

namespace ActProtocol.Constraints;

/// <summary>Constraints in plain words, for refusals and traces.</summary>
public static class ConstraintText
{
    const int LengthMax = 200;

    /// <summary>What was demanded.</summary>
    public static string Of(Constraint node) => node.KindCase switch
    {
        Kind.Compare => $"{node.Compare.Attribute} is {Name(node.Compare.Relation)} {Of(node.Compare.Value)}",
        Kind.OneOf => $"{node.OneOf.Attribute} is one of {string.Join(", ", node.OneOf.Values.Select(value => Of(value)))}",
        Kind.Between => $"{node.Between.Attribute} is from {Of(node.Between.From)} until {Of(node.Between.Until)}",
        Kind.HoursOfDay => $"{node.HoursOfDay.Attribute} is from {Clock(node.HoursOfDay.FromMinute)} until {Clock(node.HoursOfDay.UntilMinute)} ({node.HoursOfDay.Zone})",
        Kind.All => $"all of ({string.Join("; ", node.All.Of.Select(Of))})",
        Kind.Any => $"any of ({string.Join("; ", node.Any.Of.Select(Of))})",
        Kind.Not => $"not ({Of(node.Not.Of)})",
        Kind.None => "an unknown constraint",
    };

    /// <summary>Why a leaf did not hold.</summary>
    internal static string Failure(Constraint leaf, Value? value)
    {
        var demanded = Of(leaf);
        var text = value is null ? $"{demanded}: the quote does not say"
            : leaf.KindCase is Kind.HoursOfDay && ConstraintRules.MinuteOfDay(leaf.HoursOfDay.Zone, value.TimeMs) is { } minute ? $"{demanded}: it is {Clock((uint)minute)}"
            : $"{demanded}: it is {Of(value)}";
        return text.Length <= LengthMax ? text : text[..LengthMax];
    }

    static string Of(Value? value) => value?.KindCase switch
    {
        Value.KindOneofCase.Text => $"\"{value.Text}\"",
        Value.KindOneofCase.Integer => value.Integer.ToString(CultureInfo.InvariantCulture),
        Value.KindOneofCase.Flag => value.Flag ? "yes" : "no",
        Value.KindOneofCase.Money => Money.FromWire(value.Money).ToString(),
        Value.KindOneofCase.TimeMs => Time(value.TimeMs),
        Value.KindOneofCase.None or null => "nothing",
        _ => "nothing",
    };

    // Any 64 bits may come: what no calendar has is shown as the number it is.
    internal static string Time(long timeMs) =>
        timeMs is >= -62_135_596_800_000 and <= 253_402_300_799_999
            ? Instant.FromUnixTimeMilliseconds(timeMs).ToString("g", CultureInfo.InvariantCulture)
            : timeMs.ToString(CultureInfo.InvariantCulture);

    static string Clock(uint minute) => $"{minute / 60:D2}:{minute % 60:D2}";

    static string Name(Relation relation) => relation switch
    {
        Relation.Equal => "equal to",
        Relation.NotEqual => "other than",
        Relation.Less => "less than",
        Relation.AtMost => "at most",
        Relation.Greater => "greater than",
        Relation.AtLeast => "at least",
        Relation.Unspecified => "?",
        _ => "?",
    };
}
