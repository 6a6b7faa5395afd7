using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;

namespace ActProtocol.Client.Transactions;

/// <summary>Purchases by a key: once, however often they are asked for.</summary>
public class PurchaseTests
{
    [Fact]
    public async Task A_key_buys_once_and_remembers_its_receipt_without_the_broker()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync());

        var first = Assert.IsType<PurchaseResult.Bought>(await market.Buyer().BuyAsync("order 1", market.Order, Market.Cancelled));
        var second = Assert.IsType<PurchaseResult.Bought>(await market.Buyer().BuyAsync("order 1", market.Order, Market.Cancelled));
        var other = Assert.IsType<PurchaseResult.Bought>(await market.Buyer().BuyAsync("order 2", market.Order, Market.Cancelled));

        Assert.Equal(first.Record.Receipt, second.Record.Receipt);
        Assert.NotEqual(first.Record.Receipt, other.Record.Receipt);
        Assert.Equal(PaymentKind.Settled, first.Record.Accepted.Payment.Kind);
        Assert.Equal(1, await market.CommitsAsync(first.Record));
        Assert.Equal(Market.Cny("60 CNY"), await market.SpentAsync());
    }

    [Theory]
    [InlineData("101 CNY", ErrorCode.BudgetExceeded)]
    [InlineData("99 CNY", ErrorCode.ConstraintUnsatisfied)]
    public async Task What_the_intent_forbids_is_not_locked_whatever_the_broker_would_say(string price, ErrorCode fault)
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync(), new Dear(price));
        List<(Mail Quote, ErrorCode Code)> unfit = [];
        List<StepKind> taken = [];
        var buyer = new Buyer(market.Client, market.Agent, market.Mandate) { Purchases = market.Folder, Unfit = (quote, refusal) => unfit.Add((quote, refusal.Code)), Taken = (step, _) => taken.Add(step) };
        var order = market.Order;
        if (fault is ErrorCode.ConstraintUnsatisfied)
        {
            order.Intent.Constraint = new Constraint { Compare = new Compare { Attribute = "total", Relation = Relation.AtMost, Value = new Value { Money = Market.Cny("98 CNY").ToWire() } } };
        }

        Assert.IsType<PurchaseResult.NothingBought>(await buyer.BuyAsync("order", order, Market.Cancelled));

        var passedOver = Assert.Single(unfit);
        Assert.Equal(fault, passedOver.Code);
        Assert.Equal([StepKind.Intent], taken);
        // The broker was not even asked: nothing that was refused stands in the records.
        var records = await market.Client.TransactionAsync(passedOver.Quote.TransactionFor(market.Agent.Id), 0, market.Agent, market.Agent.Home, Market.Cancelled);
        Assert.Equal([StepKind.Intent, StepKind.Quote], records.Select(record => record.Step));
    }

    [Theory]
    [InlineData("amount")]
    [InlineData("quote")]
    [InlineData("intent")]
    [InlineData("nothing")]
    public void A_payment_counts_only_for_what_was_locked(string changed)
    {
        var quote = new Mail(new Receipt(), new V1.Record(), new Content { Quote = Market.Quote() }, new Digest([.. Enumerable.Repeat((byte)1, 32)]), Google.Protobuf.ByteString.Empty);
        var intent = new Digest([.. Enumerable.Repeat((byte)2, 32)]);
        var payment = new Payment { Kind = PaymentKind.Settled, Amount = Market.Cny(changed is "amount" ? "31 CNY" : Market.Price).ToWire(), Quote = quote.Digest.ToWire(), Intent = intent.ToWire() };
        if (changed is "quote") payment.Quote = intent.ToWire();
        if (changed is "intent") payment.Intent = quote.Digest.ToWire();

        Assert.Equal(changed is "nothing", QuoteFit.IsPaymentOf(payment, quote, intent));
    }

    sealed class Dear(string price) : SellerHandler
    {
        public override Task<Quote?> QuoteAsync(Intent intent, Sale sale, CancellationToken cancellationToken) => Task.FromResult<Quote?>(Market.Quote(price));

        public override Task<bool> HoldAsync(Sale sale, CancellationToken cancellationToken) => Task.FromResult(true);
    }

    [Fact]
    public async Task An_intent_that_was_refused_is_made_anew_by_the_next_call_and_not_before()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync());
        var tooMuch = market.Order with { Intent = Market.Intent("2000000 CNY") };

        var refused = Assert.IsType<PurchaseResult.Refused>(await market.Buyer().BuyAsync("order", tooMuch, Market.Cancelled));
        var bought = await market.Buyer().BuyAsync("order", market.Order, Market.Cancelled);

        Assert.Equal(ErrorCode.MandateExceeded, refused.Refusal.Code);
        Assert.IsType<PurchaseResult.Bought>(bought);
        Assert.Equal(Market.Cny("30 CNY"), await market.SpentAsync());
    }

    [Fact]
    public async Task A_lock_that_was_refused_for_want_of_money_is_tried_again_by_a_later_call_under_the_next_attempt()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync());
        var poor = await PoorAsync(market);
        List<ErrorCode> refusals = [];
        var buyer = new Buyer(market.Client, poor.Agent, poor.Mandate) { Purchases = market.Folder, LockRefused = (_, refusal) => refusals.Add(refusal.Code) };

        var first = await buyer.BuyAsync("order", market.Order, Market.Cancelled);
        await market.Client.FundAsync(poor.Owner, Market.Cny("50 CNY"), $"late {poor.Owner.Id}", Market.Cancelled);
        var second = Assert.IsType<PurchaseResult.Bought>(await buyer.BuyAsync("order", market.Order, Market.Cancelled));

        Assert.IsType<PurchaseResult.NothingBought>(first);
        Assert.Equal([ErrorCode.FundsInsufficient], refusals);
        var records = await market.Client.TransactionAsync(second.Record.TransactionFor(poor.Agent.Id), 0, poor.Agent, poor.Agent.Home, Market.Cancelled);
        var locks = records.Where(record => record.Step is StepKind.Lock).ToList();
        var quote = Digest.FromWire(locks[0].Content!.Lock.Quote);
        Assert.Equal(
            [DerivedIds.Message(poor.Agent.Id, StepKind.Lock, quote, 0), DerivedIds.Message(poor.Agent.Id, StepKind.Lock, quote, 1)],
            locks.Select(record => Id16.FromWire(record.Content!.Header.MessageId)));
    }

    [Fact]
    public async Task Patience_that_ends_first_leaves_a_purchase_that_can_be_gone_on_with()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync(), selling: false);
        var hurried = market.Order with { QuotesWithin = TimeSpan.FromMilliseconds(50), Patience = TimeSpan.FromMilliseconds(50) };

        var nothing = await market.Buyer().BuyAsync("order", hurried, Market.Cancelled);
        await market.SellAsync(new Market.Plain());
        var bought = await market.Buyer().BuyAsync("order", market.Order, Market.Cancelled);

        Assert.IsType<PurchaseResult.NothingBought>(nothing);
        Assert.IsType<PurchaseResult.Bought>(bought);
        Assert.Equal(Market.Cny("30 CNY"), await market.SpentAsync());
    }

    [Fact]
    public async Task A_lock_that_waits_for_approval_is_confirmed_by_the_seller_once_it_is_approved()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync());
        var limit = new CurrencyLimit { Currency = "CNY", ApprovalAbove = Market.Cny("10 CNY").ToWire() };
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var terms = new Mandate
        {
            Agent = market.Agent.Id,
            AgentKey = market.Agent.Signer.PublicKey.Thumbprint.ToWire(),
            Account = market.Owner.Id,
            Limits = { limit },
            ValidUntilMs = now + 3_600_000,
        };
        var mandate = await market.Client.LodgeAsync(market.Owner, terms, Market.Cancelled);
        var waits = new TaskCompletionSource();
        var buyer = new Buyer(market.Client, market.Agent, mandate)
        {
            Purchases = market.Folder,
            Taken = (step, decision) =>
            {
                if (decision.Accepted.State is TransactionState.AwaitingApproval) waits.TrySetResult();
            },
        };

        var buying = buyer.BuyAsync("order", market.Order, Market.Cancelled);
        await (await Task.WhenAny(waits.Task, buying));
        await ApproveAsync(market);

        Assert.IsType<PurchaseResult.Bought>(await buying);
        Assert.Equal(Market.Cny("30 CNY"), await market.SpentAsync());
    }

    // The principal finds the lock in its mailbox, reads the purchase as it is rendered, and approves that.
    static async Task ApproveAsync(Market market)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Market.Cancelled);
        await foreach (var mail in new MailConnection(market.Client, market.Owner).ReadAsync(stop.Token))
        {
            if (mail.Body is not V1.Lock) continue;
            var transaction = Id16.FromWire(mail.Content!.Header.TransactionId);
            var records = await market.Client.TransactionAsync(transaction, 0, market.Owner, market.Owner.Home, stop.Token);
            var (intent, quote) = (records.Single(record => record.Body is Intent), records.Single(record => record.Body is Quote));
            var text = Rendering.PurchaseRendering.Render(intent.Content!.Intent, quote.Content!.Quote, quote.Content.Header.Sender, "en")!;
            var content = new Content
            {
                Header = market.Client.NewHeader(market.Owner),
                Approve = new Approve { Quote = quote.Digest.ToWire(), Rendering = Rendering.PurchaseRendering.DigestOf(text).ToWire(), Language = "en" },
            };
            content.Header.TransactionId = transaction.ToWire();
            (await market.Client.SendAsync(content, market.Owner, stop.Token)).OrThrow();
            return;
        }
    }

    static async Task<(ActIdentity Owner, ActIdentity Agent, Digest Mandate)> PoorAsync(Market market)
    {
        var name = market.Agent.Id.Split('/')[^1] + "-poor";
        var ownerId = ActId.Of("local", $"{name}-owner");
        var owner = ActIdentity.LoadOrCreate(Path.Combine(market.Folder, "poor-owner.json"), ownerId, ownerId);
        var agent = ActIdentity.LoadOrCreate(Path.Combine(market.Folder, "poor.json"), ActId.Of("local", name), ownerId);
        await market.Client.RegisterAsync(owner, agent, Market.Cancelled);
        return (owner, agent, await market.Client.AllowAsync(owner, agent, Market.Cny("100 CNY"), TimeSpan.FromHours(1), Market.Cancelled));
    }
}
