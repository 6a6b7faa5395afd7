using ActProtocol.Conformance.Checks;
using ActProtocol.V1;
using Google.Protobuf.Reflection;

namespace ActProtocol.Conformance.Model;

/// <summary>One row of the published table.</summary>
sealed record Transition(string Id, TransactionState From, Role By, StepKind Step, IReadOnlyList<string> Needs, IReadOnlyList<TransactionState> To);

/// <summary>Who may take which step in which state: spec/registry/transitions.json, and nothing else.</summary>
static class TransitionTable
{
    sealed record Row(string Id, string From, string By, string Step, string[] Needs, string[] To);

    public static IReadOnlyList<Transition> All { get; } =
    [
        .. SpecFiles.Read<Row[]>("registry/transitions.json").Select(row =>
            new Transition(row.Id, Of<TransactionState>(row.From), Of<Role>(row.By), Of<StepKind>(row.Step), row.Needs, [.. row.To.Select(Of<TransactionState>)])),
    ];

    public static Transition? Find(TransactionState from, Role by, StepKind step) => All.FirstOrDefault(row => row.From == from && row.By == by && row.Step == step);

    /// <summary>TXN-05: whether that role may take the step in some state.</summary>
    public static bool IsEverOf(Role by, StepKind step) => All.Any(row => row.By == by && row.Step == step);

    /// <summary>The steps that come as envelopes within a transaction.</summary>
    public static IReadOnlyList<StepKind> Steps { get; } = [.. All.Where(row => row.By is not Role.Broker && row.Step is not StepKind.Intent).Select(row => row.Step).Distinct().Order()];

    /// <summary>TXN-06: nothing leads out of it.</summary>
    public static bool IsEnd(TransactionState state) => All.All(row => row.From != state);

    // The names of the proto are those of the enum's descriptor: ROLE_BUYER, not Buyer.
    static T Of<T>(string name)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (typeof(T).GetField(value.ToString())!.GetCustomAttributes(typeof(OriginalNameAttribute), false) is [OriginalNameAttribute { Name: var original }] && original == name) return value;
        }
        throw new InvalidDataException($"The protocol has no {name}.");
    }
}
