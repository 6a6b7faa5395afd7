using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ActProtocol.Constraints;
using ActProtocol.Ledger;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Tools;

/// <summary>Files that people write. A fault in one is told with its place.</summary>
static class Files
{
    static readonly JsonSerializerOptions Strict = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    public static T Read<T>(string path)
    {
        if (!File.Exists(path)) throw new FormatException($"There is no file '{path}'.");
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(path), Strict) ?? throw new FormatException($"'{path}' is empty.");
        }
        catch (JsonException fault)
        {
            throw new FormatException($"{path}:{fault.LineNumber + 1}:{fault.BytePositionInLine + 1}: {fault.Message}", fault);
        }
    }

    public static Money Amount(string path, string field, string text) =>
        Money.TryParse(text, out var money, out var error) ? money : throw new FormatException($"{path}: {field}: {error}");

    /// <summary>A typed value out of JSON: a time with an offset, a number, yes or no, an amount, or text.</summary>
    public static Value ValueOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Number => new Value { Integer = element.GetInt64() },
        JsonValueKind.True or JsonValueKind.False => new Value { Flag = element.GetBoolean() },
        JsonValueKind.String when IsTime(element.GetString()!, out var at) => new Value { TimeMs = at.ToUnixTimeMilliseconds() },
        JsonValueKind.String when Money.TryParse(element.GetString()!, out var money, out _) => new Value { Money = money.ToWire() },
        _ => new Value { Text = element.ToString() },
    };

    static bool IsTime(string text, out DateTimeOffset at) => DateTimeOffset.TryParseExact(
        text, ["yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm:sszzz"], CultureInfo.InvariantCulture, DateTimeStyles.None, out at);

    /// <summary>What <c>--intent</c> reads.</summary>
    public sealed record IntentFile
    {
        public string Words { get; init; } = "";

        public required string Budget { get; init; }

        public required string[] Sellers { get; init; }

        public int ExpiresInMinutes { get; init; } = 60;

        /// <summary>An <c>act.v1.Constraint</c> as ProtoJSON.</summary>
        public JsonElement? Constraint { get; init; }

        public Intent ToIntent(string path, DateTimeOffset now)
        {
            var intent = new Intent
            {
                Words = Words,
                Budget = Amount(path, "budget", Budget).ToWire(),
                ExpiresAtMs = now.AddMinutes(ExpiresInMinutes).ToUnixTimeMilliseconds(),
            };
            if (Constraint is { } tree)
            {
                try
                {
                    intent.Constraint = V1.Constraint.Parser.ParseJson(tree.GetRawText());
                }
                catch (Exception fault) when (fault is InvalidProtocolBufferException or InvalidJsonException)
                {
                    throw new FormatException($"{path}: constraint: {fault.Message}", fault);
                }
                if (ConstraintRules.Check(intent.Constraint) is not null) throw new FormatException($"{path}: constraint: it has an unknown kind, name or zone, or is too large.");
            }
            return intent;
        }
    }

    /// <summary>What <c>--catalogue</c> reads.</summary>
    public sealed record CatalogueFile
    {
        /// <summary>The seller's name; its principal is NAME-owner.</summary>
        public required string Seller { get; init; }

        public string Capability { get; init; } = "goods";

        public required string Title { get; init; }

        public required string Price { get; init; }

        public required int Stock { get; init; }

        public Dictionary<string, JsonElement> Attributes { get; init; } = [];
    }
}
