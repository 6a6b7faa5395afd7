using ActProtocol.Client;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.Journal;
using ActProtocol.V1;

namespace ActProtocol.Tools;

/// <summary>A transaction as one of its parties may read it: all its records, each proved by the broker.</summary>
sealed class TransactionView
{
    const int HomesMax = 1 + 256;
    const int HomesOften = 1 + 16;
    const int KeysMax = 64;

    TransactionView(Id16 id, uint home, TransactionState state, IReadOnlyList<TransactionRecord> records) => (Id, Home, State, Records) = (id, home, state, records);

    public Id16 Id { get; }

    /// <summary>The bucket of the buyer's account: what routes every step of it.</summary>
    public uint Home { get; }

    public TransactionState State { get; }

    public IReadOnlyList<TransactionRecord> Records { get; }

    public string Buyer => Records[0].Content!.Header.Sender;

    /// <summary>Which of the intent's sellers this transaction is with.</summary>
    public string Seller => Records[0].Accepted?.Transactions.FirstOrDefault(opened => Id16.FromWire(opened.TransactionId) == Id)?.Seller ?? "";

    /// <summary>The present revision of the intent; of an accepted counter, only what it says differs.</summary>
    public Intent Intent => Transactions.IntentRules.Revise(Records[0].Content!.Intent, Last(StepKind.Counter)?.Content!.Counter.Intent ?? Records[0].Content!.Intent);

    /// <summary>The quote that stands; null when there is none for the present revision.</summary>
    public TransactionRecord? Quote => Last(StepKind.Quote);

    public TransactionRecord? Last(StepKind step) => Records.LastOrDefault(record => record.Step == step && record.Accepted is not null);

    /// <summary>The last accepted envelope of the other side: what a step follows.</summary>
    public Digest LastOf(string party) => Records.LastOrDefault(record => record.Sender == party && record.Accepted is not null)?.Digest ?? default;

    /// <summary>Reads and verifies it.</summary>
    public static async Task<TransactionView> FindAsync(Session session, ActIdentity party, Id16 id, CancellationToken cancellationToken) =>
        await TryFindAsync(session, party, id, HomesMax, cancellationToken) ?? throw Unknown($"{id}, asked as {party.Id}");

    /// <summary>The same by whichever key of the ring is a party to it.</summary>
    public static async Task<(TransactionView View, ActIdentity Party)> FindAsync(Session session, Id16 id, Func<TransactionView, ActIdentity, bool> fits, CancellationToken cancellationToken)
    {
        foreach (var key in session.Keys.Usable().Take(KeysMax))
        {
            if (await TryFindAsync(session, key, id, HomesOften, cancellationToken) is { } view && fits(view, key)) return (view, key);
        }
        throw Unknown($"{id}, asked with the keys in '{session.Keys.Folder}' that may do this: name one with --as");
    }

    static ActRefusedException Unknown(string detail) => new(new Refusal(ErrorCode.TransactionUnknown, detail));

    // A transaction lies with the buyer's account, which a seller or an arbiter is not told: likely places are asked in turn.
    static async Task<TransactionView?> TryFindAsync(Session session, ActIdentity party, Id16 id, int homesMax, CancellationToken cancellationToken)
    {
        foreach (var candidate in Homes(party.Home).Take(homesMax))
        {
            try
            {
                return await ReadAsync(session, party, id, candidate, cancellationToken);
            }
            catch (ActRefusedException refused) when (refused.Refusal.Code is ErrorCode.TransactionUnknown)
            {
                // Not here, or not theirs: the broker does not say which.
                continue;
            }
        }
        return null;
    }

    static async Task<TransactionView> ReadAsync(Session session, ActIdentity party, Id16 id, uint home, CancellationToken cancellationToken)
    {
        var verifier = new ReceiptVerifier(session.Broker.Info.Id, [.. session.Broker.Info.ReceiptKeys]);
        List<TransactionRecord> records = [];
        TransactionAnswer answer;
        do
        {
            var ask = new AskTransaction { TransactionId = id.ToWire(), AfterPosition = records.Count == 0 ? 0 : records[^1].Record.Position };
            answer = (await session.Client.AskAsync(new Ask { Transaction = ask }, party, cancellationToken, home)).Transaction;
            foreach (var receipt in answer.Records)
            {
                var (record, fault) = verifier.Verify(receipt);
                records.Add(new TransactionRecord(receipt, record ?? throw new FailedException($"The broker's proof of a record does not hold: {fault} Do not trust what it says.")));
            }
        }
        while (answer.Records.Count > 0);
        if (records.Count == 0 || records[0].Content?.BodyCase is not Content.BodyOneofCase.Intent) throw new FailedException("The broker shows no intent at the start of this transaction.");
        return new TransactionView(id, records[0].Content!.Header.Home, answer.State, records);
    }

    // Its own account's first; then one of each partition, for whole numbers of partitions up to 256.
    static IEnumerable<uint> Homes(uint own) => Enumerable.Range(0, 256)
        .OrderBy(index => index % 16 == 0 ? 0 : 1).Select(index => (uint)(index * (ActId.Buckets / 256))).Prepend(own);
}

/// <summary>One record: who caused it, and what came of it.</summary>
sealed class TransactionRecord(Receipt receipt, Record record)
{
    readonly OpenedEnvelope? _opened = record.Envelope is null ? null : OpenedEnvelope.FromJournal(record.Envelope);

    public Receipt Receipt => receipt;

    public Record Record => record;

    /// <summary>Null for a step of the broker's own.</summary>
    public Content? Content => _opened?.Content;

    public Digest Digest => _opened?.Digest ?? default;

    public string Sender => Content?.Header.Sender ?? record.Broker;

    public StepKind Step => Content is null ? record.Step.Kind : StepKinds.Of(Content.BodyCase);

    public Accepted? Accepted => record.Decision.Accepted;

    public Refusal? Refused => Refusal.FromWire(record.Decision.Refused);
}
