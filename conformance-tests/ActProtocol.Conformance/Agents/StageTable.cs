using ActProtocol.Conformance.Checks;
using ActProtocol.V1;

namespace ActProtocol.Conformance.Agents;

/// <summary>Who may do what when, by the specification's table (TXN-05).</summary>
static class StageTable
{
    sealed record Row(string Id, string From, string By, string Step, IReadOnlyList<string> Needs, IReadOnlyList<string> To);

    static readonly Dictionary<(TransactionState From, Role By, StepKind Step), IReadOnlyList<TransactionState>> Rows = SpecFiles.Read<Row[]>("registry/transitions.json")
        .ToDictionary(
            row => (Named<TransactionState>(row.From, "TRANSACTION_STATE_"), Named<Role>(row.By, "ROLE_"), Named<StepKind>(row.Step, "STEP_KIND_")),
            row => (IReadOnlyList<TransactionState>)[.. row.To.Select(to => Named<TransactionState>(to, "TRANSACTION_STATE_"))]);

    /// <summary>What the state becomes; null: not in this state.</summary>
    public static TransactionState? Next(TransactionState from, Role by, StepKind step) => Rows.TryGetValue((from, by, step), out var to) ? to[0] : null;

    /// <summary>Whether the role may take the step in any state.</summary>
    public static bool IsOf(Role by, StepKind step) => Rows.Keys.Any(row => row.By == by && row.Step == step);

    public static StepKind KindOf(Content content) => Enum.TryParse<StepKind>(content.BodyCase.ToString(), out var kind) ? kind : StepKind.Unspecified;

    static T Named<T>(string name, string prefix) where T : struct, Enum => Enum.Parse<T>(name[prefix.Length..].Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
}
