using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Journal;
using ActProtocol.Engine.Partitions;
using ActProtocol.Envelopes;
using ActProtocol.Ledger;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Engine.Transactions;

/// <summary>A buyer with 1,000 CNY and a mandate, a seller, an arbiter, on a real engine. Every step is a signed envelope.</summary>
sealed class Market : IAsyncDisposable
{
    public static readonly TimeSpan IntentLife = TimeSpan.FromHours(20);

    int _references;

    Market(Func<EngineOptions, EngineOptions>? change)
    {
        Log = new MemoryLog(World.Partitions + 1);
        World = new World(Log) { Change = change ?? (options => options) };
    }

    public MemoryLog Log { get; }

    public World World { get; }

    /// <summary>The mandate that the buyer's envelopes name.</summary>
    public Digest Mandate { get; set; }

    public static async Task<Market> OpenAsync(Func<EngineOptions, EngineOptions>? change = null)
    {
        var market = new Market(change);
        await market.World.StartAsync();
        foreach (var name in (string[])["buyer", "seller", "arbiter", "umpire"]) await market.World.EnterAsync(name);
        await market.FundAsync("buyer-owner", 1000);
        market.Mandate = await market.LodgeAsync();
        return market;
    }

    public async ValueTask DisposeAsync() => await World.Host.DisposeAsync();

    public async Task FundAsync(string owner, long units, string currency = "CNY") => Assert.NotNull((await World.SendAsync(owner, new Content
    {
        Fund = new Fund { Account = World.Id(owner), Amount = new() { CurrencyCode = currency, Units = units }, Reference = $"reference {++_references}" },
    })).Accepted);

    /// <summary>Lodges a mandate of the buyer's owner for the buyer: any seller, any amount of CNY, for 60 days.</summary>
    public async Task<Digest> LodgeAsync(Action<Mandate>? change = null, string agent = "buyer")
    {
        var envelope = World.Seal($"{agent}-owner", MandateFor(agent, change));
        Assert.NotNull((await World.SendAsync(envelope)).Accepted);
        return SignedBytes.DigestOf(envelope.Content.Span);
    }

    public Content MandateFor(string agent, Action<Mandate>? change = null)
    {
        var mandate = new Mandate
        {
            Agent = World.Id(agent),
            AgentKey = World.KeyOf(agent).PublicKey.Thumbprint.ToWire(),
            Account = World.Id($"{agent}-owner"),
            Limits = { new CurrencyLimit { Currency = "CNY" } },
            ValidUntilMs = World.NowMs + (60L * 24 * 3_600_000),
        };
        change?.Invoke(mandate);
        return new Content { Mandate = mandate };
    }

    /// <summary>An intent of the buyer's, as its software would write it.</summary>
    public Content IntentTo(params string[] sellers)
    {
        var content = new Content
        {
            Header = new Header { Mandate = Mandate.ToWire() },
            Intent = new Intent { Budget = Steps.Cny(900), ExpiresAtMs = World.NowMs + (long)IntentLife.TotalMilliseconds, Arbiters = { World.Id("arbiter") } },
        };
        content.Header.Recipients.AddRange(sellers.Select(World.Id));
        return content;
    }

    public async Task<Deal> IntendAsync(Action<Content>? change = null) => (await IntendAsync(["seller"], change))[0];

    public async Task<IReadOnlyList<Deal>> IntendAsync(string[] sellers, Action<Content>? change = null, string buyer = "buyer")
    {
        var content = IntentTo(sellers);
        change?.Invoke(content);
        var envelope = World.Seal(buyer, content);
        var accepted = (await World.SendAsync(envelope)).Accepted;
        Assert.NotNull(accepted);
        var digest = SignedBytes.DigestOf(envelope.Content.Span);
        return [.. accepted.Transactions.Select(opened => new Deal
        {
            Id = opened.TransactionId,
            IntentId = digest,
            Intent = content.Intent,
            Revision = digest,
            LastOfBuyer = digest,
            Mandate = Digest.FromWire(content.Header.Mandate),
            Buyer = buyer,
            Seller = opened.Seller[(opened.Seller.LastIndexOf('/') + 1)..],
            Last = envelope,
        })];
    }

    /// <summary>Signs a step of the role's; <paramref name="change"/> comes before the signature.</summary>
    public Envelope Write(Deal deal, Role by, Content content, Action<Content>? change = null)
    {
        content.Header = deal.HeaderFor(by);
        var filled = World.Fill(deal.NameOf(by), content, deal.Home);
        change?.Invoke(filled);
        return Sealing.Seal(filled, World.KeyOf(deal.NameOf(by)));
    }

    public async Task<Outcome> TryAsync(Deal deal, Role by, Content content, Action<Content>? change = null)
    {
        var envelope = deal.Last = Write(deal, by, content, change);
        var outcome = await TryAsync(envelope);
        if (outcome.Accepted is not null) deal.Took(by, envelope, content);
        return outcome;
    }

    public Task<Outcome> TryAsync(Deal deal, Role by, StepKind step) => TryAsync(deal, by, Steps.Of(step, deal));

    public async Task<Outcome> TryAsync(Envelope envelope)
    {
        var (decision, refused) = await World.TrySendAsync(envelope);
        return new Outcome(decision, refused);
    }

    public async Task<Accepted> DoAsync(Deal deal, Role by, Content content)
    {
        var outcome = await TryAsync(deal, by, content);
        return outcome.Accepted ?? throw new InvalidOperationException($"{by} {content.BodyCase}: {outcome.Refusal}");
    }

    public Task<Accepted> DoAsync(Deal deal, Role by, StepKind step) => DoAsync(deal, by, Steps.Of(step, deal));

    /// <summary>A new transaction in a state, by the shortest way; escrow terms, so that all of them can be reached.</summary>
    public async Task<Deal> BringAsync(TransactionState state, Escrow? escrow = null, Action<Content>? quote = null)
    {
        var approval = state is AwaitingApproval or Denied;
        var mandate = approval ? await LodgeAsync(terms => terms.Limits[0].ApprovalAbove = Steps.Cny(1)) : Mandate;
        var deal = await IntendAsync(intent => intent.Header.Mandate = mandate.ToWire());
        if (state is TransactionState.Open) return deal;
        if (state is Cancelled) return await AfterAsync(deal, Role.Buyer, StepKind.Cancel);
        if (state is Declined) return await AfterAsync(deal, Role.Seller, StepKind.Decline);

        var offer = Steps.Quote(deal, Steps.Price, escrow ?? Steps.Escrow);
        quote?.Invoke(offer);
        await DoAsync(deal, Role.Seller, offer);
        if (state is Quoted) return deal;
        if (state is Expired)
        {
            await World.PassAsync(IntentLife);
            return deal;
        }

        await DoAsync(deal, Role.Buyer, StepKind.Lock);
        if (state is Denied) await DoAsync(deal, Role.Principal, StepKind.Deny);
        if (state is Released) await DoAsync(deal, Role.Seller, StepKind.Decline);
        if (state is AwaitingApproval or Denied or Released or Locked) return deal;

        await DoAsync(deal, Role.Seller, StepKind.Confirm);
        if (state is Confirmed) return deal;
        await DoAsync(deal, Role.Buyer, StepKind.Commit);
        if (state is Committed) return deal;
        if (state is Refunded) return await AfterAsync(deal, Role.Seller, StepKind.Refund);
        await DoAsync(deal, Role.Seller, StepKind.Fulfil);
        if (state is Fulfilled) return deal;
        await DoAsync(deal, Role.Buyer, state is Disputed ? StepKind.Dispute : StepKind.Accept);
        await World.TransfersAsync();
        return state is Disputed or Settled ? deal : throw new ArgumentOutOfRangeException(nameof(state), state, "Refunding passes within an append or two: see TogetherAsync.");
    }

    /// <summary>A transaction that was committed on instant terms, and so is settled.</summary>
    public async Task<Deal> BoughtAsync(long units = Steps.Price, Action<Content>? quote = null)
    {
        var deal = await IntendAsync();
        var offer = Steps.Quote(deal, units);
        quote?.Invoke(offer);
        await DoAsync(deal, Role.Seller, offer);
        await DoAsync(deal, Role.Buyer, StepKind.Lock);
        await DoAsync(deal, Role.Seller, StepKind.Confirm);
        await DoAsync(deal, Role.Buyer, StepKind.Commit);
        await World.TransfersAsync();
        return deal;
    }

    async Task<Deal> AfterAsync(Deal deal, Role by, StepKind step)
    {
        await DoAsync(deal, by, step);
        return deal;
    }

    /// <summary>Has envelopes decided one after the other in one append, with nothing in between.</summary>
    public Task<Outcome[]> TogetherAsync(params Envelope[] envelopes) => TogetherAsync(TimeSpan.Zero, envelopes);

    /// <param name="pass">Time that passes before any of them, and that the broker has no chance to notice on its own.</param>
    public async Task<Outcome[]> TogetherAsync(TimeSpan pass, params Envelope[] envelopes)
    {
        using var hanging = Log.HangNext();
        var held = FundAsync("umpire-owner", 1);
        // What comes while an append is under way is decided together after it.
        await hanging.Reached;
        World.Time.Advance(pass);
        Task<Outcome>[] answers = [.. envelopes.Select(TryAsync)];
        hanging.Release();
        await held;
        return await Task.WhenAll(answers);
    }

    /// <summary>Records of all partitions and the directory.</summary>
    public async Task<long> RecordsAsync()
    {
        var records = 0L;
        for (var index = 0; index <= World.Partitions; index++) records += (await Log.TailAsync(index, TestContext.Current.CancellationToken)).Next - 1;
        return records;
    }

    public async Task<TransactionState> StateAsync(Deal deal) => (await World.AskAsync(
        deal.Buyer, new Ask { Transaction = new AskTransaction { TransactionId = deal.Id } }, deal.Home)).Answer!.Transaction.State;

    /// <summary>Available and held, in CNY: "700.00 / 300.00".</summary>
    public async Task<string> MoneyAsync(string owner)
    {
        var balance = (await World.AccountAsync(owner)).Balances.SingleOrDefault(item => item.Available.CurrencyCode == "CNY");
        return balance is null ? "0.00 / 0.00" : $"{Text(balance.Available)} / {Text(balance.Held)}";

        static string Text(Google.Type.Money money) => Money.FromWire(money).ToString()[..^4];
    }

    /// <summary>Reads the journal again from its beginning, and through a snapshot at every record: the same state to the byte, and books that balance.</summary>
    public async Task AssertReplaysAsync() => await Replays.AssertAsync(Log);
}
