using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using ActProtocol.Conformance.Checks;

namespace ActProtocol.Conformance.Runs;

/// <summary>Which suite this is. Its version is the protocol's, a dot, and its own number: <c>1.0.7</c> is the seventh suite of ACT 1.0.</summary>
static class SuiteVersion
{
    public static string Version { get; } = typeof(SuiteVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>The newest version of the protocol that it tests.</summary>
    public static string Protocol { get; } = Version[..Version.LastIndexOf('.')];

    /// <summary>SHA-256 in hexadecimal over the ids of all results, what they say, and the digests of their requirements: two suites with one digest ask the same.</summary>
    public static string Digest { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n',
        CheckCatalogue.All.SelectMany(check => check.Results.Select(result => $"{check.Subject} {result.Id} {check.Declared.Says} {check.Requirement.Sha256}")).Order(StringComparer.Ordinal)))));

    public static string Sentence => $"act-conformance {Version}, for ACT {Protocol}, suite {Digest[..16]}";
}
