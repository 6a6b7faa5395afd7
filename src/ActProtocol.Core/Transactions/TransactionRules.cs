using System.Collections.Immutable;
using ActProtocol.V1;
using static ActProtocol.Transactions.Guard;
using static ActProtocol.V1.Role;
using static ActProtocol.V1.TransactionState;
using Does = ActProtocol.V1.StepKind;

namespace ActProtocol.Transactions;

/// <summary>How a transaction moves. The table is the whole of it: the broker decides by it, the specification shows it,
/// the conformance suite walks it, and <c>act transitions</c> draws it.</summary>
public static class TransactionRules
{
    // Written as in spec/transactions.md, a row for several states at once.
    static readonly (string Id, TransactionState[] From, Role By, StepKind Step, Guard[] Needs, TransactionState[] To)[] Rows =
    [
        // id      from                                 who        does                needs                                        becomes
        ("TXN-20", [TransactionState.Unspecified],      Buyer,     Does.Intent,             [IntentWithinMandate],                       [Open]),
        ("TXN-21", [Open, Quoted],                      Seller,    Does.Quote,              [QuotesLeft, QuoteWellFormed],               [Quoted]),
        ("TXN-22", [Open, Quoted],                      Seller,    Does.Decline,            [],                                          [Declined]),
        ("TXN-23", [Quoted],                            Buyer,     Does.Counter,            [RoundsLeft, IntentWithinMandate],           [Open]),
        ("TXN-24", [Open, Quoted, AwaitingApproval],    Buyer,     Does.Cancel,             [],                                          [Cancelled]),
        ("TXN-25", [Open, Quoted, AwaitingApproval],    Broker,    Does.Expire,             [PastExpiry],                                [Expired]),
        ("TXN-26", [Quoted],                            Buyer,     Does.Lock,               [QuoteLive, IntentSatisfied, ArbiterAccepted,
                                                                                        MandateCovers, FundsAvailable],             [Locked, AwaitingApproval]),
        ("TXN-27", [AwaitingApproval],                  Principal, Does.Approve,            [BeforeExpiry, NamesQuoteAndRendering, MandateLive], [Locked]),
        ("TXN-28", [AwaitingApproval],                  Principal, Does.Deny,               [],                                          [Denied]),
        ("TXN-29", [Locked],                            Seller,    Does.Confirm,            [BeforeExpiry],                              [Confirmed]),
        ("TXN-30", [Locked],                            Seller,    Does.Decline,            [],                                          [Released]),
        ("TXN-31", [Locked, Confirmed],                 Buyer,     Does.Cancel,             [WithinTerms],                               [Released]),
        ("TXN-32", [AwaitingApproval, Locked, Confirmed], Broker,  Does.Release,            [Guard.MandateRevoked],                      [Released]),
        ("TXN-33", [Locked, Confirmed],                 Broker,    Does.Expire,             [PastExpiry],                                [Expired]),
        ("TXN-34", [Confirmed],                         Buyer,     Does.Commit,             [BeforeExpiry, MandateLive],                 [Committed]),
        ("TXN-35", [Committed],                         Broker,    Does.Settle,             [TermsInstant],                              [Settled]),
        ("TXN-36", [Settled],                           Seller,    Does.Fulfil,             [TermsInstant, OnlyOnce],                    [Settled]),
        ("TXN-37", [Committed],                         Seller,    Does.Fulfil,             [TermsEscrow, BeforeFulfilBy],               [Fulfilled]),
        ("TXN-38", [Committed],                         Broker,    Does.Expire,             [PastFulfilBy],                              [Refunded]),
        ("TXN-39", [Committed, Fulfilled, Disputed],    Seller,    Does.Refund,             [WholeAmount],                               [Refunded]),
        ("TXN-40", [Fulfilled, Disputed],               Buyer,     Does.Accept,             [],                                          [Settled]),
        ("TXN-41", [Fulfilled],                         Broker,    Does.Settle,             [PastWindow],                                [Settled]),
        ("TXN-42", [Fulfilled],                         Buyer,     Does.Dispute,            [WithinWindow],                              [Disputed]),
        ("TXN-43", [Disputed],                          Arbiter,   Does.Resolve,            [SumsToHeld],                                [Settled, Refunded]),
        ("TXN-44", [Disputed],                          Broker,    Does.Expire,             [PastResolveBy],                             [Refunded]),
        ("TXN-45", [Settled],                           Seller,    Does.Refund,             [RefundsLeft, RefundsWithinPaid],            [Refunding]),
        ("TXN-46", [Refunding],                         Broker,    Does.RefundPaid,         [PayeeAnswered],                             [Settled, Refunded]),
        ("TXN-47", [Refunding],                         Broker,    Does.RefundInsufficient, [PayeeAnswered],                             [Settled]),
    ];

    /// <summary>One row for each state, in the order of the specification.</summary>
    public static readonly ImmutableArray<Rule> Table =
    [
        .. from row in Rows
           from state in row.From
           select new Rule(row.Id, state, row.By, row.Step, [.. row.Needs], [.. row.To]),
    ];

    // The partition looks up a rule for each step it decides: indexed by state and step, then few roles.
    static readonly Rule[][] ByStateAndStep = Index();

    /// <summary>The rule by which a role may take a step in a state; or why there is none.</summary>
    public static (Rule? Rule, ErrorCode Refusal) Find(TransactionState state, Role by, StepKind step)
    {
        foreach (var rule in ByStateAndStep[((int)state * StepCount) + (int)step])
        {
            if (rule.By == by) return (rule, default);
        }
        // Whose step it is outranks whether it is time for it (ERR-02): who may never take the step hears so in every state.
        return (null, MayEver(by, step) ? ErrorCode.StepOutOfOrder : ErrorCode.StepNotYours);
    }

    /// <summary>States that nothing leads out of.</summary>
    public static bool IsEnd(TransactionState state) => Ends[(int)state];

    static readonly int StepCount = Enum.GetValues<StepKind>().Length;

    static readonly bool[] Ends = [.. Enum.GetValues<TransactionState>().Select(state => Rows.All(row => !row.From.Contains(state)))];

    static bool MayEver(Role by, StepKind step)
    {
        foreach (var row in Rows)
        {
            if (row.By == by && row.Step == step) return true;
        }
        return false;
    }

    static Rule[][] Index()
    {
        var steps = Enum.GetValues<StepKind>().Length;
        var index = new Rule[Enum.GetValues<TransactionState>().Length * steps][];
        for (var i = 0; i < index.Length; i++)
        {
            index[i] = [.. Table.Where(rule => (int)rule.From == i / steps && (int)rule.Step == i % steps)];
        }
        return index;
    }
}
