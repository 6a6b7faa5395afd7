using System.Text;
using ActProtocol.V1;

namespace ActProtocol.Transactions;

public class TransactionRulesTests
{
    static readonly TransactionState[] States = [.. Enum.GetValues<TransactionState>().Where(state => state is not TransactionState.Unspecified)];

    [Fact]
    public void The_table_is_the_designed_one_row_by_row()
    {
        static string Row(TransactionState from, Role by, StepKind step, IEnumerable<TransactionState> to) => $"{from} | {by} | {step} | {string.Join(", ", to)}";

        Assert.Equal(
            DesignTable.Rows.Select(row => Row(row.From, row.By, row.Does, row.Becomes)).Order(),
            TransactionRules.Table.Select(rule => Row(rule.From, rule.By, rule.Step, rule.To)).Order());
    }

    [Fact]
    public void Ends_have_no_exit_and_every_guard_is_used()
    {
        Assert.Equal(
            [TransactionState.Declined, TransactionState.Cancelled, TransactionState.Expired, TransactionState.Denied, TransactionState.Released, TransactionState.Refunded],
            States.Where(TransactionRules.IsEnd));
        Assert.Empty(Enum.GetValues<Guard>().Except(TransactionRules.Table.SelectMany(rule => rule.Needs)));
    }

    [Fact]
    public void No_two_rules_answer_the_same_step() => Assert.Equal(
        TransactionRules.Table.Length,
        TransactionRules.Table.Where(rule => !rule.Needs.Contains(Guard.TermsInstant)).DistinctBy(rule => (rule.From, rule.By, rule.Step)).Count()
            + TransactionRules.Table.Count(rule => rule.Needs.Contains(Guard.TermsInstant)));

    [Fact]
    public void Every_state_is_reached_and_reaches_an_end()
    {
        Assert.Equal(States.ToHashSet(), ReachableFrom(TransactionState.Open));
        Assert.All(States, state => Assert.Contains(ReachableFrom(state), TransactionRules.IsEnd));
    }

    [Fact]
    public void Each_state_role_and_step_has_one_answer()
    {
        foreach (var state in States)
        {
            foreach (var role in Enum.GetValues<Role>())
            {
                foreach (var step in Enum.GetValues<StepKind>())
                {
                    var expected = TransactionRules.Table.Where(rule => rule.From == state && rule.By == role && rule.Step == step).ToList();
                    var (rule, refusal) = TransactionRules.Find(state, role, step);
                    Assert.Equal(expected.FirstOrDefault(), rule);
                    if (rule is not null) continue;
                    var ever = TransactionRules.Table.Any(other => other.By == role && other.Step == step);
                    Assert.Equal(ever ? ErrorCode.StepOutOfOrder : ErrorCode.StepNotYours, refusal);
                }
            }
        }
    }

    [Fact]
    public void The_specification_shows_this_table()
    {
        var text = new StringBuilder("<!-- Rendered from TransactionRules.Table. Change that, then run the tests with ACT_UPDATE=1. -->\n");
        text.Append("| Rule | From | Who | Does | Needs | Becomes |\n| --- | --- | --- | --- | --- | --- |\n");
        foreach (var rule in TransactionRules.Table)
        {
            text.Append(null, $"| {rule.Id} | {rule.From} | {rule.By} | {rule.Step} | {string.Join(", ", rule.Needs)} | {string.Join(" or ", rule.To)} |\n");
        }
        Repository.AssertRendered("spec/registry/transitions.md", text.ToString());
    }

    static HashSet<TransactionState> ReachableFrom(TransactionState start)
    {
        HashSet<TransactionState> reached = [start];
        for (var before = 0; before != reached.Count;)
        {
            before = reached.Count;
            reached.UnionWith(TransactionRules.Table.Where(rule => reached.Contains(rule.From)).SelectMany(rule => rule.To).ToList());
        }
        return reached;
    }
}
