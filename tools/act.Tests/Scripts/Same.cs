using System.Text.RegularExpressions;

namespace ActProtocol.Tools;

/// <summary>Output with what differs from run to run replaced by names: ids, times, addresses, widths.</summary>
static partial class Same
{
    static readonly (Regex Finds, string Name)[] Rules =
    [
        (Base64(), "<base64>"),
        (Hex64(), "<digest>"),
        (Hex32(), "<id>"),
        (Hex16(), "<digest>…"),
        (Key(), "<key>"),
        (Milliseconds(), "$1<ms>"),
        (MillisecondsText(), "$1<ms>\""),
        (MessageId(), "$1<id>\""),
        (Time(), "<time>"),
        (Clock(), "<time>"),
        (Elapsed(), "<s>"),
        (Seconds(), "<s> s"),
        (Place(), "$1<n>"),
        (Letter(), "  <letter> "),
        (LetterJson(), "\"letter\":\"<letter>\""),
        (Seconds2(), "$1<s>"),
        // Tables are as wide as what stands in them.
        (Rule(), "─"),
        (Spaces(), "  "),
        (Trailing(), ""),
    ];

    public static string Of(string text, string folder, ScriptBroker broker)
    {
        text = text.Replace(broker.Broker.Grpc, "<grpc>", StringComparison.Ordinal).Replace(broker.Broker.Json, "<json>", StringComparison.Ordinal).Replace(broker.Html, "<html>", StringComparison.Ordinal)
            .Replace(folder, "<folder>", StringComparison.Ordinal);
        // Alone only: the digits of a port are found in many a digest.
        text = Regex.Replace(text, $"(?<![A-Za-z0-9_/+-]){new Uri(broker.Broker.Grpc).Port}(?![A-Za-z0-9_+-])", "<port>");
        return Rules.Aggregate(text, (same, rule) => rule.Finds.Replace(same, rule.Name));
    }

    [GeneratedRegex("(?<=\")[A-Za-z0-9+/]{64,}={0,2}(?=\")(?<!\"[0-9a-f]{64})")]
    private static partial Regex Base64();

    [GeneratedRegex("\\b[0-9a-f]{64}\\b")]
    private static partial Regex Hex64();

    [GeneratedRegex("\\b[0-9a-f]{32}\\b")]
    private static partial Regex Hex32();

    [GeneratedRegex("\\b[0-9a-f]{16}…")]
    private static partial Regex Hex16();

    [GeneratedRegex("(?<![A-Za-z0-9_/+-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")]
    private static partial Regex Key();

    [GeneratedRegex("(_ms\":)[0-9]{13}")]
    private static partial Regex Milliseconds();

    [GeneratedRegex("(AtMs\": \")[0-9]{13}\"")]
    private static partial Regex MillisecondsText();

    [GeneratedRegex("(\"messageId\": \")[^\"]+\"")]
    private static partial Regex MessageId();

    [GeneratedRegex("20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d \\+00:00")]
    private static partial Regex Time();

    [GeneratedRegex("\\b\\d\\d:\\d\\d:\\d\\d(\\.\\d{3})?\\b")]
    private static partial Regex Clock();

    [GeneratedRegex("(?m)^ *\\d+\\.\\d\\d s")]
    private static partial Regex Elapsed();

    [GeneratedRegex("\\b\\d+\\.\\d+ s\\b")]
    private static partial Regex Seconds();

    [GeneratedRegex("(\"seconds\":)[0-9.]+")]
    private static partial Regex Seconds2();

    [GeneratedRegex("(partition |position |\"partition\":|\"position\":)\\d+")]
    private static partial Regex Place();

    [GeneratedRegex("(?m)^  \\d+\\.\\d+ ")]
    private static partial Regex Letter();

    [GeneratedRegex("\"letter\":\"\\d+\\.\\d+\"")]
    private static partial Regex LetterJson();

    [GeneratedRegex("─+")]
    private static partial Regex Rule();

    [GeneratedRegex("(?<=\\S)   +")]
    private static partial Regex Spaces();

    [GeneratedRegex("(?m)[ \\t]+$")]
    private static partial Regex Trailing();
}
