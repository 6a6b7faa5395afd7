namespace ActProtocol.Conformance.Checks;

/// <summary>A numbered sentence of the specification.</summary>
/// <param name="Section">The heading it stands under.</param>
/// <param name="Level">MUST or SHOULD; a MAY is never tested.</param>
/// <param name="Since">The version that brought it.</param>
/// <param name="Codes">Those of the registry of errors that it names.</param>
/// <param name="Text">Without its tables.</param>
/// <param name="Sha256">Of the whole of it, white space made even: what a change is seen by.</param>
sealed record Requirement(string Id, string Page, string Section, string Level, string Since, IReadOnlyList<string> Codes, string Text, string Sha256)
{
    static readonly Dictionary<string, Requirement> ById =
        SpecFiles.Read<Requirement[]>("registry/requirements.json").ToDictionary(requirement => requirement.Id);

    public static IReadOnlyCollection<Requirement> All => ById.Values;

    /// <summary>Breaking it fails; a SHOULD warns.</summary>
    public bool IsMust => Level == "MUST";

    /// <exception cref="InvalidDataException">There is none.</exception>
    public static Requirement Of(string id) => ById.TryGetValue(id, out var found) ? found : throw new InvalidDataException($"The specification has no requirement {id}.");
}
