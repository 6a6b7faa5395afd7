using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActProtocol.Client;
using ActProtocol.Envelopes;
using ActProtocol.Ledger;
using ActProtocol.V1;

namespace ActProtocol.Tools;

/// <summary>The SDK's buyer under the control hook: each order is a purchase that its owner drives.</summary>
sealed class HookedBuyer(CancellationToken cancellationToken) : IHooked
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    readonly ConcurrentDictionary<string, Order> _orders = [];
    readonly ConcurrentDictionary<Digest, TaskCompletionSource> _locks = [];
    readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    Hooked? _begun;
    Buyer? _buyer;

    public async Task<JsonObject> DoAsync(string verb, JsonElement request)
    {
        switch (verb)
        {
            case "begin":
                Begin(request);
                return [];
            case "want":
                await WantAsync(request);
                return [];
            case "lock":
                await OrderOf(request).LockAsync(new Digest(request.Hex("quote")));
                return [];
            case "commit":
                await OrderOf(request).CommitAsync();
                return [];
            case "cancel":
                await CancelAsync(OrderOf(request));
                return [];
            case "dispute":
                (await _buyer!.DisputeAsync(OrderOf(request).Bought ?? throw new CannotException("nothing was bought"), request.Text("reason"), [], _stop.Token)).OrThrow();
                return [];
            case "report":
                return new JsonObject { ["paid"] = new JsonArray([.. _orders.Values.Select(order => order.Bought).OfType<Mail>().Select(Paid)]) };
            case "end":
                return [];
            default:
                throw new CannotException($"a buyer does not know '{verb}'");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var order in _orders.Values) order.Dispose();
        _begun?.Dispose();
        _stop.Dispose();
    }

    void Begin(JsonElement request)
    {
        _begun = Hooked.Begin(request);
        _buyer = new Buyer(_begun.Client, _begun.Agent, new Digest(request.Hex("mandate")))
        {
            Purchases = _begun.PathOf("purchases"),
            Taken = (step, decision) =>
            {
                if (step is StepKind.Lock) LockOf(Digest.FromWire(decision.Accepted.Payment.Quote)).TrySetResult();
            },
        };
    }

    async Task WantAsync(JsonElement request)
    {
        var name = request.Text("order");
        var intent = Intent.Parser.ParseFrom(request.Hex("intent"));
        var wanted = new PurchaseOrder(intent) { Sellers = [.. request.GetProperty("sellers").EnumerateArray().Select(seller => seller.GetString()!)], QuotesWithin = TimeSpan.Zero, Patience = Patience };
        var order = _orders.GetOrAdd(name, _ => new Order(name, wanted, _buyer!, LockOf, _stop.Token));
        await order.AskAsync();
    }

    // Whatever was asked for and is not committed: the sellers' transactions end.
    async Task CancelAsync(Order order)
    {
        await order.EndAsync();
        foreach (var quote in order.Quotes)
        {
            var header = quote.Content!.Header;
            var step = new Content { Header = _begun!.Client.NewHeader(_begun.Agent, header.Home), Cancel = new Cancel { Reason = "the owner changed its mind" } };
            step.Header.MessageId = DerivedIds.Message(_begun.Agent.Id, StepKind.Cancel, quote.Digest, 0).ToWire();
            step.Header.TransactionId = header.TransactionId;
            step.Header.Recipients.Add(header.Sender);
            (await _begun.Client.SendAsync(step, _begun.Agent, _stop.Token)).OrThrow();
        }
    }

    TaskCompletionSource LockOf(Digest quote) => _locks.GetOrAdd(quote, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    Order OrderOf(JsonElement request) => _orders.TryGetValue(request.Text("order"), out var order) ? order : throw new CannotException($"there is no order '{request.Text("order")}'");

    JsonNode Paid(Mail bought)
    {
        var amount = Money.FromWire(bought.Accepted.Payment.Amount);
        return new JsonObject
        {
            ["transaction"] = bought.TransactionFor(_begun!.Agent.Id).ToString(),
            ["currency"] = amount.Currency,
            ["nanos"] = amount.Nanos.ToString(CultureInfo.InvariantCulture),
        };
    }

    // One purchase, gone on with by each verb; the purchase's own file remembers it.
    sealed class Order(string name, PurchaseOrder wanted, Buyer buyer, Func<Digest, TaskCompletionSource> lockOf, CancellationToken stopping) : IDisposable
    {
        readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task<PurchaseResult>? _running;

        public Mail? Bought { get; private set; }

        /// <summary>Those that came, as they were last seen.</summary>
        public IReadOnlyList<Mail> Quotes { get; private set; } = [];

        // Asks, and looks which quotes there are; one that was locked before a crash goes on.
        public async Task AskAsync() => Note(await buyer.BuyAsync(name, wanted with { Order = quotes => Seen(quotes).Where(_ => false) }, _stop.Token), lockIs: null);

        public async Task LockAsync(Digest quote)
        {
            _running = buyer.BuyAsync(name, wanted with { Order = quotes => Seen(quotes).Where(one => one.Digest == quote) }, _stop.Token);
            if (await Task.WhenAny(lockOf(quote).Task, _running) == _running) Note(await _running, lockIs: quote);
        }

        public async Task CommitAsync()
        {
            Note(await (_running ?? buyer.BuyAsync(name, wanted with { Order = quotes => Seen(quotes).Where(_ => false) }, _stop.Token)), lockIs: null);
            if (Bought is null) throw new CannotException("nothing was bought");
        }

        public async Task EndAsync()
        {
            Quotes = await QuotesAsync();
            await _stop.CancelAsync();
        }

        public void Dispose() => _stop.Dispose();

        async Task<IReadOnlyList<Mail>> QuotesAsync()
        {
            if (_running is null && !_stop.IsCancellationRequested) await AskAsync();
            return Quotes;
        }

        IEnumerable<Mail> Seen(IEnumerable<Mail> quotes) => Quotes = [.. quotes];

        void Note(PurchaseResult result, Digest? lockIs)
        {
            if (result is PurchaseResult.Bought bought) Bought = bought.Record;
            if (result is PurchaseResult.Refused refused) throw new ActRefusedException(refused.Refusal);
            if (result is PurchaseResult.Unfinished unfinished) throw new CannotException(unfinished.Why);
            if (result is PurchaseResult.NothingBought && lockIs is { } quote) throw new CannotException($"the quote {quote} cannot be bought");
        }
    }
}
