using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActProtocol.Client;
using ActProtocol.Envelopes;
using ActProtocol.Ledger;
using ActProtocol.V1;

namespace ActProtocol.Tools;

/// <summary>The SDK's seller under the control hook: one kind of goods, held in a stock file, delivered by a line in a file.</summary>
sealed class HookedSeller(CancellationToken cancellationToken) : IHooked
{
    readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    Hooked? _begun;
    Counter? _counter;
    Inbox? _inbox;
    Task _selling = Task.CompletedTask;

    public async Task<JsonObject> DoAsync(string verb, JsonElement request)
    {
        switch (verb)
        {
            case "begin":
                _begun = Hooked.Begin(request);
                return [];
            case "sell":
                await SellAsync(_begun ?? throw new CannotException("not begun"), request.GetProperty("offers")[0]);
                return [];
            case "report":
                return new JsonObject { ["delivered"] = new JsonArray([.. (_counter?.Delivered ?? []).Select(id => (JsonNode)id)]) };
            case "end":
                return [];
            default:
                throw new CannotException($"a seller does not know '{verb}'");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _selling;
        }
        catch (Exception fault) when (fault is OperationCanceledException or InvalidOperationException)
        {
            // Its end is the end of the process.
        }
        _inbox?.Dispose();
        _counter?.Dispose();
        _begun?.Dispose();
        _stop.Dispose();
    }

    async Task SellAsync(Hooked begun, JsonElement offer)
    {
        var price = offer.GetProperty("price");
        var amount = new Money(
            (Int128.Parse(price.Text("units"), CultureInfo.InvariantCulture) * Money.NanosPerUnit) + price.GetProperty("nanos").GetInt32(), price.Text("currency_code"));
        _counter = new Counter(offer.Text("title"), amount, Stock.Open(begun.PathOf("stock"), offer.GetProperty("stock").GetInt32()), begun.PathOf("delivered"));
        _inbox = Inbox.Open(begun.PathOf("inbox"));
        var seller = new Seller(begun.Client, begun.Agent, _counter, _inbox);
        _selling = seller.RunAsync(_stop.Token);
        // The one that ends first says how it went.
        await await Task.WhenAny(seller.Ready, _selling);
    }

    sealed class Counter(string title, Money price, Stock stock, string delivered) : SellerHandler, IDisposable
    {
        readonly HashSet<string> _delivered = File.Exists(delivered) ? [.. File.ReadAllLines(delivered)] : [];

        /// <summary>Each delivery, as the file has it.</summary>
        public string[] Delivered => File.Exists(delivered) ? File.ReadAllLines(delivered) : [];

        public override Task<Quote?> QuoteAsync(Intent intent, Sale sale, CancellationToken cancellationToken)
        {
            var suits = intent.Budget.CurrencyCode == price.Currency && Money.FromWire(intent.Budget).Nanos >= price.Nanos && stock.Left > 0;
            return Task.FromResult(suits ? Quotes.Of(title, price, intent) : null);
        }

        public override Task<bool> HoldAsync(Sale sale, CancellationToken cancellationToken) => Task.FromResult(stock.TryHold(sale.Transaction));

        public override Task FreeAsync(Sale sale, CancellationToken cancellationToken)
        {
            stock.Free(sale.Transaction);
            return Task.CompletedTask;
        }

        public override async Task<IReadOnlyList<Evidence>?> DeliverAsync(Sale sale, CancellationToken cancellationToken)
        {
            // Once, though a record may come again: the file is what was delivered.
            if (_delivered.Add(sale.Transaction.ToString())) await File.AppendAllLinesAsync(delivered, [sale.Transaction.ToString()], cancellationToken);
            return null;
        }

        public void Dispose() => stock.Dispose();
    }
}

/// <summary>Who the hook says one is, and at which broker.</summary>
sealed class Hooked : IDisposable
{
    readonly string _data;
    readonly SigningKey _key;

    Hooked(ActClient client, ActIdentity agent, SigningKey key, string data) => (Client, Agent, _key, _data) = (client, agent, key, data);

    public ActClient Client { get; }

    public ActIdentity Agent { get; }

    public static Hooked Begin(JsonElement request)
    {
        var key = SigningKey.FromSeed(request.Hex("agent_seed"));
        var client = new ActClient(new ActClientOptions { Address = request.Text("grpc"), AnswerWithin = TimeSpan.FromSeconds(3) }, BrokerInfo.Parse(request.GetProperty("broker")));
        return new Hooked(client, new ActIdentity(request.Text("agent"), request.Text("principal"), key), key, request.Text("data"));
    }

    public string PathOf(string name) => Path.Combine(_data, name);

    public void Dispose()
    {
        Client.Dispose();
        _key.Dispose();
    }
}
