using System.Globalization;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.CommandLine;

namespace ActProtocol.Conformance.Runs;

/// <summary>
/// The version of the protocol whose requirements count in a run. A requirement that came with a later one is left out; once the version's set of checks is frozen,
/// those that were added afterwards run and are not scored.
/// </summary>
sealed class RequiredVersion
{
    readonly (int Major, int Minor) _version;
    readonly HashSet<string>? _frozen;

    RequiredVersion(string version, HashSet<string>? frozen) => (Version, _version, _frozen) = (version, Parse(version), frozen);

    public string Version { get; }

    /// <summary>Every version that some requirement came with.</summary>
    public static IReadOnlyList<string> Versions { get; } = [.. Requirement.All.Select(requirement => requirement.Since).Distinct().OrderBy(Parse)];

    /// <exception cref="BadInputException">There is no such version.</exception>
    public static RequiredVersion Of(string? version)
    {
        version ??= SuiteVersion.Protocol;
        if (!Versions.Contains(version)) throw new BadInputException($"This suite knows no requirements of version '{version}'; it has those of {string.Join(", ", Versions)}.");
        var frozen = RequirementSet.Find(version)?.Checks.Values.SelectMany(ids => ids).ToHashSet();
        return new RequiredVersion(version, frozen is { Count: > 0 } ? frozen : null);
    }

    public bool Includes(Check check) => Parse(check.Requirement.Since).CompareTo(_version) <= 0;

    /// <summary>Added after this version's set was frozen: it runs, and is not scored.</summary>
    public bool IsAddedLater(Check check) => _frozen is not null && !_frozen.Contains(check.Id);

    static (int Major, int Minor) Parse(string version)
    {
        var dot = version.IndexOf('.', StringComparison.Ordinal);
        return (int.Parse(version[..dot], CultureInfo.InvariantCulture), int.Parse(version[(dot + 1)..], CultureInfo.InvariantCulture));
    }
}
