using ActProtocol.Conformance.Runs;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;
using Google.Type;

namespace ActProtocol.Conformance.Brokers;

/// <summary>
/// One transaction in the making, from an intent to one seller on: drafts each step as its side would send it now. It goes by what the broker accepted, whichever way it
/// was sent.
/// </summary>
sealed partial class Sale(BrokerScenario scenario, Party buyer, Party seller, byte[] mandate)
{
    byte[] _lastOfBuyer = [];
    byte[] _lastOfSeller = [];
    uint _maxLocks;
    readonly HashSet<ByteString> _intents = [];

    public Party Buyer => buyer;

    public Party Seller => seller;

    public byte[] Mandate { get; set; } = mandate;

    /// <summary>When there is one, its quotes are under escrow, and its intents name it.</summary>
    public Party? Arbiter { get; init; }

    /// <summary>16 bytes; empty before the intent.</summary>
    public byte[] TransactionId { get; private set; } = [];

    public byte[] IntentDigest { get; private set; } = [];

    /// <summary>Of the intent or of the last counter.</summary>
    public byte[] RevisionDigest { get; private set; } = [];

    /// <summary>Of the last accepted quote.</summary>
    public byte[] QuoteDigest { get; private set; } = [];

    public long IntentExpiresAtMs { get; private set; }

    public TransactionState State { get; private set; }

    public bool IsOpen => TransactionId.Length > 0;

    /// <summary>A budget of 500 XTS, one lock, one hour.</summary>
    public Envelope Intent(Action<Intent>? change = null, Action<Header>? header = null)
    {
        var intent = new Intent { Words = "Goods for tests.", Budget = Xts.Of(500), ExpiresAtMs = scenario.NowMs + 3_600_000 };
        if (Arbiter is not null) intent.Arbiters.Add(Arbiter.Id);
        return Step(buyer, Changed(intent, change), header);
    }

    /// <summary>One line, 100 XTS, settled at once or, with an arbiter, under escrow.</summary>
    public Envelope Quote(Action<Quote>? change = null, Action<Header>? header = null) => Step(seller, Changed(NewQuote(Xts.Of(100)), change), header);

    /// <summary>100 XTS under escrow, an hour for each of its terms.</summary>
    public Envelope EscrowQuote(Party arbiter, Action<Quote>? change = null) => Quote(quote =>
    {
        quote.Terms.Escrow = EscrowBy(arbiter);
        change?.Invoke(quote);
    });

    static Escrow EscrowBy(Party arbiter) => new() { FulfilWithinMs = 3_600_000, DisputeWindowMs = 3_600_000, ResolveWithinMs = 3_600_000, Arbiter = arbiter.Id };

    public Envelope Lock(Action<V1.Lock>? change = null, Action<Header>? header = null) => Step(buyer, Changed(new V1.Lock { Quote = ByteString.CopyFrom(QuoteDigest) }, change), header);

    public Envelope Confirm(Action<Header>? header = null) => Step(seller, new Confirm(), header);

    public Envelope Commit(Action<Commit>? change = null, Action<Header>? header = null) => Step(buyer, Changed(new Commit { Quote = ByteString.CopyFrom(QuoteDigest) }, change), header);

    /// <summary>Any other step, by whoever is to take it.</summary>
    public Envelope Step(Party by, IMessage body, Action<Header>? header = null) => scenario.SealUnkindly(by, Draft(by, body, header));

    public Content Draft(Party by, IMessage body, Action<Header>? header = null)
    {
        var content = scenario.Draft(by, body);
        content.Header.Home = buyer.Home;
        if (body is Intent)
        {
            content.Header.Recipients.Add(seller.Id);
            lock (_intents) _intents.Add(content.Header.MessageId);
        }
        else
        {
            content.Header.TransactionId = ByteString.CopyFrom(TransactionId);
            if (by.Id == buyer.Id) content.Header.Recipients.Add(seller.Id);
            if (by.Id == seller.Id) content.Header.Recipients.Add(buyer.Id);
        }
        // The needs of TXN-12, and of the mandate.
        if (content.BodyCase is Content.BodyOneofCase.Quote or Content.BodyOneofCase.Counter or Content.BodyOneofCase.Lock or Content.BodyOneofCase.Confirm or Content.BodyOneofCase.Commit)
        {
            content.Header.Follows = ByteString.CopyFrom(by.Id == buyer.Id ? _lastOfSeller : _lastOfBuyer);
        }
        if (content.BodyCase is Content.BodyOneofCase.Intent or Content.BodyOneofCase.Counter or Content.BodyOneofCase.Lock or Content.BodyOneofCase.Commit) content.Header.Mandate = ByteString.CopyFrom(Mandate);
        header?.Invoke(content.Header);
        return content;
    }

    public Quote NewQuote(Money total) => new()
    {
        Intent = ByteString.CopyFrom(RevisionDigest),
        Lines = { new Line { Description = "Goods", Quantity = 1, UnitPrice = total, Amount = total } },
        Total = total,
        ValidUntilMs = IntentExpiresAtMs,
        Terms = Arbiter is null ? new Terms { Instant = new Instant(), HoldForMs = 600_000 } : new Terms { Escrow = EscrowBy(Arbiter), HoldForMs = 600_000 },
    };

    /// <summary>Takes the usual steps up to and with <paramref name="state"/>; what fails on the way makes the case untested, since it is not about that.</summary>
    public async Task<Sale> UntilAsync(TransactionState state, Action<Intent>? intent = null, Action<Quote>? quote = null)
    {
        (TransactionState State, Func<Envelope> Next)[] way =
        [
            (TransactionState.Open, () => Intent(intent)), (TransactionState.Quoted, () => Quote(quote)), (TransactionState.Locked, () => Lock()),
            (TransactionState.Confirmed, () => Confirm()), (TransactionState.Committed, () => Commit()), (TransactionState.Fulfilled, () => Fulfil()), (TransactionState.Disputed, () => Dispute()),
        ];
        // Under instant terms a commit settles by itself.
        var last = Array.FindIndex(way, step => step.State == (state is TransactionState.Settled && Arbiter is null ? TransactionState.Committed : state));
        if (last < 0) throw new InvalidOperationException($"{state} is not on the usual way.");
        foreach (var (_, next) in way.Take(last + 1).Skip(Array.FindIndex(way, step => step.State == State) + 1)) await scenario.BuildAsync(next());
        return this;
    }

    internal void Note(Envelope envelope, Outcome.Taken taken)
    {
        var content = Content.Parser.ParseFrom(envelope.Content);
        var digest = Tags.Digest(envelope.Content.Span);
        if (content.Intent is { } intent)
        {
            // Of several sales with one seller, an intent opens the one that drafted it.
            if (scenario.Sales.Any(other => other != this && other.Seller.Id == seller.Id && other.Drafted(content.Header.MessageId))) return;
            if (content.Header.Sender != buyer.Id || IsOpen || taken.Accepted.Transactions.All(opened => opened.Seller != seller.Id)) return;
            (Revision, _maxLocks) = (intent, intent.MaxLocks);
            (IntentDigest, RevisionDigest, TransactionId, IntentExpiresAtMs) = (digest, digest, Tags.TransactionId(digest, seller.Id), intent.ExpiresAtMs);
        }
        else if (!IsOpen || !content.Header.TransactionId.Span.SequenceEqual(TransactionId))
        {
            return;
        }
        if (content.Header.Sender == buyer.Id) _lastOfBuyer = digest;
        if (content.Header.Sender == seller.Id) _lastOfSeller = digest;
        if (content.Counter is not null) (RevisionDigest, Revision) = (digest, content.Counter.Intent);
        if (content.Quote is not null) (QuoteDigest, Quoted) = (digest, content.Quote);
        State = taken.Accepted.State is TransactionState.Unspecified ? TransactionState.Open : taken.Accepted.State;
    }

    bool Drafted(ByteString intent)
    {
        lock (_intents) return _intents.Contains(intent);
    }

    static T Changed<T>(T body, Action<T>? change)
    {
        change?.Invoke(body);
        return body;
    }
}
