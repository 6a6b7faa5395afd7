using ActProtocol.V1;

namespace ActProtocol.Transactions;

/// <summary>One row of the transition table for one state.</summary>
/// <param name="Id">The requirement in spec/transactions.md that says the same in words.</param>
/// <param name="From">The state it applies in; <see cref="TransactionState.Unspecified"/> before there is a transaction.</param>
/// <param name="To">The states it may lead to; the first is the usual one.</param>
public sealed record Rule(
    string Id, TransactionState From, Role By, StepKind Step, ValueList<Guard> Needs, ValueList<TransactionState> To);

/// <summary>What must hold for a rule to apply: a name here, so that the table stays data, and a predicate where the
/// partition decides. In the order in which they are checked.</summary>
public enum Guard
{
    IntentWithinMandate,
    QuotesLeft,
    QuoteWellFormed,
    RoundsLeft,
    PastExpiry,
    QuoteLive,
    IntentSatisfied,
    ArbiterAccepted,
    MandateCovers,
    FundsAvailable,
    BeforeExpiry,
    NamesQuoteAndRendering,
    MandateLive,
    WithinTerms,
    MandateRevoked,
    TermsInstant,
    TermsEscrow,
    OnlyOnce,
    BeforeFulfilBy,
    PastFulfilBy,
    PastWindow,
    WithinWindow,
    SumsToHeld,
    PastResolveBy,
    WholeAmount,
    RefundsLeft,
    RefundsWithinPaid,
    PayeeAnswered,
}
