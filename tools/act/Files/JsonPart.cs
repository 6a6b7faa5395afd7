using System.Globalization;
using System.Text.Json;
using ActProtocol.Ledger;
using ActProtocol.V1;

namespace ActProtocol.Tools;

/// <summary>A value within a <see cref="JsonFile"/>. Every reader here throws <see cref="BadInputException"/> with the place.</summary>
sealed record JsonPart(JsonFile File, JsonElement Element, string Path)
{
    public BadInputException Fault(string message) => File.Fault(Path, message);

    /// <summary>A member; null when it is absent or null.</summary>
    public JsonPart? this[string name] =>
        Object().Element.TryGetProperty(name, out var found) && found.ValueKind is not JsonValueKind.Null ? this with { Element = found, Path = $"{Path}.{name}" } : null;

    public JsonPart Required(string name) => this[name] ?? throw Fault($"the member '{name}' is missing.");

    /// <summary>Refuses members that nobody would read.</summary>
    public JsonPart Only(params string[] names)
    {
        foreach (var member in Object().Element.EnumerateObject())
        {
            if (!names.Contains(member.Name)) throw File.Fault($"{Path}.{member.Name}", $"there is no such member.{Near.Hint(member.Name, names)} Known here: {string.Join(", ", names)}.");
        }
        return this;
    }

    public IEnumerable<(string Name, JsonPart Value)> Members()
    {
        foreach (var member in Object().Element.EnumerateObject()) yield return (member.Name, this with { Element = member.Value, Path = $"{Path}.{member.Name}" });
    }

    public IReadOnlyList<JsonPart> Items() => Element.ValueKind is JsonValueKind.Array
        ? [.. Element.EnumerateArray().Select((item, index) => this with { Element = item, Path = $"{Path}[{index}]" })]
        : throw Wrong("a list [ … ]");

    public string Text() => Element.ValueKind is JsonValueKind.String ? Element.GetString()! : throw Wrong("text in quotation marks");

    public bool Flag() => Element.ValueKind is JsonValueKind.True or JsonValueKind.False ? Element.GetBoolean() : throw Wrong("true or false");

    public long Integer(long from, long until) =>
        Element.ValueKind is JsonValueKind.Number && Element.TryGetInt64(out var number) && number >= from && number <= until
            ? number
            : throw Wrong($"a whole number from {from} to {until}");

    /// <summary>An amount such as "800 CNY", at least zero.</summary>
    public Money Amount()
    {
        if (!Money.TryParse(Text(), out var money, out var error)) throw Fault(error);
        return money.Nanos >= 0 ? money : throw Fault($"'{Text()}' is below zero.");
    }

    /// <summary>An id such as act://local/day-air.</summary>
    public string ActId() => Envelopes.ActId.IsValid(Text()) ? Text() : throw Fault($"'{Text()}' is no id: write act://authority/name, out of a-z, 0-9 and '-'.");

    /// <summary>A typed value: a time with an offset, a whole number, yes or no, an amount, or text.</summary>
    public Value Value() => Element.ValueKind switch
    {
        JsonValueKind.Number when Element.TryGetInt64(out var integer) => new Value { Integer = integer },
        JsonValueKind.True or JsonValueKind.False => new Value { Flag = Element.GetBoolean() },
        JsonValueKind.String when IsTime(Text(), out var at) => new Value { TimeMs = at.ToUnixTimeMilliseconds() },
        JsonValueKind.String when Money.TryParse(Text(), out var money, out _) => new Value { Money = money.ToWire() },
        JsonValueKind.String => new Value { Text = Text() },
        _ => throw Wrong("text, a whole number, true or false, an amount such as \"800 CNY\", or a time such as \"2026-12-24T14:25+08:00\""),
    };

    JsonPart Object() => Element.ValueKind is JsonValueKind.Object ? this : throw Wrong("an object { … }");

    BadInputException Wrong(string expected) => Fault($"{Element.ValueKind switch
    {
        JsonValueKind.String => $"'{Element.GetString()}'",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.Null or JsonValueKind.Undefined => "null",
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => Element.GetRawText(),
    }} stands here; {expected} is expected.");

    internal static bool IsTime(string text, out DateTimeOffset at) => DateTimeOffset.TryParseExact(
        text, ["yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd'T'HH:mm:ss'Z'"],
        CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at);
}
