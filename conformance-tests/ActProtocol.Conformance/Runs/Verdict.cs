using System.Text.Json.Serialization;

namespace ActProtocol.Conformance.Runs;

/// <summary>What a check came to. A MAY has no check.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
enum Verdict
{
    /// <summary>What the requirement says was seen.</summary>
    [JsonStringEnumMemberName("pass")] Pass,

    /// <summary>A MUST is broken.</summary>
    [JsonStringEnumMemberName("fail")] Fail,

    /// <summary>A SHOULD is broken.</summary>
    [JsonStringEnumMemberName("warn")] Warn,

    /// <summary>It could not be run: a hook is missing, something it builds on failed, or time ran out.</summary>
    [JsonStringEnumMemberName("untested")] Untested,

    /// <summary>The subject does not claim the profile or feature.</summary>
    [JsonStringEnumMemberName("not-claimed")] NotClaimed,

    /// <summary>It ran, and did not show either way.</summary>
    [JsonStringEnumMemberName("inconclusive")] Inconclusive,

    /// <summary>The suite is at fault.</summary>
    [JsonStringEnumMemberName("harness-error")] HarnessError,
}
