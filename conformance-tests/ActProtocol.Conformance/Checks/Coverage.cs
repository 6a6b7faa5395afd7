namespace ActProtocol.Conformance.Checks;

/// <summary>Which checks stand for which requirements.</summary>
sealed class Coverage
{
    readonly ILookup<string, Check> _checks = CheckCatalogue.All
        .SelectMany(check => check.Declared.Also.Prepend(check.Requirement.Id).Select(id => (Id: id, Check: check))).ToLookup(item => item.Id, item => item.Check);

    readonly Dictionary<string, FrozenRequirement> _frozen = RequirementSet.Newest.Requirements.ToDictionary(requirement => requirement.Id);

    /// <summary>Every MUST and SHOULD, in the order of their ids.</summary>
    public IReadOnlyList<CoverageRow> Rows =>
    [
        .. Requirement.All.Where(requirement => requirement.Level is "MUST" or "SHOULD").OrderBy(requirement => requirement.Id, StringComparer.Ordinal).Select(requirement =>
        {
            var frozen = _frozen.GetValueOrDefault(requirement.Id);
            var current = frozen is not null && frozen.Sha256 == requirement.Sha256;
            // What a check cites besides its own requirement is looked at together with that.
            var checks = _checks[requirement.Id].Where(check => current && (check.Requirement.Id != requirement.Id || check.Declared.Rev == frozen!.Rev));
            return new CoverageRow(requirement, frozen?.Rev ?? 0, [.. checks.Select(check => check.Id)], frozen?.Untestable);
        }),
    ];
}

/// <summary>A requirement, the checks that cover it as it reads now, and why none does.</summary>
sealed record CoverageRow(Requirement Requirement, int Rev, IReadOnlyList<string> Checks, string? Untestable)
{
    public bool IsCovered => Checks.Count > 0 || Untestable is not null;
}
