namespace ActProtocol.Conformance.Checks;

/// <summary>What a version of the protocol requires, frozen when it ships: its requirements as somebody looked at them, and the checks that count for it.</summary>
/// <param name="Version">Of the protocol, as major.minor.</param>
/// <param name="Requirements">Every MUST and SHOULD, by id.</param>
/// <param name="Checks">Ids of checks, by profile. A check that came later runs and is reported, and does not count.</param>
sealed record RequirementSet(string Version, IReadOnlyList<FrozenRequirement> Requirements, IReadOnlyDictionary<string, IReadOnlyList<string>> Checks)
{
    /// <summary>The newest first.</summary>
    public static IReadOnlyList<RequirementSet> All { get; } =
        [.. SpecFiles.Names("requirements/").Select(SpecFiles.Read<RequirementSet>).OrderByDescending(set => System.Version.Parse(set.Version))];

    public static RequirementSet Newest => All[0];

    public static RequirementSet? Find(string version) => All.FirstOrDefault(set => set.Version == version);
}

/// <summary>A requirement as it was last looked at.</summary>
/// <param name="Rev">Raised when its words change; a check that was written for an older one covers it no more.</param>
/// <param name="Sha256">Of its words then.</param>
/// <param name="Untestable">Why nothing outside can see whether it is kept; null: it can be tested.</param>
sealed record FrozenRequirement(string Id, int Rev, string Sha256, string? Untestable);
