using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActProtocol.Conformance.Configs;

/// <summary>The JSON Schema of a file, made of the same keys as its reader, so that the two cannot differ.</summary>
static class ConfigSchema
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(Type type, string title)
    {
        var schema = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = title };
        foreach (var (name, value) in Schema(type, null).ToList())
        {
            value?.Parent?.AsObject().Remove(name);
            schema[name] = value;
        }
        return schema.ToJsonString(Indented) + "\n";
    }

    static JsonObject Schema(Type type, KeyAttribute? key)
    {
        JsonObject schema;
        if (type == typeof(string))
        {
            schema = (key?.Form ?? Form.Any) switch
            {
                Form.Address => new() { ["type"] = "string", ["pattern"] = "^https?://" },
                Form.Date => new() { ["type"] = "string", ["format"] = "date" },
                Form.Any => new() { ["type"] = "string", ["minLength"] = 1 },
            };
            if (key is { OneOf.Length: > 0 }) schema["enum"] = new JsonArray([.. key.OneOf.Select(text => (JsonNode)text)]);
        }
        else if (type == typeof(int)) schema = new() { ["type"] = "integer", ["minimum"] = 0 };
        else if (type == typeof(bool)) schema = new() { ["type"] = "boolean" };
        else if (type == typeof(double)) schema = new() { ["type"] = "number", ["exclusiveMinimum"] = 0, ["maximum"] = 1000 };
        else if (type == typeof(TimeSpan)) schema = new() { ["type"] = "string", ["pattern"] = "^[0-9]+(ms|s|m|h)$" };
        else if (type == typeof(IReadOnlyDictionary<string, string>)) schema = new() { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = "string" } };
        else if (type.IsGenericType) schema = Listing(type.GetGenericArguments()[0]);
        else schema = Table(type);
        if (key is not null) schema["description"] = key.Says;
        return schema;
    }

    static JsonObject Listing(Type item) => item == typeof(string)
        ? new() { ["anyOf"] = new JsonArray(new JsonObject { ["const"] = "none" }, new JsonObject { ["type"] = "array", ["minItems"] = 1, ["items"] = new JsonObject { ["type"] = "string" } }) }
        : new() { ["type"] = "array", ["items"] = Schema(item, null) };

    static JsonObject Table(Type type)
    {
        var (properties, required) = (new JsonObject(), new JsonArray());
        foreach (var key in ConfigKeys.Of(type))
        {
            properties[key.Name] = Schema(key.Property.PropertyType, key.Declared);
            if (key.Declared.Required) required.Add((JsonNode)key.Name);
        }
        return new() { ["type"] = "object", ["properties"] = properties, ["required"] = required, ["additionalProperties"] = false };
    }
}
