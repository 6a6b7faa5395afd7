namespace ActProtocol.Conformance.Checks;

/// <summary>A numbered sentence of the specification.</summary>
sealed record Requirement(string Id, string Page, string Level, IReadOnlyList<string> Codes)
{
    static readonly Dictionary<string, Requirement> ById =
        SpecFiles.Read<Requirement[]>("registry/requirements.json").ToDictionary(requirement => requirement.Id);

    public static IReadOnlyCollection<Requirement> All => ById.Values;

    /// <summary>Breaking it fails; a SHOULD warns.</summary>
    public bool IsMust => Level == "MUST";

    /// <exception cref="InvalidDataException">There is none.</exception>
    public static Requirement Of(string id) => ById.TryGetValue(id, out var found) ? found : throw new InvalidDataException($"The specification has no requirement {id}.");
}
