using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Transactions;
using ActProtocol.Envelopes;
using ActProtocol.Transactions;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Engine.Partitions;

/// <summary>Does to an engine, and to the model beside it, whatever a row of numbers says.</summary>
sealed class Sequence(Market market)
{
    static readonly string[] Buyers = ["buyer", "rival"];
    static readonly string[] Sellers = ["seller", "other"];
    static readonly decimal[] Prices = [0, 50, 120.5m, 200, 300.000000001m, 901];

    readonly Model _model = new();
    readonly List<(Envelope Envelope, Decision Decision, string Sender, long ExpiresAt)> _recorded = [];
    readonly Dictionary<string, string> _references = [];
    int _count;
    bool _moved;

    /// <summary>Every state that a transaction was in after some step.</summary>
    public HashSet<TransactionState> Reached { get; } = [];

    public Model Model => _model;

    public async Task StartAsync()
    {
        foreach (var name in (string[])["rival", "other", "platform", "stranger"]) await market.World.EnterAsync(name);
        (_model.Of("buyer-owner").Available, _model.Funded) = (1000, 1000);
        _model.Mandates[market.Mandate] = new Model.MandateModel { Agent = "buyer" };
        await FundAsync("rival-owner", 500);
        foreach (var agent in Buyers) await LodgeAsync(agent, new Random(7));
    }

    public async Task DoAsync(int number)
    {
        var dice = new Random(number);
        await (dice.Next(20) switch
        {
            0 => FundAsync(Pick(dice, Buyers) + "-owner", dice.Next(1, 400)),
            1 => LodgeAsync(Pick(dice, Buyers), dice),
            2 => dice.Next(3) == 0 ? RevokeAsync(dice) : IntendAsync(dice),
            3 => IntendAsync(dice),
            4 => PassAsync(dice),
            5 => AgainAsync(dice),
            6 => PayOutAsync(dice),
            7 or 8 => WithDealAsync(dice, deal => StepAsync(deal, Any(dice, [Role.Buyer, Role.Seller, Role.Principal, Role.Arbiter]), Any(dice, Steps.OfParties), dice)),
            9 => WithDealAsync(dice, deal => StrangerAsync(deal, Any(dice, Steps.OfParties))),
            _ => WithDealAsync(dice, deal => OnwardAsync(deal, dice)),
        });
        if (_moved) for (var turn = 0; turn < 4; turn++) await market.World.TurnAsync();
        _moved = false;
    }

    public async Task AssertMoneyAsync()
    {
        foreach (var (owner, expected) in _model.Accounts)
        {
            var balance = (await market.World.AccountAsync(owner)).Balances.SingleOrDefault();
            Assert.Equal((owner, expected.Available, expected.Held), (owner, Decimal(balance?.Available), Decimal(balance?.Held)));
        }
    }

    public async Task AssertStatesAsync()
    {
        foreach (var deal in _model.Deals) Assert.Equal(deal.State, await market.StateAsync(deal.Deal));
    }

    static decimal Decimal(Google.Type.Money? money) => money is null ? 0 : money.Units + (money.Nanos / 1_000_000_000m);

    static Google.Type.Money Cny(decimal amount) => new() { CurrencyCode = "CNY", Units = (long)decimal.Truncate(amount), Nanos = (int)((amount - decimal.Truncate(amount)) * 1_000_000_000) };

    static T Any<T>(Random dice, T[] items) => items[dice.Next(items.Length)];

    static string Pick(Random dice, string[] names) => Any(dice, names);

    Task WithDealAsync(Random dice, Func<Model.DealModel, Task> act) =>
        _model.Deals.Count == 0 ? IntendAsync(dice) : act(_model.Deals[Math.Max(dice.Next(_model.Deals.Count), dice.Next(_model.Deals.Count))]);

    async Task FundAsync(string owner, long units)
    {
        // Now and then money arrives that has arrived before.
        var again = units % 5 == 0 && _references.TryGetValue(owner, out var before) ? before : null;
        var reference = again ?? $"sequence {++_count}";
        var outcome = await SendAsync(owner, new Content { Fund = new Fund { Account = World.Id(owner), Amount = Steps.Cny(units), Reference = reference } });
        AssertIs(again is null ? Expected.Accepted : Expected.Refused, outcome, "fund");
        if (again is not null) return;
        _references[owner] = reference;
        _model.Of(owner).Available += units;
        _model.Funded += units;
    }

    async Task LodgeAsync(string agent, Random dice)
    {
        decimal? each = dice.Next(3) == 0 ? 200 : null, total = dice.Next(3) == 0 ? 450 : null, above = dice.Next(4) != 0 ? 50m : null;
        var digest = await market.LodgeAsync(mandate =>
        {
            if (each is { } e) mandate.Limits[0].PerTransaction = Cny(e);
            if (total is { } t) mandate.Limits[0].InTotal = Cny(t);
            if (above is { } a) mandate.Limits[0].ApprovalAbove = Cny(a);
        }, agent);
        _model.Mandates[digest] = new Model.MandateModel { Agent = agent, Each = each, Total = total, ApprovalAbove = above };
    }

    async Task RevokeAsync(Random dice)
    {
        var (digest, mandate) = _model.Mandates.ElementAt(dice.Next(_model.Mandates.Count));
        AssertIs(Expected.Accepted, await SendAsync($"{mandate.Agent}-owner", new Content { RevokeMandate = new RevokeMandate { Mandate = digest.ToWire() } }), "revoke");
        _model.Revoke(mandate);
    }

    async Task IntendAsync(Random dice)
    {
        var buyer = Pick(dice, Buyers);
        var (digest, mandate) = MandateOf(dice);
        var content = market.IntentTo(Any(dice, [Sellers, ["seller"], ["other"]]));
        var budget = Any(dice, [100m, 450m, 900m]);
        (content.Header.Mandate, content.Intent.Budget, content.Intent.MaxLocks) = (digest.ToWire(), Cny(budget), (uint)dice.Next(3));
        // Another's mandate is no authority, and leaves no record.
        var expected = mandate.Agent != buyer ? Expected.Dropped : Model.Covers(mandate, buyer, budget) ? Expected.Accepted : Expected.Refused;
        var envelope = market.World.Seal(buyer, content);
        var outcome = await SendAsync(envelope, buyer);
        AssertIs(expected, outcome, "intent");
        if (expected is not Expected.Accepted) return;

        var id = SignedBytes.DigestOf(envelope.Content.Span);
        var intent = new Model.IntentModel
        {
            Buyer = buyer,
            Budget = budget,
            LocksMax = Math.Max(1, (int)content.Intent.MaxLocks),
            ExpiresAtMs = content.Intent.ExpiresAtMs,
        };
        foreach (var opened in outcome.Accepted!.Transactions)
        {
            var deal = new Deal
            {
                Id = opened.TransactionId,
                IntentId = id,
                Intent = content.Intent,
                Revision = id,
                LastOfBuyer = id,
                Mandate = digest,
                Buyer = buyer,
                Seller = opened.Seller[(opened.Seller.LastIndexOf('/') + 1)..],
            };
            _model.Deals.Add(new Model.DealModel { Deal = deal, Intent = intent, Budget = budget, Deadline = intent.ExpiresAtMs });
        }
    }

    async Task PassAsync(Random dice)
    {
        await market.World.PassAsync(TimeSpan.FromMilliseconds(Any(dice, [1, 1000, 599_999, 600_000, 3_600_000, 72_000_000])));
        _model.Pass(market.World.NowMs);
        Reached.UnionWith(_model.Deals.Select(deal => deal.State));
        _moved = true;
    }

    // The same bytes get the same answer; other bytes under the same id get none.
    async Task AgainAsync(Random dice)
    {
        if (_recorded.Count == 0) return;
        var (envelope, decision, sender, expiresAt) = _recorded[dice.Next(_recorded.Count)];
        var content = Content.Parser.ParseFrom(envelope.Content);
        var late = content.Header.TransactionId.IsEmpty && market.World.NowMs >= expiresAt;
        if (dice.Next(2) == 0)
        {
            var again = await market.TryAsync(envelope);
            if (late) AssertIs(Expected.Dropped, again, "late repeat");
            else Assert.Equal(decision, again.Decision);
        }
        else if (!late || market.World.NowMs > expiresAt)
        {
            content.Header.ExpiresAtMs++;
            AssertIs(Expected.Dropped, await market.TryAsync(Sealing.Seal(content, market.World.KeyOf(sender))), "reused id");
        }
    }

    async Task PayOutAsync(Random dice)
    {
        var owner = Any(dice, ["seller-owner", "buyer-owner", "platform-owner"]);
        var (account, amount) = (_model.Of(owner), (decimal)dice.Next(0, 200));
        var content = new Content { RequestPayout = new RequestPayout { Amount = Cny(amount), Destination = "bank" } };
        var envelope = market.World.Seal(owner, content);
        var outcome = await SendAsync(envelope, owner);
        // Nobody has an account before there was money in it, or a mandate on it.
        var exists = account.Available + account.Held > 0 || owner is "buyer-owner";
        if (!exists && outcome.Recorded) exists = true;
        AssertIs(amount > 0 && amount <= account.Available ? Expected.Accepted : exists ? Expected.Refused : Expected.Dropped, outcome, "payout");
        if (outcome.Accepted is null) return;

        account.Available -= amount;
        account.Held += amount;
        var executed = dice.Next(2) == 0;
        var close = new ClosePayout { Payout = SignedBytes.DigestOf(envelope.Content.Span).ToWire(), Account = World.Id(owner), Executed = executed, Reference = $"out {++_count}" };
        AssertIs(Expected.Accepted, await SendAsync(market.World.Seal("cashier", new Content { ClosePayout = close }, World.HomeOf(owner)), "cashier"), "close");
        account.Held -= amount;
        if (executed) _model.Funded -= amount;
        else account.Available += amount;
        AssertIs(Expected.Dropped, await SendAsync(market.World.Seal("cashier", new Content { ClosePayout = close }, World.HomeOf(owner)), "cashier"), "close again");
    }

    async Task StrangerAsync(Model.DealModel deal, StepKind step)
    {
        var content = Steps.Of(step, deal.Deal);
        content.Header = new Header { TransactionId = deal.Deal.Id, Recipients = { World.Id(deal.Deal.Seller) } };
        AssertIs(Expected.Dropped, await SendAsync(market.World.Seal("stranger", content, deal.Deal.Home), "stranger"), "stranger");
    }

    /// <summary>The step that usually comes next, now and then another that is allowed.</summary>
    Task OnwardAsync(Model.DealModel deal, Random dice)
    {
        var allowed = DesignTable.Rows.Where(row => row.From == deal.State && row.By is not Role.Broker).ToArray();
        if (allowed.Length > 0 && dice.Next(5) == 0)
        {
            var row = Any(dice, allowed);
            return StepAsync(deal, row.By, row.Does, dice);
        }
        var (by, step) = deal.State switch
        {
            TransactionState.Open => (Role.Seller, StepKind.Quote),
            Quoted when deal.Price > deal.Budget => (Role.Seller, StepKind.Quote),
            Quoted => (Role.Buyer, dice.Next(6) == 0 ? StepKind.Counter : StepKind.Lock),
            AwaitingApproval => (Role.Principal, dice.Next(4) == 0 ? StepKind.Deny : StepKind.Approve),
            Locked => (Role.Seller, StepKind.Confirm),
            Confirmed => (Role.Buyer, StepKind.Commit),
            Committed => (Role.Seller, StepKind.Fulfil),
            Fulfilled => (Role.Buyer, dice.Next(3) == 0 ? StepKind.Accept : StepKind.Dispute),
            Disputed => (Role.Arbiter, StepKind.Resolve),
            _ => (Role.Seller, StepKind.Refund),
        };
        return StepAsync(deal, by, step, dice);
    }

    async Task StepAsync(Model.DealModel deal, Role by, StepKind step, Random dice)
    {
        var (digest, mandate) = dice.Next(8) == 0 ? MandateOf(dice) : (deal.Deal.Mandate, _model.Mandates[deal.Deal.Mandate]);
        var facts = new StepFacts
        {
            Amount = AmountOf(deal, step, dice),
            Cut = dice.Next(3) == 0 ? 20 : 0,
            Escrow = dice.Next(2) == 0,
            Stale = dice.Next(12) == 0,
            WrongRecipient = dice.Next(25) == 0,
            Broken = dice.Next(12) == 0,
            Mandate = mandate,
        };
        if (facts.Amount <= facts.Cut) facts = facts with { Cut = 0 };
        var content = ContentOf(deal, step, facts);
        var envelope = market.Write(deal.Deal, by, content, written =>
        {
            if (by is Role.Buyer) written.Header.Mandate = digest.ToWire();
            if (facts.Stale) written.Header.Follows = SignedBytes.HashOf("stale"u8).ToWire();
            if (facts.WrongRecipient) written.Header.Recipients.Add(World.Id("stranger"));
        });
        var expected = _model.Step(deal, by, step, facts, market.World.NowMs);
        var outcome = await SendAsync(envelope, deal.Deal.NameOf(by));
        AssertIs(expected, outcome, $"{by} {step} in {deal.State}");
        if (expected is not Expected.Accepted) return;
        deal.Deal.Took(by, envelope, content);
        if (step is StepKind.Counter) deal.Deal.Intent = new Intent(deal.Deal.Intent) { Budget = content.Counter.Intent.Budget };
    }

    static decimal AmountOf(Model.DealModel deal, StepKind step, Random dice) => step switch
    {
        StepKind.Quote => Any(dice, Prices),
        StepKind.Counter => Any(dice, [deal.Budget, deal.Budget - 1, deal.Budget + 1]),
        StepKind.Resolve => Any(dice, [0m, deal.Amount, decimal.Truncate(deal.Amount / 3 * 1_000_000_000) / 1_000_000_000]),
        StepKind.Refund => Any(dice, [deal.Amount, deal.Amount - deal.Refunded, 10.000000007m, 0]),
        _ => 0,
    };

    static Content ContentOf(Model.DealModel deal, StepKind step, StepFacts facts)
    {
        var broken = facts.Broken ? 0.000000001m : 0;
        var content = step switch
        {
            StepKind.Counter => new Content { Counter = new Counter { Intent = new Intent { Budget = Cny(facts.Amount) } } },
            StepKind.Resolve => Steps.Resolve(Cny(facts.Amount), Cny(deal.Amount - facts.Amount + broken)),
            StepKind.Refund => Steps.Refund(Cny(facts.Amount)),
            _ => Steps.Of(step, deal.Deal),
        };
        if (content.Approve is not null && facts.Broken) content.Approve.Rendering = SignedBytes.HashOf("broken"u8).ToWire();
        if (content.Quote is not { } quote) return content;

        quote.Lines[0].Amount = quote.Lines[0].UnitPrice = Cny(facts.Amount);
        quote.Total = Cny(facts.Amount + broken);
        if (facts.Escrow) quote.Terms = new Terms { Escrow = Steps.Escrow, HoldForMs = Model.HoldMs };
        if (facts.Cut == 0) return content;
        quote.Payees.Add(new Payee { Account = World.Id($"{deal.Deal.Seller}-owner"), Amount = Cny(facts.Amount - facts.Cut) });
        quote.Payees.Add(new Payee { Account = World.Id(Model.Platform), Amount = Cny(facts.Cut) });
        return content;
    }

    (Digest Digest, Model.MandateModel Mandate) MandateOf(Random dice)
    {
        var (digest, mandate) = _model.Mandates.ElementAt(dice.Next(_model.Mandates.Count));
        return (digest, mandate);
    }

    Task<Outcome> SendAsync(string sender, Content content) => SendAsync(market.World.Seal(sender, content), sender);

    async Task<Outcome> SendAsync(Envelope envelope, string sender)
    {
        var outcome = await market.TryAsync(envelope);
        _moved |= outcome.Accepted is not null;
        if (outcome.Accepted is { State: not TransactionState.Unspecified } accepted) Reached.Add(accepted.State);
        if (outcome.Decision is { } decision) _recorded.Add((envelope, decision, sender, Content.Parser.ParseFrom(envelope.Content).Header.ExpiresAtMs));
        return outcome;
    }

    static void AssertIs(Expected expected, Outcome outcome, string what)
    {
        var actual = outcome.Accepted is not null ? Expected.Accepted : outcome.Recorded ? Expected.Refused : Expected.Dropped;
        Assert.True(expected == actual, $"{what}: expected {expected}, was {actual}: {outcome.Refusal}");
    }
}
