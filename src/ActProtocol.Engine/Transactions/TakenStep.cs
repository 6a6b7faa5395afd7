using ActProtocol.Engine.Stored;
using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Engine.Transactions;

/// <summary>A party's step in a transaction, about to be judged.</summary>
sealed record TakenStep(OpenedEnvelope Envelope, Context Context, TransactionEntry Transaction, Role By, long Stamp)
{
    public StepKind Kind => Envelope.Step;

    public Content Content => Envelope.Content;
}
