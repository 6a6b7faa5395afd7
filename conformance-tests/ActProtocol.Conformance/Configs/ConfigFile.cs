using System.Collections;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Reports;

namespace ActProtocol.Conformance.Configs;

/// <summary>The config as it was read, with its place: paths within it are relative to it.</summary>
sealed class ConfigFile
{
    readonly List<string> _secrets = [.. Redactor.SecretsOf(Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(pair => KeyValuePair.Create((string)pair.Key, (string)pair.Value!)))];

    ConfigFile(string? path, SuiteConfig value)
    {
        (Path, Value) = (path, value);
        Folder = path is null ? Environment.CurrentDirectory : System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        _secrets.AddRange(Redactor.SecretsOf(value.Start?.Env ?? new Dictionary<string, string>()));
        Digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(value))));
    }

    /// <summary>Null: there is none.</summary>
    public string? Path { get; }

    public SuiteConfig Value { get; }

    public string Folder { get; }

    /// <summary>SHA-256 over all that it says, in hexadecimal.</summary>
    public string Digest { get; }

    /// <param name="path">Null: the usual one, if there is one.</param>
    /// <exception cref="BadInputException">It is not right.</exception>
    public static ConfigFile Read(string? path)
    {
        path ??= File.Exists(SuiteConfig.UsualName) ? SuiteConfig.UsualName : null;
        if (path is null) return new ConfigFile(null, new SuiteConfig { Act = SuiteConfig.SchemaVersion });
        var config = YamlFile.Read<SuiteConfig>(path);
        if (config.Act != SuiteConfig.SchemaVersion) throw new BadInputException($"{path}: 'act' is {config.Act}; this suite reads files of version {SuiteConfig.SchemaVersion}.");
        if (config.Provision is { OperatorKey: not null, OperatorId: null } or { OperatorKey: null, OperatorId: not null }) throw new BadInputException($"{path}: in 'provision', 'operator_key' and 'operator_id' go together.");
        if (config.Start is { Command: var command } && config.Target is { Grpc: null } && !command.Any(word => word.Contains("{port}", StringComparison.Ordinal)))
        {
            throw new BadInputException($"{path}: 'start' has no {{port}} in its command, and 'target' no 'grpc': where would it be reached?");
        }
        return new ConfigFile(path, config);
    }

    /// <summary>The list of known failures that it names; null: none.</summary>
    public string? KnownFailing => Value.KnownFailing is { } known ? Resolve(known) : null;

    /// <summary>A path of the config's, as others read it.</summary>
    public string Resolve(string path) => System.IO.Path.Combine(Folder, path);

    /// <summary>Never reported from now on.</summary>
    public void AddSecrets(IEnumerable<string> secrets) => _secrets.AddRange(secrets);

    public Redactor NewRedactor() => new(_secrets);
}
