using System.Text.Json;
using ActProtocol.Envelopes;
using Google.Protobuf;

namespace ActProtocol.Vectors;

/// <summary>Vectors as they are committed, made by another implementation.</summary>
static class VectorFile
{
    public static string Folder => Repository.PathOf("spec/vectors");

    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder, "*.json", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Folder, path)).Order(StringComparer.Ordinal);

    public static IReadOnlyList<JsonElement> Read(string name) =>
        [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, name))).RootElement.EnumerateArray()];

    public static TheoryData<string> IdsOf(string name) => new(Read(name).Select(vector => vector.Text("id")));

    public static JsonElement Find(string name, string id) => Read(name).Single(vector => vector.Text("id") == id);

    public static string Text(this JsonElement vector, string field) => vector.GetProperty(field).GetString()!;

    public static byte[] Hex(this JsonElement vector, string field) => Convert.FromHexString(vector.Text(field));

    public static Digest Digest(this JsonElement vector, string field) => new(vector.Hex(field));

    public static IEnumerable<byte[]> Hexes(this JsonElement vector, string field) =>
        vector.GetProperty(field).EnumerateArray().Select(item => Convert.FromHexString(item.GetString()!));

    public static bool Flag(this JsonElement vector, string field) => vector.TryGetProperty(field, out var flag) && flag.GetBoolean();

    /// <summary>The refusal that is expected; null where the vector is accepted.</summary>
    public static string? Refused(this JsonElement vector) => vector.TryGetProperty("refused", out var code) ? code.GetString() : null;

    public static T Proto<T>(this JsonElement vector, string field) where T : IMessage, new() => JsonParser.Default.Parse<T>(vector.GetProperty(field).GetRawText());
}
