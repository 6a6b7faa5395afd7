using System.Text.Json.Nodes;
using ActProtocol.Broker.Hosting;
using ActProtocol.Errors;
using Google.Protobuf.Reflection;

namespace ActProtocol.Broker.Json;

/// <summary><c>/openapi/v1.json</c>: what this broker serves as JSON over HTTP, made from the descriptors it serves it by (OpenAPI 3.1).</summary>
static class OpenApi
{
    public const string Path = "/openapi/v1.json";

    static readonly string Document = Build().ToJsonString();

    public static void MapOpenApi(this WebApplication app) => app.MapGet(Path, () => Results.Text(Document, "application/json"));

    static JsonObject Build()
    {
        var schemas = new Schemas();
        var paths = new JsonObject();
        foreach (var route in JsonRoute.All) paths[route.Path] = new JsonObject { [route.Verb.ToLowerInvariant()] = Operation(route, schemas) };
        Plain("/health", "health", "The same as /health/ready.");
        Plain("/health/ready", "healthReady", "Whether the broker decides everywhere; otherwise 503, and why not.");
        Plain("/health/live", "healthLive", "Whether the process is of use; otherwise 503.");
        Plain(WellKnown.Path, "wellKnown", "Who the broker is, and its keys as a JWKS.");
        Plain(Path, "openApi", "This document.");
        Plain(Telemetry.MetricsPath, "metrics", "Metrics for Prometheus; only where the operator opened them.", "text/plain");
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "ACT broker",
                ["version"] = "1.0",
                ["description"] = "The unary calls of act.v1 as ProtoJSON: 64-bit integers are strings, bytes are base64. Envelopes are signed bytes: the content of an Envelope is a serialised act.v1.Content.",
            },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas.Rendered },
        };

        void Plain(string path, string id, string summary, string media = "application/json") => paths[path] = new JsonObject
        {
            ["get"] = new JsonObject
            {
                ["operationId"] = id,
                ["summary"] = summary,
                ["responses"] = new JsonObject { ["200"] = Content(summary, new JsonObject(), media) },
            },
        };
    }

    static JsonObject Operation(JsonRoute route, Schemas schemas)
    {
        var operation = new JsonObject { ["operationId"] = $"{route.Method.Service.Name}_{route.Method.Name}", ["tags"] = new JsonArray(route.Method.Service.Name) };
        if (route.Verb == "GET")
        {
            operation["parameters"] = new JsonArray([.. route.Method.InputType.Fields.InDeclarationOrder().Select(field => new JsonObject
            {
                ["name"] = field.JsonName,
                ["in"] = "query",
                ["schema"] = schemas.Of(field),
            })]);
        }
        else
        {
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = schemas.Of(route.Method.InputType) } } };
        }
        operation["responses"] = new JsonObject
        {
            ["200"] = Content("The answer.", schemas.Of(route.Method.OutputType)),
            ["default"] = Content($"A refusal: details hold google.rpc.ErrorInfo with domain {Refusal.Domain} and a code of the registry, and google.rpc.RetryInfo where time helps.", schemas.Of(Google.Rpc.Status.Descriptor)),
        };
        return operation;
    }

    static JsonObject Content(string description, JsonObject schema, string media = "application/json") => new()
    {
        ["description"] = description,
        ["content"] = new JsonObject { [media] = new JsonObject { ["schema"] = schema } },
    };

    /// <summary>Schemas of the messages that were asked for, and of those they hold.</summary>
    sealed class Schemas
    {
        public JsonObject Rendered { get; } = [];

        public JsonObject Of(MessageDescriptor type)
        {
            switch (type.FullName)
            {
                case "google.protobuf.Any":
                    return new JsonObject { ["type"] = "object", ["required"] = new JsonArray("@type"), ["properties"] = new JsonObject { ["@type"] = TypeOf("string") } };
                case "google.protobuf.Duration" or "google.protobuf.Timestamp":
                    return TypeOf("string");
                default:
                    break;
            }
            if (!Rendered.ContainsKey(type.FullName))
            {
                // Entered before its fields are, since messages may hold themselves.
                var properties = new JsonObject();
                Rendered[type.FullName] = new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
                foreach (var field in type.Fields.InDeclarationOrder()) properties[field.JsonName] = Of(field);
            }
            return new JsonObject { ["$ref"] = $"#/components/schemas/{type.FullName}" };
        }

        public JsonObject Of(FieldDescriptor field) => !field.IsRepeated ? OfOne(field)
            : field.IsMap ? new JsonObject { ["type"] = "object", ["additionalProperties"] = OfOne(field.MessageType.FindFieldByNumber(2)) }
            : new JsonObject { ["type"] = "array", ["items"] = OfOne(field) };

        JsonObject OfOne(FieldDescriptor field) => field.FieldType switch
        {
            FieldType.Bool => TypeOf("boolean"),
            FieldType.String => TypeOf("string"),
            FieldType.Bytes => new JsonObject { ["type"] = "string", ["contentEncoding"] = "base64" },
            FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => TypeOf("integer", "int32"),
            FieldType.UInt32 or FieldType.Fixed32 => new JsonObject { ["type"] = "integer", ["minimum"] = 0, ["maximum"] = uint.MaxValue },
            FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => TypeOf("string", "int64"),
            FieldType.UInt64 or FieldType.Fixed64 => TypeOf("string", "uint64"),
            FieldType.Enum => new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. field.EnumType.Values.Select(value => (JsonNode)value.Name)]) },
            FieldType.Message => Of(field.MessageType),
            FieldType.Double or FieldType.Float or FieldType.Group => throw new InvalidOperationException($"{field.FullName}: the protocol has no such fields."),
        };

        static JsonObject TypeOf(string type, string? format = null)
        {
            var schema = new JsonObject { ["type"] = type };
            if (format is not null) schema["format"] = format;
            return schema;
        }
    }
}
