using System.Text.Json;
using System.Text.Json.Nodes;
using ActProtocol.Conformance.Brokers;

namespace ActProtocol.Conformance.Codecs;

/// <summary>What a codec is asked.</summary>
/// <param name="Do">A verb.</param>
/// <param name="Fields">Its members beside <c>id</c> and <c>do</c>.</param>
sealed record Request(string Do, params IReadOnlyList<KeyValuePair<string, JsonNode?>> Fields);

/// <summary>What it answered. Whatever is missing or of another type is the subject's fault.</summary>
sealed class Answer(string what, JsonElement json)
{
    /// <summary>Why it does not do that; null: it did.</summary>
    public string? Cannot => json.TryGetProperty("cannot", out var reason) ? reason.ToString() : null;

    public bool Ok => Read("ok", "true or false", JsonValueKind.True, JsonValueKind.False).GetBoolean();

    /// <summary>The code of a refusal; null where it gives none.</summary>
    public string? Code => json.TryGetProperty("code", out var code) && code.ValueKind is JsonValueKind.String ? code.GetString() : null;

    /// <summary>All of it but the id, to be compared.</summary>
    public string Rest
    {
        get
        {
            var all = JsonObject.Create(json)!;
            all.Remove("id");
            return all.ToJsonString();
        }
    }

    public string Text(string field) => Read(field, "a text", JsonValueKind.String).GetString()!;

    public long Number(string field) => Read(field, "a whole number", JsonValueKind.Number).TryGetInt64(out var number) ? number : throw Wrong(field, "a whole number");

    public IReadOnlyList<string> Texts(string field)
    {
        var items = Read(field, "a list of texts", JsonValueKind.Array).EnumerateArray().ToList();
        return items.All(item => item.ValueKind is JsonValueKind.String) ? [.. items.Select(item => item.GetString()!)] : throw Wrong(field, "a list of texts");
    }

    public override string ToString() => json.ToString() is { Length: > 400 } text ? $"{text[..400]}…" : json.ToString();

    JsonElement Read(string field, string expected, params ReadOnlySpan<JsonValueKind> kinds) =>
        json.TryGetProperty(field, out var value) && kinds.Contains(value.ValueKind) ? value : throw Wrong(field, expected);

    Exception Wrong(string field, string expected) => Expectations.Failed(what, $"{expected} as '{field}'", this);
}
