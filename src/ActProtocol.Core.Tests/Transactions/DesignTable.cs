using ActProtocol.V1;

namespace ActProtocol.Transactions;

/// <summary>The transitions as they were designed, written down a second time by hand: what the code's table must be, and what tests expect of the engine.</summary>
static class DesignTable
{
    // from | who | does | becomes. A name that TransactionState has not is no state.
    const string Text = """
        Unspecified | Buyer | Intent | Open
        Open, Quoted | Seller | Quote | Quoted
        Open, Quoted | Seller | Decline | Declined
        Quoted | Buyer | Counter | Open
        Open, Quoted, AwaitingApproval | Buyer | Cancel | Cancelled
        Open, Quoted, AwaitingApproval | Broker | Expire | Expired
        Quoted | Buyer | Lock | Locked, AwaitingApproval
        AwaitingApproval | Principal | Approve | Locked
        AwaitingApproval | Principal | Deny | Denied
        Locked | Seller | Confirm | Confirmed
        Locked | Seller | Decline | Released
        Locked, Confirmed | Buyer | Cancel | Released
        AwaitingApproval, Locked, Confirmed | Broker | Release | Released
        Locked, Confirmed | Broker | Expire | Expired
        Confirmed | Buyer | Commit | Committed
        Committed | Broker | Settle | Settled
        Settled | Seller | Fulfil | Settled
        Committed | Seller | Fulfil | Fulfilled
        Committed | Broker | Expire | Refunded
        Committed, Fulfilled, Disputed | Seller | Refund | Refunded
        Fulfilled, Disputed | Buyer | Accept | Settled
        Fulfilled | Broker | Settle | Settled
        Fulfilled | Buyer | Dispute | Disputed
        Disputed | Arbiter | Resolve | Settled, Refunded
        Disputed | Broker | Expire | Refunded
        Settled | Seller | Refund | Refunding
        Refunding | Broker | RefundPaid | Settled, Refunded
        Refunding | Broker | RefundInsufficient | Settled
        """;

    public static readonly IReadOnlyList<(TransactionState From, Role By, StepKind Does, TransactionState[] Becomes)> Rows =
    [
        .. from line in Text.Split('\n')
           let cells = line.Split('|', StringSplitOptions.TrimEntries)
           from state in All<TransactionState>(cells[0])
           select (state, Enum.Parse<Role>(cells[1]), Enum.Parse<StepKind>(cells[2]), All<TransactionState>(cells[3])),
    ];

    /// <summary>Where a step leads; empty when the role may not take it in the state.</summary>
    public static TransactionState[] After(TransactionState state, Role by, StepKind step) =>
        [.. Rows.Where(row => row.From == state && row.By == by && row.Does == step).SelectMany(row => row.Becomes)];

    public static bool MayEver(Role by, StepKind step) => Rows.Any(row => row.By == by && row.Does == step);

    static T[] All<T>(string names) where T : struct, Enum => [.. names.Split(',', StringSplitOptions.TrimEntries).Select(Enum.Parse<T>)];
}
