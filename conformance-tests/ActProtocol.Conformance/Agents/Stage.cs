using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Runs;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Agents;

/// <summary>
/// The broker, the directory and the wallet that one agent meets, in one scenario: made of the specification's pages and its table, and of no code that a broker runs. It
/// decides what an honest broker would, unless the case said otherwise, and keeps everything.
/// </summary>
/// <remarks>One lock for all of it: an agent is slower than this.</remarks>
sealed partial class Stage
{
    /// <summary>The authority under which everybody on a stage is named.</summary>
    public const string Authority = "local";

    readonly System.Threading.Lock _lock = new();
    readonly TimeProvider _time;
    readonly Waits _waits;
    readonly CancellationToken _cancellationToken;
    readonly Dictionary<string, StageTransaction> _transactions = [];
    readonly Dictionary<(string Transaction, string Sender, string Message), (ByteString Content, StageReply Reply)> _answers = [];
    readonly List<StageRecord> _records = [];
    readonly List<(Func<Content, bool> When, Reaction Reaction)> _reactions = [];
    readonly List<StageStep> _steps = [];
    readonly HashSet<string> _revoked = [];
    TaskCompletionSource _pulse = new(TaskCreationOptions.RunContinuationsAsynchronously);
    byte[] _chain = new byte[32];
    int _named;

    public Stage(Seeded random, Transcript transcript, UnkindScript unkind, Waits waits, TimeProvider time, CancellationToken cancellationToken)
    {
        (Random, Transcript, Unkind, _waits, _time, _cancellationToken) = (random, transcript, unkind, waits, time, cancellationToken);
        (ReceiptKey, ChallengeKey, RetiredKey) = (NewKey("receipt"), NewKey("challenge"), NewKey("retired"));
        Proofs = new StageProofs(Id, ReceiptKey, random.Of("proofs"));
        Observer = new Observer(this);
    }

    public static string Id => $"act://{Authority}/broker";

    public Seeded Random { get; }

    public Transcript Transcript { get; }

    public UnkindScript Unkind { get; }

    public KeyPair ReceiptKey { get; }

    public KeyPair ChallengeKey { get; }

    /// <summary>Signed challenges once; still published (DIR-18).</summary>
    public KeyPair RetiredKey { get; }

    public StageProofs Proofs { get; }

    /// <summary>What was wrong with what the subject sent.</summary>
    public Observer Observer { get; }

    /// <summary>Locks above it wait for the principal.</summary>
    public Int128? ApprovalAbove { get; set; }

    public long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>What the subject sent, in the order in which it came, sent again or not.</summary>
    public IReadOnlyList<StageStep> Steps
    {
        get
        {
            lock (_lock) return [.. _steps];
        }
    }

    public IReadOnlyList<StageRecord> Records
    {
        get
        {
            lock (_lock) return [.. _records];
        }
    }

    public IReadOnlyList<StageTransaction> Transactions
    {
        get
        {
            lock (_lock) return [.. _transactions.Values];
        }
    }

    /// <summary>Somebody of the suite's, in the directory.</summary>
    public Party NewParty(string role, Party? principal = null)
    {
        var name = $"{role}-{Interlocked.Increment(ref _named)}";
        var party = new Party($"act://{Authority}/{name}", NewKey($"party/{name}"), principal);
        Enter(party);
        return party;
    }

    /// <summary>What is to happen to the next step that fits, once.</summary>
    public void React(Func<Content, bool> when, Reaction reaction)
    {
        lock (_lock) _reactions.Add((when, reaction));
    }

    public void ReactNoMore()
    {
        lock (_lock) _reactions.Clear();
    }

    public void React(StepKind step, Reaction reaction) => React(content => StageTable.KindOf(content) == step, reaction);

    /// <summary>A step of one of the suite's own parties: decided at once, and delivered to the subject.</summary>
    public StageRecord Act(Party party, IMessage body, StageTransaction? transaction = null, Action<Content>? change = null, Func<Envelope, Envelope>? envelope = null)
    {
        var content = Draft(party, body, transaction);
        change?.Invoke(content);
        var bytes = Encoding is { } encode ? encode(content) : Exact ? content.ToByteString() : StageUnkindness.Encode(content, Unkind);
        var sealedBytes = BrokerScenario.Seal(party, bytes);
        Transcript.Add(sent: true, $"{party.Name} says {content.BodyCase}", Envelope.Descriptor.FullName, sealedBytes.ToByteArray());
        lock (_lock)
        {
            var reply = Decide(sealedBytes, content, envelope);
            return reply.IsAccepted ? _records.Last(record => record.Content is not null && record.Content.Header.MessageId == content.Header.MessageId)
                : throw new InvalidOperationException($"The stage refuses its own {content.BodyCase}: {reply.Refusal}");
        }
    }

    /// <summary>How content of the suite's parties is written, for cases that are about that; null: canonically.</summary>
    public Func<Content, ByteString>? Encoding { get; set; }

    /// <summary>The bytes are left as they are, whatever the level.</summary>
    public bool Exact { get; init; }

    /// <summary>A step of the broker's own: the end of a lock by itself, a release, a settlement.</summary>
    public StageRecord ActSelf(StageTransaction transaction, StepKind step)
    {
        lock (_lock)
        {
            transaction.State = StageTable.Next(transaction.State, Role.Broker, step) ?? throw new InvalidOperationException($"No {step} in {transaction.State}.");
            var record = Add(null, new BrokerStep { Kind = step, TransactionId = ByteString.CopyFrom(transaction.Id) }, AcceptedOf(transaction, step), transaction);
            Mail(record, transaction.Buyer);
            Mail(record, transaction.Seller);
            return record;
        }
    }

    /// <summary>The principal ends the mandate: what it held is released (MAN-07), and its agent is told.</summary>
    public void Revoke(Party owner, Party agent, byte[] mandate)
    {
        Act(owner, new RevokeMandate { Mandate = ByteString.CopyFrom(mandate) }, change: content => content.Header.Home = owner.Home);
        lock (_lock)
        {
            _revoked.Add(Convert.ToHexStringLower(mandate));
            Mail(_records[^1], agent.Id);
            foreach (var transaction in _transactions.Values.Where(one => one.Mandate.Span.SequenceEqual(mandate) && StageTable.Next(one.State, Role.Broker, StepKind.Release) is not null)) ActSelf(transaction, StepKind.Release);
        }
    }

    public StageTransaction TransactionOf(byte[] id)
    {
        lock (_lock) return _transactions[Convert.ToHexStringLower(id)];
    }

    /// <summary>Waits until <paramref name="look"/> sees something.</summary>
    /// <exception cref="CheckFailedException">It did not within the limit.</exception>
    public async Task<T> UntilAsync<T>(string what, Func<T?> look, TimeSpan? within = null) where T : class
    {
        var most = within ?? _waits.DeliverMax;
        using var late = new CancellationTokenSource(most, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _cancellationToken);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (look() is { } seen) return seen;
                changed = _pulse.Task;
            }
            try
            {
                await changed.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!_cancellationToken.IsCancellationRequested)
            {
                throw Expectations.Failed(what, $"it within {most.TotalSeconds:0.#} s", Observer.First is { } fault ? $"nothing; but it sent what {fault}" : "nothing");
            }
        }
    }

    /// <summary>Whether it was seen so soon; what must not happen is given so much time to.</summary>
    public async Task<bool> SeenAsync(Func<bool> look, TimeSpan within)
    {
        try
        {
            await UntilAsync("", () => look() ? "" : null, within);
            return true;
        }
        catch (CheckFailedException)
        {
            return false;
        }
    }

    /// <summary>The n-th accepted record of this kind in the transaction.</summary>
    public Task<StageRecord> RecordAsync(StageTransaction transaction, StepKind step, int count = 1) => UntilAsync(
        $"a {step} of the subject's", () => _records.Where(record => record.Transaction == transaction.Hex && record.Step == step && record.IsAccepted).Skip(count - 1).FirstOrDefault());

    /// <summary>Wakes who waits.</summary>
    public void Pulse()
    {
        lock (_lock)
        {
            _pulse.TrySetResult();
            _pulse = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    KeyPair NewKey(string name) => new(Random.Of($"key/{name}").Bytes(32));

    Content Draft(Party party, IMessage body, StageTransaction? transaction)
    {
        var content = new Content
        {
            Header = new Header
            {
                VersionMajor = 1,
                MessageId = ByteString.CopyFrom(Random.Bytes(16)),
                Sender = party.Id,
                Broker = Id,
                SentAtMs = NowMs,
                ExpiresAtMs = NowMs + 600_000,
                Home = transaction?.Home ?? party.Home,
            },
        }.With(body);
        if (transaction is null) return content;
        var isBuyer = party.Id == transaction.Buyer;
        content.Header.TransactionId = ByteString.CopyFrom(transaction.Id);
        content.Header.Recipients.Add(isBuyer ? transaction.Seller : transaction.Buyer);
        content.Header.Follows = ByteString.CopyFrom(isBuyer ? transaction.LastOfSeller : transaction.LastOfBuyer);
        if (isBuyer) content.Header.Mandate = transaction.Mandate;
        return content;
    }
}

/// <summary>Something that the subject sent.</summary>
/// <param name="At">Since the scenario began.</param>
sealed record StageStep(TimeSpan At, Content Content, ByteString Bytes, byte[] Digest, StageReply Reply)
{
    public StepKind Kind => StageTable.KindOf(Content);

    public string MessageId { get; } = Convert.ToHexStringLower(Content.Header.MessageId.Span);

    public string Transaction { get; } = Convert.ToHexStringLower(Content.Header.TransactionId.Span);
}
