using System.Collections.Concurrent;
using ActProtocol.Bench;
using ActProtocol.Envelopes;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.Net.Client;
using Record = ActProtocol.V1.Record;

namespace ActProtocol.Tools;

/// <summary>Buyers, sellers and an arbiter who react to their mail: whole purchases, with cancellations, escrows, disputes and refunds among them.</summary>
/// <remarks>
/// How a purchase goes is told by its transaction id, so that all agree without a word. A reply is sealed once for its cause: mail that comes
/// again, as it does after a crash, is answered with the same bytes.
/// </remarks>
sealed class Trade
{
    public const int Buyers = 6;
    public const int Sellers = 4;
    const long HourMs = 3_600_000;
    const long Wealth = 1_000_000;

    readonly Trader[] _buyers = [.. Enumerable.Range(0, Buyers).Select(i => new Trader($"buyer-{i}"))];
    readonly Trader[] _sellers = [.. Enumerable.Range(0, Sellers).Select(i => new Trader($"seller-{i}"))];
    readonly Trader _arbiter = new("arbiter");
    readonly Dictionary<string, Trader> _byId;
    readonly ConcurrentDictionary<(string Agent, Digest Cause), Envelope> _replies = new();
    readonly ConcurrentDictionary<Id16, (uint Home, string Buyer)> _homes = new();
    readonly ConcurrentDictionary<Id16, Digest> _quotes = new();
    readonly ConcurrentDictionary<Id16, TaskCompletionSource> _ends = new();
    readonly List<AgentStream> _streams = [];
    GrpcChannel? _channel;
    int _next;

    public Trade() => _byId = _buyers.Concat(_sellers).Append(_arbiter).ToDictionary(trader => trader.Id);

    enum Course
    {
        Instant,
        CancelledWhenLocked,
        CancelledWhenConfirmed,
        Declined,
        Accepted,
        Disputed,
        RefundedInEscrow,
        RefundedLater,
    }

    /// <summary>What a load of some length has of each.</summary>
    public static IReadOnlyList<Content.BodyOneofCase> Steps { get; } =
    [
        Content.BodyOneofCase.Intent, Content.BodyOneofCase.Quote, Content.BodyOneofCase.Lock, Content.BodyOneofCase.Confirm, Content.BodyOneofCase.Commit,
        Content.BodyOneofCase.Cancel, Content.BodyOneofCase.Decline, Content.BodyOneofCase.Fulfil, Content.BodyOneofCase.Accept, Content.BodyOneofCase.Dispute,
        Content.BodyOneofCase.Resolve, Content.BodyOneofCase.Refund,
    ];

    public Witness Witness { get; } = new();

    public IEnumerable<Trader> Traders => _byId.Values;

    /// <summary>What all principals together were given, in nanos.</summary>
    public Int128 Funded => (Int128)Buyers * Wealth * 1_000_000_000;

    /// <summary>Called after every acknowledged envelope.</summary>
    public Action? Acknowledged { get; set; }

    /// <summary>Registers everybody; before the first load.</summary>
    public async Task EnterAsync(TestedBroker broker)
    {
        foreach (var trader in Traders)
        {
            foreach (var envelope in trader.Enter(_buyers.Contains(trader) ? Wealth : 0)) await Witness.EnterAsync(broker, trader, envelope);
        }
    }

    /// <summary>Streams of all traders to a broker that has just started; mail that was not dealt with comes again by itself.</summary>
    public async Task ConnectAsync(TestedBroker broker)
    {
        _streams.Clear();
        _channel?.Dispose();
        _channel = GrpcChannel.ForAddress(broker.Grpc, new GrpcChannelOptions { MaxReceiveMessageSize = 16 << 20 });
        foreach (var some in (Trader[][])[_buyers[..3], _buyers[3..], _sellers, [_arbiter]])
        {
            _streams.Add(await AgentStream.OpenAsync(_channel, challenge => some.Select(trader => trader.Prove(challenge)), React, TestContext.Current.CancellationToken));
        }
    }

    /// <summary>So many purchases at once, one after the other, until the broker is gone.</summary>
    public Task RunAsync(int atOnce) => Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => Task.Run(async () =>
    {
        while (await BuyAsync())
        {
        }
    })));

    /// <summary>Buys once, to the end; false when the broker is gone.</summary>
    public async Task<bool> BuyAsync()
    {
        var turn = Interlocked.Increment(ref _next);
        var (buyer, seller) = (_buyers[turn % Buyers], _sellers[turn / Buyers % Sellers]);
        var envelope = buyer.Seal(new Content
        {
            Header = new Header { Recipients = { seller.Id }, Mandate = buyer.Mandate, Home = buyer.Home },
            Intent = new Intent { Words = "One, please.", Budget = Trader.Cny(20_000_000_000), ExpiresAtMs = Trader.NowMs + (20 * HourMs), Arbiters = { _arbiter.Id } },
        });
        var (transaction, ended) = (DerivedIds.Transaction(SignedBytes.DigestOf(envelope.Content.Span), seller.Id), new TaskCompletionSource());
        Witness.Opened(transaction, buyer, seller);
        _ends[transaction] = ended;
        var stream = StreamOf(buyer);
        if (await SendAsync(stream, buyer, envelope) is null) return false;
        await Task.WhenAny(ended.Task, stream.Ended);
        return ended.Task.IsCompleted;
    }

    public async Task<Answer?> SendAsync(AgentStream stream, Trader trader, Envelope envelope)
    {
        var sent = Witness.Sending(trader, envelope);
        var answer = await stream.SendAsync(envelope);
        if (answer is not null) Witness.Answered(sent, answer);
        if (answer?.Decision is null) return answer;
        End(sent.Transaction, answer.Decision);
        Acknowledged?.Invoke();
        return answer;
    }

    public AgentStream StreamOf(Trader trader) => _streams[
        trader == _arbiter ? 3 : _sellers.Contains(trader) ? 2 : Array.IndexOf(_buyers, trader) < 3 ? 0 : 1];

    public async Task DisconnectAsync()
    {
        foreach (var stream in _streams) await stream.DisposeAsync();
        _streams.Clear();
    }

    void End(Id16 transaction, Decision decision)
    {
        if (decision.Accepted?.State is TransactionState.Settled or TransactionState.Released or TransactionState.Refunded && _ends.TryGetValue(transaction, out var ended)) ended.TrySetResult();
    }

    static Course CourseOf(Id16 transaction) => (Course)(transaction.ToWire()[0] % Enum.GetValues<Course>().Length);

    void React(AgentStream stream, Delivery delivery)
    {
        var record = Record.Parser.ParseFrom(delivery.Receipt.Record);
        Witness.Delivered(record);
        var (trader, cause) = (_byId[delivery.Agent], SignedBytes.DigestOf(delivery.Receipt.Record.Span));
        if (!_replies.TryGetValue((trader.Id, cause), out var reply) && ReplyTo(trader, record) is { } fresh)
        {
            reply = _replies.GetOrAdd((trader.Id, cause), trader.Seal(fresh));
        }
        if (reply is null)
        {
            stream.Acknowledge(delivery);
            return;
        }
        _ = DealAsync();

        // Dealt with once the reply is decided, not before: else a crash in between would leave the purchase standing.
        async Task DealAsync()
        {
            if ((await SendAsync(stream, trader, reply))?.Decision is not { } decision) return;
            if (decision.Accepted?.State is TransactionState.Locked && CancelOf(trader, reply) is { } cancel) await SendAsync(stream, trader, cancel);
            stream.Acknowledge(delivery);
        }
    }

    // Who thinks better of it right after the lock, before or after the seller confirms.
    Envelope? CancelOf(Trader trader, Envelope locked)
    {
        var header = Content.Parser.ParseFrom(locked.Content).Header;
        if (CourseOf(Id16.FromWire(header.TransactionId)) is not Course.CancelledWhenLocked) return null;
        return _replies.GetOrAdd((trader.Id, SignedBytes.DigestOf(locked.Content.Span)), _ => trader.Seal(new Content
        {
            Header = new Header { TransactionId = header.TransactionId, Home = header.Home, Recipients = { header.Recipients } },
            Cancel = new Cancel { Reason = "no more" },
        }));
    }

    Content? ReplyTo(Trader trader, Record record)
    {
        if (record.CauseCase is Record.CauseOneofCase.Step)
        {
            End(Id16.FromWire(record.Step.TransactionId), record.Decision);
            return ReplyToStep(trader, record.Step);
        }

        var content = Content.Parser.ParseFrom(record.Envelope.Content);
        var digest = SignedBytes.DigestOf(record.Envelope.Content.Span);
        var transaction = content.Intent is null ? Id16.FromWire(content.Header.TransactionId) : DerivedIds.Transaction(digest, trader.Id);
        _homes[transaction] = (content.Header.Home, content.Intent is null && _homes.TryGetValue(transaction, out var known) ? known.Buyer : content.Header.Sender);
        if (content.Quote is not null) _quotes[transaction] = digest;
        var course = CourseOf(transaction);
        var step = content.BodyCase switch
        {
            Content.BodyOneofCase.Intent => QuoteFor(transaction, digest),
            Content.BodyOneofCase.Quote => new Content { Lock = new V1.Lock { Quote = digest.ToWire() } },
            Content.BodyOneofCase.Lock => course is Course.Declined ? new Content { Decline = new Decline { Reason = "sold" } } : new Content { Confirm = new Confirm() },
            Content.BodyOneofCase.Confirm when course is Course.CancelledWhenLocked => null,
            Content.BodyOneofCase.Confirm when course is Course.CancelledWhenConfirmed => new Content { Cancel = new Cancel { Reason = "no more" } },
            Content.BodyOneofCase.Confirm => new Content { Commit = new Commit { Quote = _quotes[transaction].ToWire() } },
            Content.BodyOneofCase.Commit when trader.Id != content.Header.Sender && course is Course.RefundedInEscrow =>
                new Content { Refund = new Refund { Amount = PriceOf(transaction) } },
            Content.BodyOneofCase.Commit when trader.Id != content.Header.Sender && course is Course.Accepted or Course.Disputed => new Content { Fulfil = new Fulfil() },
            Content.BodyOneofCase.Fulfil => course is Course.Accepted ? new Content { Accept = new Accept() } : new Content { Dispute = new Dispute { Reason = "late" } },
            Content.BodyOneofCase.Dispute when trader == _arbiter => ResolutionOf(transaction),
            _ => null,
        };
        if (step is null) return null;
        step.Header = new Header { TransactionId = transaction.ToWire(), Home = content.Header.Home };
        if (trader != _arbiter) step.Header.Recipients.Add(content.Header.Sender);
        if (step.BodyCase is Content.BodyOneofCase.Quote or Content.BodyOneofCase.Lock or Content.BodyOneofCase.Confirm or Content.BodyOneofCase.Commit) step.Header.Follows = digest.ToWire();
        if (step.Lock is not null) step.Header.Mandate = trader.Mandate;
        return step;
    }

    // A settled purchase that is taken back in part.
    Content? ReplyToStep(Trader trader, BrokerStep step)
    {
        if (step.Kind is not StepKind.Settle || !_sellers.Contains(trader)) return null;
        var transaction = Id16.FromWire(step.TransactionId);
        if (CourseOf(transaction) is not Course.RefundedLater) return null;
        var (home, buyer) = _homes[transaction];
        return new Content
        {
            Header = new Header { TransactionId = step.TransactionId, Home = home, Recipients = { buyer } },
            Refund = new Refund { Amount = Trader.Cny((long)(NanosOf(transaction) / 3)) },
        };
    }

    Content QuoteFor(Id16 transaction, Digest intent)
    {
        var terms = new Terms { HoldForMs = HourMs, Instant = new Instant() };
        if (CourseOf(transaction) is Course.Accepted or Course.Disputed or Course.RefundedInEscrow)
        {
            terms.Escrow = new Escrow { FulfilWithinMs = HourMs, DisputeWindowMs = HourMs, ResolveWithinMs = HourMs, Arbiter = _arbiter.Id };
        }
        var price = PriceOf(transaction);
        return new Content
        {
            Quote = new Quote
            {
                Intent = intent.ToWire(),
                Lines = { new Line { Description = "one", Quantity = 1, UnitPrice = price, Amount = price } },
                Total = price,
                ValidUntilMs = Trader.NowMs + (10 * HourMs),
                Terms = terms,
            },
        };
    }

    static Content ResolutionOf(Id16 transaction)
    {
        var toSeller = NanosOf(transaction) / 7;
        return new Content { Resolve = new Resolve { ToSeller = Trader.Cny(toSeller), ToBuyer = Trader.Cny(NanosOf(transaction) - toSeller) } };
    }

    static Google.Type.Money PriceOf(Id16 transaction) => Trader.Cny(NanosOf(transaction));

    // Odd amounts, so that thirds and sevenths have remainders.
    static long NanosOf(Id16 transaction) => 1_000_000_007 + (transaction.ToWire()[1] * 31_000_003L);
}
