using System.Text;
using ActProtocol.Transactions;
using ActProtocol.V1;

namespace ActProtocol.Tools;

/// <summary>The transition table as a Mermaid state diagram.</summary>
static class TransitionsCommand
{
    public static ActCommand Create()
    {
        var command = new ActCommand("transitions", "Print the transition table: who may do what in which state. As a Mermaid diagram.", "act transitions > transitions.mmd");
        command.Does(call =>
        {
            if (!call.Screen.Json)
            {
                call.Screen.Raw(Mermaid());
                return ExitCodes.Fine;
            }
            foreach (var rule in TransactionRules.Table)
            {
                call.Screen.Tell("rule", $"{rule.By} {rule.Step}", new { rule.Id, from = Name(rule.From), by = Words.Of(rule.By), step = Words.Of(rule.Step), to = rule.To.Select(Name) });
            }
            call.Screen.Tell("transitions", $"{TransactionRules.Table.Length} rules.", new { rules = TransactionRules.Table.Length });
            return ExitCodes.Fine;
        });
        return command;
    }

    static string Mermaid()
    {
        var text = new StringBuilder("stateDiagram-v2\n");
        foreach (var rule in TransactionRules.Table)
        {
            var from = rule.From is TransactionState.Unspecified ? "[*]" : rule.From.ToString();
            foreach (var to in rule.To) text.Append(null, $"  {from} --> {to}: {rule.By} {rule.Step} ({rule.Id})\n");
        }
        foreach (var state in Enum.GetValues<TransactionState>().Where(TransactionRules.IsEnd).Where(state => state is not TransactionState.Unspecified))
        {
            text.Append(null, $"  {state} --> [*]\n");
        }
        return text.ToString();
    }

    static string Name(TransactionState state) => state is TransactionState.Unspecified ? "none" : Words.Of(state);
}
