using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;
using Record = ActProtocol.V1.Record;

namespace ActProtocol.Conformance.Model;

/// <summary>Records as a broker would have written them, one after the other in one partition: a sale of 100 XTS that a test goes wrong in.</summary>
sealed class Tape
{
    public const long Start = 1_800_000_000_000;

    readonly List<Event> _events = [];
    readonly List<Moment> _moments = [];
    readonly KeyPair _key = new(new byte[32]);
    ByteString _mandate = ByteString.Empty;
    ByteString _intent = ByteString.Empty;
    ByteString _transaction = ByteString.Empty;
    ByteString _quote = ByteString.Empty;
    ByteString _lastOfBuyer = ByteString.Empty;
    ByteString _lastOfSeller = ByteString.Empty;

    public long Now { get; set; } = Start;

    /// <summary>Up to an open transaction of a buyer with so much money.</summary>
    public static Tape Opened(long funds = 1000, uint maxLocks = 1)
    {
        var tape = new Tape();
        foreach (var (id, principal) in new[] { ("owner", ""), ("buyer", "owner"), ("firm", ""), ("seller", "firm") })
        {
            tape.Outside(id, new Register { Kind = principal.Length == 0 ? EntryKind.Principal : EntryKind.Agent, Principal = principal.Length == 0 ? "" : Id(principal), SigningKey = ByteString.CopyFrom(tape._key.Public) });
        }
        tape.Outside("owner", new Fund { Account = Id("owner"), Amount = Xts.Of(funds) });
        tape._mandate = tape.Outside("owner", new Mandate { Agent = Id("buyer"), AgentKey = ByteString.CopyFrom(tape._key.Thumbprint), Account = Id("owner"), Limits = { new CurrencyLimit { Currency = Xts.Code } }, ValidUntilMs = Start + 86_400_000 });
        return tape.Intend(maxLocks);
    }

    public Tape Intend(uint maxLocks)
    {
        var intent = Sealed("buyer", new Intent { Budget = Xts.Of(500), MaxLocks = maxLocks, ExpiresAtMs = Start + 3_600_000 }, header => header.Recipients.Add(Id("seller")), withinTransaction: false);
        _intent = _lastOfBuyer = DigestOf(intent);
        (_quote, _lastOfSeller) = (ByteString.Empty, ByteString.Empty);
        _transaction = ByteString.CopyFrom(Tags.TransactionId(_intent.Span, Id("seller")));
        Add(intent, new Accepted { Transactions = { new OpenedTransaction { TransactionId = _transaction, Seller = Id("seller") } } });
        return this;
    }

    public Tape Quote() => Step("seller", new Quote
    {
        Intent = _intent,
        Lines = { new Line { Description = "Goods", Quantity = 1, UnitPrice = Xts.Of(100), Amount = Xts.Of(100) } },
        Total = Xts.Of(100),
        ValidUntilMs = Start + 3_600_000,
        Terms = new Terms { Instant = new Instant(), HoldForMs = 60_000 },
    }, TransactionState.Quoted, Start + 3_600_000);

    public Tape Lock(long? deadline = null, PaymentKind kind = PaymentKind.Held) => Step("buyer", new V1.Lock { Quote = _quote }, TransactionState.Locked, deadline ?? Now + 1 + 60_000, kind);

    public Tape Confirm(long deadline) => Step("seller", new Confirm(), TransactionState.Confirmed, deadline);

    public Tape Commit() => Step("buyer", new Commit { Quote = _quote }, TransactionState.Committed, 0, PaymentKind.Committed);

    public Tape Own(StepKind kind, TransactionState state, PaymentKind payment) => Own(kind, state, payment, Now + 1);

    public Tape Own(StepKind kind, TransactionState state, PaymentKind payment, long stamp)
    {
        var record = new Record { Step = new BrokerStep { Kind = kind, TransactionId = _transaction }, Decision = new Decision { Accepted = new Accepted { State = state, Payment = Paid(payment) } } };
        return Add(record, stamp);
    }

    public Tape Fund() => Outside("owner", new Fund { Account = Id("owner"), Amount = Xts.Of(1) }) is not null ? this : throw new InvalidOperationException();

    /// <summary>What the model makes of it; throws what it finds.</summary>
    public Replay Judged()
    {
        var registered = new Registered(_events);
        var first = new Replay(registered, null, "");
        first.Take(_moments);
        var replay = new Replay(registered, first.Accounts, "");
        replay.Take(_moments);
        return replay;
    }

    public static string Id(string name) => $"act://local/{name}";

    Tape Step(string by, IMessage body, TransactionState state, long deadline, PaymentKind? payment = null)
    {
        var envelope = Sealed(by, body, header => header.Recipients.Add(Id(by == "buyer" ? "seller" : "buyer")), withinTransaction: true);
        if (by == "buyer") _lastOfBuyer = DigestOf(envelope);
        else _lastOfSeller = DigestOf(envelope);
        if (body is Quote) _quote = DigestOf(envelope);
        var accepted = new Accepted { State = state, DeadlineMs = deadline, Payment = payment is { } kind ? Paid(kind) : null };
        return Add(new Record { Envelope = envelope, Decision = new Decision { Accepted = accepted } }, Now + 1);
    }

    Payment Paid(PaymentKind kind) => new() { Kind = kind, Amount = Xts.Of(100), Buyer = Id("buyer"), Seller = Id("seller"), Intent = _intent, Quote = _quote };

    ByteString Outside(string by, IMessage body)
    {
        var envelope = Sealed(by, body, _ => { }, withinTransaction: false);
        Add(envelope, new Accepted());
        return DigestOf(envelope);
    }

    Envelope Sealed(string by, IMessage body, Action<Header> change, bool withinTransaction)
    {
        var header = new Header { VersionMajor = 1, Sender = Id(by), MessageId = ByteString.CopyFrom(BitConverter.GetBytes((long)_moments.Count)), Mandate = _mandate };
        if (withinTransaction) (header.TransactionId, header.Follows) = (_transaction, by == "buyer" ? _lastOfSeller : _lastOfBuyer);
        change(header);
        var content = new Content { Header = header }.With(body).ToByteString();
        return new Envelope { Content = content, Signatures = { _key.SignContent(content) } };
    }

    void Add(Envelope envelope, Accepted accepted)
    {
        var decision = new Decision { Position = (ulong)_moments.Count + 1, StampMs = ++Now, Accepted = accepted };
        var happened = new Event(envelope, Content.Parser.ParseFrom(envelope.Content), Tags.Digest(envelope.Content.Span), decision);
        _events.Add(happened);
        _moments.Add(new Moment(0, decision.Position, Now, null, happened));
    }

    Tape Add(Record record, long stamp)
    {
        (Now, record.Position, record.StampMs) = (stamp, (ulong)_moments.Count + 1, stamp);
        _moments.Add(new Moment(0, record.Position, stamp, record, null));
        return this;
    }

    static ByteString DigestOf(Envelope envelope) => ByteString.CopyFrom(Tags.Digest(envelope.Content.Span));
}
