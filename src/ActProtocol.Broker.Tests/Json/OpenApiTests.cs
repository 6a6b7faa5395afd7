using System.Text.Json.Nodes;
using ActProtocol.V1;
using Google.Protobuf;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ActProtocol.Broker.Json;

public class OpenApiTests
{
    [Fact]
    public async Task Every_path_that_is_served_is_in_the_document_and_the_other_way_round()
    {
        await using var broker = await TestBroker.StartAsync();
        var document = await DocumentAsync(broker);

        var served = broker.Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(endpoint => "/" + endpoint.RoutePattern.RawText!.TrimStart('/'))
            // gRPC's own paths are calls of HTTP/2, which reflection describes.
            .Where(path => !path.Contains('{', StringComparison.Ordinal) && !path.StartsWith("/act.v1.", StringComparison.Ordinal) && !path.StartsWith("/grpc.", StringComparison.Ordinal));

        Assert.Equal(served.Distinct().Order(StringComparer.Ordinal), document["paths"]!.AsObject().Select(path => path.Key).Order(StringComparer.Ordinal));
        foreach (var (path, item) in document["paths"]!.AsObject())
        {
            var expected = JsonRoute.All.FirstOrDefault(route => route.Path == path)?.Verb.ToLowerInvariant() ?? "get";
            Assert.Equal([expected], item!.AsObject().Select(operation => operation.Key));
        }
    }

    [Fact]
    public async Task Every_reference_leads_somewhere_and_operations_have_names_of_their_own()
    {
        await using var broker = await TestBroker.StartAsync();
        var document = await DocumentAsync(broker);
        var schemas = document["components"]!["schemas"]!.AsObject();

        var references = All(document).Where(node => node.ContainsKey("$ref")).Select(node => (string)node["$ref"]!).ToList();
        Assert.NotEmpty(references);
        Assert.All(references, reference => Assert.True(schemas.ContainsKey(reference["#/components/schemas/".Length..]), reference));
        var ids = All(document).Where(node => node.ContainsKey("operationId")).Select(node => (string)node["operationId"]!).ToList();
        Assert.Equal(ids.Distinct(), ids);
    }

    [Fact]
    public async Task What_is_sent_and_answered_satisfies_its_schema()
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.EnterAsync("a", new Listing { Title = "A", Capabilities = { "x" }, Prices = { new ListedPrice { Item = "one", Price = new() { CurrencyCode = "CNY", Units = 5 } } } });
        var document = await DocumentAsync(broker);

        var request = JsonFormatter.Default.Format(new SendRequest { Envelope = broker.Fund("a-owner", "1") });
        Check(document, "/v1/envelopes", "post", "request", JsonNode.Parse(request));
        using var content = new StringContent(request, System.Text.Encoding.UTF8, "application/json");
        Check(document, "/v1/envelopes", "post", "200", await JsonAsync(await broker.Http.PostAsync("/v1/envelopes", content, TestBroker.Stop)));
        Check(document, "/v1/directory/entry", "get", "200", await JsonAsync(await broker.Http.GetAsync($"/v1/directory/entry?id={TestBroker.IdOf("a")}", TestBroker.Stop)));
        Check(document, "/v1/directory/sellers", "get", "200", await JsonAsync(await broker.Http.GetAsync("/v1/directory/sellers?capability=x", TestBroker.Stop)));
        Check(document, "/v1/directory/entry", "get", "default", await JsonAsync(await broker.Http.GetAsync("/v1/directory/entry?id=x", TestBroker.Stop)));
        // The check itself can fail.
        Assert.ThrowsAny<Exception>(() => Check(document, "/v1/envelopes", "post", "request", JsonNode.Parse("""{"envelope":{"content":1}}""")));
    }

    static async Task<JsonNode> DocumentAsync(TestBroker broker) => await JsonAsync(await broker.Http.GetAsync(OpenApi.Path, TestBroker.Stop));

    static async Task<JsonNode> JsonAsync(HttpResponseMessage response) => JsonNode.Parse(await response.Content.ReadAsStringAsync(TestBroker.Stop))!;

    static IEnumerable<JsonObject> All(JsonNode? node) => node switch
    {
        JsonObject item => item.SelectMany(member => All(member.Value)).Prepend(item),
        JsonArray array => array.SelectMany(All),
        _ => [],
    };

    static void Check(JsonNode document, string path, string verb, string which, JsonNode? value)
    {
        var operation = document["paths"]![path]![verb]!;
        var holder = which == "request" ? operation["requestBody"]! : operation["responses"]![which]!;
        Satisfies(document, holder["content"]!["application/json"]!["schema"]!, value, which);
    }

    // As much of JSON Schema as the document uses.
    static void Satisfies(JsonNode document, JsonNode schema, JsonNode? value, string at)
    {
        if ((string?)schema["$ref"] is { } reference) schema = document["components"]!["schemas"]![reference["#/components/schemas/".Length..]]!;
        switch ((string?)schema["type"])
        {
            case "object":
                foreach (var (name, member) in Assert.IsType<JsonObject>(value))
                {
                    if (schema["properties"]?[name] is { } inner) Satisfies(document, inner, member, $"{at}.{name}");
                    else if (schema["additionalProperties"] is JsonObject more) Satisfies(document, more, member, $"{at}.{name}");
                    else Assert.True(schema["additionalProperties"] is null, $"{at}.{name} is not in the schema");
                }
                break;
            case "array":
                foreach (var item in Assert.IsType<JsonArray>(value)) Satisfies(document, schema["items"]!, item, $"{at}[]");
                break;
            case "string":
                Assert.Equal(System.Text.Json.JsonValueKind.String, value!.GetValueKind());
                if (schema["enum"] is JsonArray names) Assert.Contains((string?)value, names.Select(name => (string?)name));
                break;
            case "integer":
                Assert.Equal(System.Text.Json.JsonValueKind.Number, value!.GetValueKind());
                break;
            case "boolean":
                Assert.True(value!.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False, at);
                break;
            default:
                Assert.Fail($"{at}: a schema without a type.");
                break;
        }
    }
}
