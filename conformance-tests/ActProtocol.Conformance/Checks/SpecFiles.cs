using System.Text.Json;

namespace ActProtocol.Conformance.Checks;

/// <summary>The files of <c>spec/</c> that this program carries.</summary>
static class SpecFiles
{
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { ReadCommentHandling = JsonCommentHandling.Disallow };

    public static T Read<T>(string name) => JsonSerializer.Deserialize<T>(Open(name), Json)!;

    public static JsonElement ReadJson(string name) => Read<JsonElement>(name);

    public static string ReadText(string name)
    {
        using var reader = new StreamReader(Open(name));
        return reader.ReadToEnd();
    }

    public static IEnumerable<string> Names(string prefix) => typeof(SpecFiles).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    static Stream Open(string name) => typeof(SpecFiles).Assembly.GetManifestResourceStream(name) ?? throw new InvalidDataException($"This program carries no {name}.");
}
