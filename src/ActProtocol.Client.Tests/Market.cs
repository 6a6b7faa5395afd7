using ActProtocol.Envelopes;
using ActProtocol.Ledger;
using ActProtocol.V1;

namespace ActProtocol.Client;

/// <summary>A buyer with money and a mandate, and a seller that sells one thing at 30 CNY, both fresh.</summary>
sealed class Market : IAsyncDisposable
{
    public const string Price = "30 CNY";

    static int _count;

    readonly CancellationTokenSource _stop = new();
    Task _selling = Task.CompletedTask;

    Market(RunningBroker broker, ActClient client) => (Broker, Client) = (broker, client);

    public RunningBroker Broker { get; }

    /// <summary>A client without anything in between.</summary>
    public ActClient Client { get; }

    public ActIdentity Owner { get; private set; } = null!;

    public ActIdentity Agent { get; private set; } = null!;

    public ActIdentity SellerOwner { get; private set; } = null!;

    public ActIdentity SellerAgent { get; private set; } = null!;

    public Digest Mandate { get; private set; }

    public string Folder { get; } = Folders.New(fast: true);

    public static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <param name="handler">What the seller decides; a plain one when left out.</param>
    public static async Task<Market> OpenAsync(RunningBroker broker, SellerHandler? handler = null, bool selling = true)
    {
        var market = new Market(broker, new ActClient(broker.Grpc, broker.Info));
        var name = $"m{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";
        (market.Owner, market.Agent) = market.Party($"{name}-buyer");
        (market.SellerOwner, market.SellerAgent) = market.Party($"{name}-seller");
        await market.Client.RegisterAsync(market.Owner, market.Agent, Cancelled);
        await market.Client.RegisterAsync(market.SellerOwner, market.SellerAgent, Cancelled);
        await market.Client.FundAsync(market.Owner, Cny("1000000 CNY"), $"start {name}", Cancelled);
        market.Mandate = await market.Client.AllowAsync(market.Owner, market.Agent, Cny("1000000 CNY"), TimeSpan.FromDays(1), Cancelled);
        if (selling) await market.SellAsync(handler ?? new Plain());
        return market;
    }

    public static Money Cny(string text) => Money.TryParse(text, out var money, out var error) ? money : throw new FormatException(error);

    public static Intent Intent(string budget = "100 CNY") => new()
    {
        Words = "One of the usual.",
        Budget = Cny(budget).ToWire(),
        ExpiresAtMs = TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds(),
    };

    public static Quote Quote(string price = Price) => new()
    {
        Lines = { new Line { Description = "The usual", Quantity = 1, UnitPrice = Cny(price).ToWire(), Amount = Cny(price).ToWire() } },
        Total = Cny(price).ToWire(),
        ValidUntilMs = TimeProvider.System.GetUtcNow().AddMinutes(30).ToUnixTimeMilliseconds(),
        Terms = new Terms { Instant = new Instant(), HoldForMs = 600_000 },
    };

    public PurchaseOrder Order => new(Intent()) { Sellers = [SellerAgent.Id] };

    public Buyer Buyer(ActClient? client = null) => new(client ?? Client, Agent, Mandate) { Purchases = Path.Combine(Folder, "purchases") };

    public async Task SellAsync(SellerHandler handler)
    {
        var seller = new Seller(Client, SellerAgent, handler);
        _selling = seller.RunAsync(_stop.Token);
        await (await Task.WhenAny(seller.Ready, _selling));
    }

    /// <summary>What the buyer's principal has spent, as its account says.</summary>
    public async Task<Money> SpentAsync()
    {
        var answer = await Client.AskAsync(new Ask { Account = new AskAccount { Account = Owner.Id } }, Owner, Cancelled);
        var balance = answer.Account.Balances.Single();
        Assert.Equal(0, Money.FromWire(balance.Held).Nanos);
        return Cny("1000000 CNY") - Money.FromWire(balance.Available);
    }

    /// <summary>What the records of the purchase's transactions say: commits taken.</summary>
    public async Task<int> CommitsAsync(Mail bought)
    {
        var transaction = Id16.FromWire(bought.Content?.Header.TransactionId ?? bought.Record.Step.TransactionId);
        var records = await Client.TransactionAsync(transaction, 0, Agent, Agent.Home, Cancelled);
        return records.Count(record => record is { Step: StepKind.Commit, Refused: null });
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _selling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Client.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    (ActIdentity Owner, ActIdentity Agent) Party(string name)
    {
        var owner = ActId.Of("local", $"{name}-owner");
        var id = ActId.Of("local", name);
        return (ActIdentity.LoadOrCreate(Path.Combine(Folder, $"{name}-owner.json"), owner, owner), ActIdentity.LoadOrCreate(Path.Combine(Folder, $"{name}.json"), id, owner));
    }

    /// <summary>Offers its one thing, and always has it.</summary>
    public sealed class Plain : SellerHandler
    {
        public override Task<Quote?> QuoteAsync(Intent intent, Sale sale, CancellationToken cancellationToken) => Task.FromResult<Quote?>(Quote());

        public override Task<bool> HoldAsync(Sale sale, CancellationToken cancellationToken) => Task.FromResult(true);
    }
}
