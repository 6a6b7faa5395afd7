using System.Text;
using ActProtocol.Transactions;
using ActProtocol.V1;

namespace ActProtocol.Tools;

/// <summary>The transition table as a Mermaid state diagram.</summary>
static class TransitionsCommand
{
    public static string Mermaid()
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
}
