using System.Text.Json;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Brokers;

/// <summary>JSON that a subject sent, read by those who expect anything of it: what is not there is a finding.</summary>
sealed class JsonView
{
    readonly string _what;
    readonly JsonElement _element;

    JsonView(string what, JsonElement element) => (_what, _element) = (what, element);

    /// <exception cref="CheckFailedException">It is no JSON.</exception>
    public static JsonView Of(string what, JsonAnswer answer)
    {
        try
        {
            return new JsonView(what, JsonSerializer.Deserialize<JsonElement>(answer.Body));
        }
        catch (JsonException fault)
        {
            throw Expectations.Failed(what, "JSON", $"HTTP {answer.HttpStatus}, and {fault.Message}");
        }
    }

    public JsonView this[string member] => _element.ValueKind is JsonValueKind.Object && _element.TryGetProperty(member, out var found)
        ? new JsonView($"{_what}.{member}", found) : throw Expectations.Failed(_what, $"a member {member}", "none");

    public IReadOnlyList<JsonView> Items => _element.ValueKind is JsonValueKind.Array
        ? [.. _element.EnumerateArray().Select((item, at) => new JsonView($"{_what}[{at}]", item))] : throw Expectations.Failed(_what, "an array", _element.ValueKind);

    /// <summary>Of a string alone.</summary>
    public string Text => _element.ValueKind is JsonValueKind.String ? _element.GetString() ?? "" : throw Expectations.Failed(_what, "a string", _element.ValueKind);

    public long Number => _element.ValueKind is JsonValueKind.Number && _element.TryGetInt64(out var number) ? number : throw Expectations.Failed(_what, "an integer", _element.ValueKind);
}
