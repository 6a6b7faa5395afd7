using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Codecs;

/// <summary>Runs one check against a codec, or against a verifier, which is a codec that claims receipts alone.</summary>
sealed class CodecChecks(CodecTarget target, RunIdentity identity, TimeProvider time)
{
    /// <summary>The checks of a subject: a codec is also asked what a verifier is.</summary>
    public static IEnumerable<Check> Of(SubjectKind subject) =>
        subject is SubjectKind.Codec ? CheckCatalogue.Of(SubjectKind.Codec).Concat(CheckCatalogue.Of(SubjectKind.Verifier)) : CheckCatalogue.Of(subject);

    public Task<CheckResult> RunAsync(Check check, string id, string? value, CancellationToken cancellationToken)
    {
        var scenario = new CodecScenario(target, identity, id, time, cancellationToken);
        return Judge.RunAsync(check, id, scenario.Transcript, scenario.Controls, () => check.RunAsync(scenario, value), time, cancellationToken);
    }
}
