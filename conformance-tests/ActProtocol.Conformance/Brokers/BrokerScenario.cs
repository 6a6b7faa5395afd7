using System.Collections.Immutable;
using System.Globalization;
using ActProtocol.Conformance.Runs;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ActProtocol.Conformance.Brokers;

/// <summary>
/// One scenario against a broker: principals, agents and accounts of its own, all that went back and forth, and what is expected of it. Scenarios share nothing, so that
/// they run beside each other.
/// </summary>
sealed class BrokerScenario(BrokerTarget target, RunIdentity run, string checkId, int unkind, TimeProvider time, CancellationToken cancellationToken)
{
    readonly Controls _controls = new();
    readonly System.Threading.Lock _noting = new();
    readonly List<Sale> _sales = [];
    readonly HashSet<string> _onStreams = [];
    readonly Seeded _asks = new(run.Seed, $"{checkId}/asks");
    readonly System.Threading.Lock _lock = new();
    ImmutableArray<Party> _parties = [];
    int _named;

    public BrokerTarget Target => target;

    public TimeProvider Time => time;

    public CancellationToken CancellationToken => cancellationToken;

    public Transcript Transcript { get; } = new(time);

    /// <summary>Of this scenario alone.</summary>
    public Seeded Random { get; } = new(run.Seed, checkId);

    /// <summary>What is done to the broker beside what the case is about.</summary>
    public UnkindScript Script { get; } = new(unkind, new Seeded(run.Seed, checkId));

    /// <summary>Of the run: what must not have been there before carries it.</summary>
    public string Nonce => run.Nonce;

    public Controls Controls => _controls;

    public History History { get; } = new();

    public IReadOnlyList<Sale> Sales => _sales;

    public IReadOnlyList<Party> Parties => _parties;

    public long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>A name and keys that nobody has had; not yet in the directory.</summary>
    public Party NewParty(string role, Party? principal = null)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{role}-{run.Nonce}-{Random.Number(1 << 30):x}-{++_named}");
        // The run's nonce is in the key, so that a seed that is used again makes other keys.
        return new Party($"act://{target.Discovery.Authority}/{name}", new KeyPair(Random.Of($"key/{run.Nonce}/{_named}").Bytes(32)), principal);
    }

    public async Task<Party> PrincipalAsync(string role)
    {
        var party = NewParty(role);
        await EnterAsync(party, Registration(party));
        return party;
    }

    public async Task<Party> AgentAsync(string role, Party principal, Listing? listing = null)
    {
        var party = NewParty(role, principal);
        var body = Registration(party);
        body.Listing = listing;
        await EnterAsync(party, body, principal);
        return party;
    }

    /// <summary>A principal that all scenarios of a run share, for cases at the door that change nothing but its listing: so many need one that a broker's bound of
    /// registrations would be in the way.</summary>
    public async Task<Party> AnybodyAsync()
    {
        var anybody = await target.AnybodyAsync(() => PrincipalAsync("anybody"));
        lock (_lock)
        {
            if (!_parties.Contains(anybody)) _parties = _parties.Add(anybody);
            // Scenarios would take it over from each other's streams.
            _onStreams.Add(anybody.Id);
        }
        return anybody;
    }

    public static Register Registration(Party party) => new()
    {
        Kind = party.Principal is null ? EntryKind.Principal : EntryKind.Agent,
        SigningKey = ByteString.CopyFrom(party.Key.Public),
        SealingKey = ByteString.CopyFrom(party.Key.Public),
        Principal = party.Principal?.Id ?? "",
    };

    /// <summary>Money for a principal's account: by the operator or the hook that the config has, else, where it is play money, by the principal's own word.</summary>
    public async Task FundAsync(Party principal, Google.Type.Money amount)
    {
        var fund = this.NewFund(principal, amount);
        if (target.Operator is { } @operator) await BuildAsync(Seal(@operator, Draft(@operator, fund, principal)));
        else if (target.Hooks?.Has(IBrokerHooks.Fund) is true)
        {
            await target.Hooks.FundAsync(principal.Id, amount, fund.Reference, CancellationToken);
            History.Provided(principal, amount);
        }
        else if (target.Discovery.Play) await BuildAsync(Seal(principal, fund));
        else throw new UntestedException("The broker's money is real, and the config does not say how accounts are funded ('provision').");
    }

    // What an operator signs about an account goes to that account's home.
    Content Draft(Party sender, IMessage body, Party about)
    {
        var draft = Draft(sender, body);
        draft.Header.Home = about.Home;
        return draft;
    }

    /// <summary>The digest of the mandate.</summary>
    public async Task<byte[]> MandateAsync(Party agent, Action<Mandate>? change = null)
    {
        var mandate = new Mandate
        {
            Agent = agent.Id,
            AgentKey = ByteString.CopyFrom(agent.Key.Thumbprint),
            Account = agent.Owner.Id,
            Limits = { new CurrencyLimit { Currency = Xts.Code } },
            ValidUntilMs = NowMs + 86_400_000,
        };
        change?.Invoke(mandate);
        var envelope = Seal(agent.Owner, mandate);
        await BuildAsync(envelope);
        return Tags.Digest(envelope.Content.Span);
    }

    /// <summary>A buyer with <paramref name="funds"/> (1,000 XTS) under a mandate, and a seller, each of a principal of its own.</summary>
    public async Task<Sale> SaleAsync(Google.Type.Money? funds = null, Action<Mandate>? mandate = null)
    {
        var owner = await PrincipalAsync("owner");
        var buyer = await AgentAsync("buyer", owner);
        var seller = await AgentAsync("seller", await PrincipalAsync("firm"), new Listing { Title = "Goods for tests" });
        await FundAsync(owner, funds ?? Xts.Of(1000));
        return Track(new Sale(this, buyer, seller, await MandateAsync(buyer, mandate)));
    }

    /// <summary>The same under escrow, with an arbiter of a third principal.</summary>
    public async Task<Sale> EscrowSaleAsync(Google.Type.Money? funds = null, Action<Mandate>? mandate = null)
    {
        var arbiter = await AgentAsync("arbiter", await PrincipalAsync("court"));
        return Another(await SaleAsync(funds, mandate), arbiter: arbiter);
    }

    /// <summary>A sale in which every lock waits for the principal's approval.</summary>
    public Task<Sale> ApprovalSaleAsync(Action<Mandate>? mandate = null) => SaleAsync(mandate: each =>
    {
        each.Limits[0].ApprovalAbove = Xts.Of(0);
        mandate?.Invoke(each);
    });

    /// <summary>A further sale of the same buyer under the same mandate, with the same seller unless another is named.</summary>
    public Sale Another(Sale sale, Party? seller = null, Party? arbiter = null) =>
        Track(new Sale(this, sale.Buyer, seller ?? sale.Seller, sale.Mandate) { Arbiter = arbiter ?? sale.Arbiter });

    /// <summary>A seller of a principal of its own.</summary>
    public async Task<Party> SellerAsync(Listing? listing = null) => await AgentAsync("seller", await PrincipalAsync("firm"), listing ?? new Listing { Title = "Goods for tests" });

    /// <summary>A further sale of the same buyer, with another seller or another intent.</summary>
    public Sale Track(Sale sale)
    {
        _sales.Add(sale);
        return sale;
    }

    /// <summary>Content as an honest sender writes it, outside a transaction.</summary>
    public Content Draft(Party sender, IMessage body) => new Content
    {
        Header = new Header
        {
            VersionMajor = 1,
            MessageId = ByteString.CopyFrom(Random.Bytes(16)),
            Sender = sender.Id,
            Broker = target.Id,
            SentAtMs = NowMs,
            ExpiresAtMs = NowMs + 600_000,
            Home = sender.Home,
        },
    }.With(body);

    public Envelope Seal(Party sender, IMessage body, params Party[] alsoSigning) => SealUnkindly(sender, Draft(sender, body), alsoSigning);

    /// <summary>Seals content in bytes that the script draws, if it does: an honest sender may write them.</summary>
    public Envelope SealUnkindly(Party sender, Content content, params Party[] alsoSigning)
    {
        if (Script.Level == 0) return Seal(sender, content, alsoSigning);
        var (step, random) = Script.Next();
        if (UnkindScript.IsLeftOut(step)) return Seal(sender, content, alsoSigning);
        var (bytes, acts) = UnkindContent.Of(content, random);
        if (acts.Count > 0) Script.Note(step, $"{content.BodyCase} with {string.Join(", ", acts)}");
        return Seal(sender, bytes, alsoSigning);
    }

    public static Envelope Seal(Party sender, Content content, params Party[] alsoSigning) => Seal(sender, content.ToByteString(), alsoSigning);

    public static Envelope Seal(Party sender, ByteString content, params Party[] alsoSigning)
    {
        var envelope = new Envelope { Content = content };
        envelope.Signatures.AddRange(alsoSigning.Prepend(sender).Select(by => by.Key.SignContent(content)));
        return envelope;
    }

    /// <summary>Sends it, by the unary call or as the script has it, and says what came. Fails by itself only when the broker contradicts itself over one envelope.</summary>
    public async Task<Outcome> SendAsync(Envelope envelope) =>
        Note(envelope, Script.Level == 0 ? await SendUnaryAsync(envelope) : await new UnkindSender(this, Script).SendAsync(envelope));

    /// <summary>By the unary call and no other way, once; never fails by itself.</summary>
    public async Task<Outcome> SendUnaryAsync(Envelope envelope, BrokerService.BrokerServiceClient? over = null)
    {
        Transcript.Add(sent: true, $"Send {Bodies.NameOf(envelope.Content)}", Envelope.Descriptor.FullName, envelope.ToByteArray());
        try
        {
            var answer = await (over ?? target.Broker).SendAsync(new SendRequest { Envelope = envelope }, Options());
            Transcript.Add(sent: false, "accepted", Decision.Descriptor.FullName, answer.Decision?.ToByteArray() ?? []);
            return answer.Decision?.Accepted is null ? new Outcome.Broken("an answer without an acceptance") : new Outcome.Taken(answer.Decision);
        }
        catch (RpcException fault)
        {
            return Refusal(fault);
        }
    }

    /// <summary>A signed question of a party's own.</summary>
    public async Task<(AskResponse? Answer, Outcome.Refused? Refused)> AskAsync(Party who, Ask ask, uint? home = null)
    {
        var draft = Draft(who, ask);
        draft.Header.Home = home ?? who.Home;
        var envelope = Seal(who, draft);
        // Drawn apart from the script: questions are none of its steps, which would be others with each look.
        var outcome = Script.Level > 0 && _asks.Number(4) == 0 ? await this.AskJsonAsync(envelope) : await this.AskUnaryAsync(envelope);
        return outcome switch
        {
            Outcome.Answered { Answer: AskResponse answer } => (answer, null),
            Outcome.Refused refused => (null, refused),
            _ => throw new CheckFailedException(new Finding($"Ask {ask.QuestionCase}", "an answer or a refusal", outcome.ToString())),
        };
    }

    public CallOptions Options() => new(deadline: time.GetUtcNow().UtcDateTime + target.Waits.AnswerMax, cancellationToken: cancellationToken);

    /// <summary>What the error of a call says; a broken transport is no refusal.</summary>
    public Outcome Refusal(RpcException fault)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (fault.StatusCode is StatusCode.Unavailable && fault.InnerException is not null && fault.Trailers.Count == 0) throw new SubjectGoneException($"The broker can't be reached: {fault.Status.Detail}", fault);
        // The protocol has refusals of this status too: those come with details.
        if (fault.StatusCode is StatusCode.DeadlineExceeded && fault.GetRpcStatus() is null) return new Outcome.Broken($"no answer in {target.Waits.AnswerMax.TotalSeconds:0.#} s");
        var status = fault.GetRpcStatus();
        Transcript.Add(sent: false, $"refused: {fault.StatusCode}", Google.Rpc.Status.Descriptor.FullName, status?.ToByteArray() ?? []);
        if (status is null) return new Outcome.Broken($"{fault.StatusCode} without details ({fault.Status.Detail})");
        return status.Code == (int)fault.StatusCode ? new Outcome.Refused(status) : new Outcome.Broken($"{fault.StatusCode} with a status that says {(StatusCode)status.Code}");
    }

    /// <summary>That a case has a stream of its own for the party: no other is opened for it, which would take it over (NET-05).</summary>
    internal void OnStream(Party party)
    {
        lock (_lock) _onStreams.Add(party.Id);
    }

    internal bool IsOnStream(Party party)
    {
        lock (_lock) return _onStreams.Contains(party.Id);
    }

    internal Outcome Note(Envelope envelope, Outcome outcome)
    {
        _controls.Note(envelope, outcome);
        lock (_noting)
        {
            if (!History.Note(envelope, outcome) || outcome is not Outcome.Taken taken) return outcome;
            foreach (var sale in _sales) sale.Note(envelope, taken);
        }
        return outcome;
    }

    async Task EnterAsync(Party party, Register body, params Party[] alsoSigning)
    {
        // Where a broker bounds registrations, it says how long to wait; that is no fault, and no reason to fail a case.
        var envelope = Seal(party, body, alsoSigning);
        for (var waited = TimeSpan.Zero; ;)
        {
            var outcome = await SendAsync(envelope);
            if (outcome is Outcome.Refused { Code: "quota_exceeded", Retry: { } retry } && waited < RegistrationWaitMax)
            {
                var wait = TimeSpan.FromMilliseconds(Math.Clamp(retry.RetryDelay.ToTimeSpan().TotalMilliseconds, 10, 5000));
                waited += wait;
                await Task.Delay(wait, time, cancellationToken);
                continue;
            }
            if (outcome is not Outcome.Taken) throw new UntestedException($"{party.Name} could not be registered: {outcome}");
            lock (_lock) _parties = _parties.Add(party);
            return;
        }
    }

    /// <summary>Sends what the case builds upon, and is not about: when that is not accepted, the case is untested.</summary>
    public async Task<Outcome.Taken> BuildAsync(Envelope envelope)
    {
        var outcome = await SendAsync(envelope);
        return outcome as Outcome.Taken ?? throw new UntestedException($"What the case builds upon failed: {Bodies.NameOf(envelope.Content)}: {outcome}");
    }

    /// <summary>How long one registration is tried again while the broker asks to wait.</summary>
    static readonly TimeSpan RegistrationWaitMax = TimeSpan.FromMinutes(2);
}
