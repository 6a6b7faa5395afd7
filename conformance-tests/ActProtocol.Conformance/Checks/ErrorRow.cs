using Grpc.Core;

namespace ActProtocol.Conformance.Checks;

/// <summary>A row of the registry of errors.</summary>
sealed record ErrorRow(int Number, string Name, string Status, string Mender, string Retry, bool Decided, string Meaning)
{
    static readonly Dictionary<string, ErrorRow> ByName = SpecFiles.Read<ErrorRow[]>("registry/errors.json").ToDictionary(row => row.Name);

    public static IReadOnlyCollection<ErrorRow> All => ByName.Values;

    public StatusCode GrpcStatus => Enum.Parse<StatusCode>(Status.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

    public static ErrorRow? Find(string name) => ByName.GetValueOrDefault(name);

    /// <exception cref="InvalidDataException">The registry has no such row: the suite is wrong.</exception>
    public static ErrorRow Of(string name) => Find(name) ?? throw new InvalidDataException($"The registry of errors has no {name}.");
}
