using System.Text.Json;

namespace ActProtocol.Conformance.Checks;

/// <summary>One vector: what is given and what must come of it.</summary>
/// <param name="Id">A requirement, a stroke, a slug.</param>
sealed record Vector(string Id, JsonElement Given)
{
    public string Slug => Id[7..];

    public string Text(string field) => Given.GetProperty(field).GetString()!;

    public byte[] Hex(string field) => Convert.FromHexString(Text(field));

    public IReadOnlyList<byte[]> Hexes(string field) => [.. Given.GetProperty(field).EnumerateArray().Select(item => Convert.FromHexString(item.GetString()!))];

    public bool Flag(string field) => Given.TryGetProperty(field, out var flag) && flag.GetBoolean();

    /// <summary>The code that is expected; null where the vector is accepted.</summary>
    public string? Refused => Given.TryGetProperty("refused", out var code) ? code.GetString() : null;

    public T Proto<T>(string field) where T : Google.Protobuf.IMessage, new() => Google.Protobuf.JsonParser.Default.Parse<T>(Given.GetProperty(field).GetRawText());
}

/// <summary>The files of <c>spec/vectors</c>, as they are embedded.</summary>
static class VectorFile
{
    static readonly Dictionary<string, IReadOnlyList<Vector>> Files = SpecFiles.Names("vectors/").ToDictionary(
        name => name["vectors/".Length..],
        name => (IReadOnlyList<Vector>)[.. SpecFiles.ReadJson(name).EnumerateArray().Select(given => new Vector(given.GetProperty("id").GetString()!, given))]);

    public static IReadOnlyCollection<string> Names => Files.Keys;

    public static IReadOnlyList<Vector> All(string file) => Files.TryGetValue(file, out var found) ? found : throw new InvalidDataException($"This program carries no vectors/{file}.");

    /// <summary>Those of one requirement.</summary>
    /// <exception cref="InvalidDataException">There are none: a check without a case would pass.</exception>
    public static IReadOnlyList<Vector> Of(string file, string requirement)
    {
        var found = All(file).Where(vector => vector.Id.StartsWith(requirement, StringComparison.Ordinal)).ToList();
        return found.Count > 0 ? found : throw new InvalidDataException($"vectors/{file} has no vector of {requirement}.");
    }

    public static Vector Find(string file, string id) => All(file).Single(vector => vector.Id == id);
}
