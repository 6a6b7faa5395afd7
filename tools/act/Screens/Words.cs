using System.Globalization;
using System.Text.RegularExpressions;
using ActProtocol.V1;
using NodaTime;
using Instant = NodaTime.Instant;

namespace ActProtocol.Tools;

/// <summary>The protocol's words, amounts and times as people read them.</summary>
static partial class Words
{
    /// <summary>"awaiting approval" for AwaitingApproval.</summary>
    public static string Of(Enum name) => Humps().Replace(name.ToString(), " $1").ToLowerInvariant();

    public static string Of(Google.Type.Money? money) => money is null ? "" : Ledger.Money.FromWire(money).ToString();

    public static string Of(IEnumerable<Balance> balances) =>
        string.Join("; ", balances.Select(Of).DefaultIfEmpty("no money"));

    public static string Of(Balance balance) =>
        balance.Held is { Units: 0, Nanos: 0 } ? Of(balance.Available) : $"{Of(balance.Available)} available, {Of(balance.Held)} held";

    /// <summary>An instant in local time; what no calendar has is shown as the number it is.</summary>
    public static string Time(long milliseconds, string format = "yyyy-MM-dd HH:mm:ss zzz") =>
        milliseconds is >= 0 and <= 253_402_300_799_999
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToLocalTime().ToString(format, CultureInfo.InvariantCulture)
            : milliseconds.ToString(CultureInfo.InvariantCulture);

    /// <summary>"1 seller", "3 sellers".</summary>
    public static string Count(int count, string noun) => $"{count.ToString(CultureInfo.InvariantCulture)} {noun}{(count == 1 ? "" : "s")}";

    /// <summary>"day-air" for act://local/day-air: enough where all are of one authority.</summary>
    public static string Short(string id) => id[(id.LastIndexOf('/') + 1)..];

    /// <param name="zone">Where a time is meant; local when there is none.</param>
    public static string Value(Value? value, string? zone = null) => value?.KindCase switch
    {
        V1.Value.KindOneofCase.Text => value.Text,
        V1.Value.KindOneofCase.Integer => value.Integer.ToString(CultureInfo.InvariantCulture),
        V1.Value.KindOneofCase.Flag => value.Flag ? "yes" : "no",
        V1.Value.KindOneofCase.Money => Of(value.Money),
        V1.Value.KindOneofCase.TimeMs => zone is not null && DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone) is { } found && value.TimeMs is >= 0 and <= 253_402_200_000_000
            ? $"{Instant.FromUnixTimeMilliseconds(value.TimeMs).InZone(found).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} {zone}"
            : Time(value.TimeMs, "yyyy-MM-dd HH:mm zzz"),
        V1.Value.KindOneofCase.None or null => "nothing",
        _ => "nothing",
    };

    [GeneratedRegex("(?<=[a-z])([A-Z])")]
    private static partial Regex Humps();
}
