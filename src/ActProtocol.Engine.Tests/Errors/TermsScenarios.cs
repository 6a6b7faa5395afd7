using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Transactions;
using ActProtocol.Envelopes;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Engine.Errors;

/// <summary>What a partition decides against: who, when, and on what terms.</summary>
static class TermsScenarios
{
    public static readonly Scenario[] All =
    [
        new(ErrorCode.TransactionUnknown, "a stranger's step", false, async market =>
        {
            var deal = await market.BringAsync(Quoted);
            return market.World.Seal("umpire", new Content { Header = new Header { TransactionId = deal.Id }, Cancel = new Cancel() }, deal.Home);
        }),
        new(ErrorCode.TransactionUnknown, "the seller's principal, who is no party", false, async market =>
        {
            var deal = await market.BringAsync(Quoted);
            return market.World.Seal("seller-owner", new Content { Header = new Header { TransactionId = deal.Id }, Deny = new Deny() }, deal.Home);
        }),
        Scenario.Of(ErrorCode.RoleMissing, "an agent that lodges a mandate", false, market => market.World.Seal("buyer", market.MandateFor("buyer"))),
        Scenario.Of(ErrorCode.RoleMissing, "funding another's account", false, market => market.World.Seal("seller-owner", new Content
        {
            Fund = new Fund { Account = World.Id("buyer-owner"), Amount = Steps.Cny(1), Reference = "mine" },
        }, World.HomeOf("buyer-owner"))),
        Scenario.Of(ErrorCode.HomeWrong, "an intent for another bucket", false, market => market.World.Seal("buyer", market.IntentTo("seller"), World.HomeOf("buyer-owner") ^ 1)),
        new(ErrorCode.HomeWrong, "a step for another bucket of the same partition", false, async market =>
        {
            var deal = await market.BringAsync(Quoted);
            return market.Write(deal, Role.Buyer, new Content { Cancel = new Cancel() }, content => content.Header.Home ^= 1);
        }),
        new(ErrorCode.RecipientWrong, "a step to nobody", true, async market =>
            market.Write(await market.BringAsync(Quoted), Role.Buyer, new Content { Cancel = new Cancel() }, content => content.Header.Recipients.Clear())),
        Scenario.Of(ErrorCode.RecipientWrong, "an intent to sellers and to a capability", true, market =>
        {
            var intent = market.IntentTo("seller");
            intent.Intent.Capability = "any";
            return market.World.Seal("buyer", intent);
        }),
        new(ErrorCode.StepNotYours, "a seller that locks", true, async market => await StepAsync(market, Quoted, Role.Seller, StepKind.Lock)),
        new(ErrorCode.StepOutOfOrder, "a commit of what is not confirmed", true, async market => await StepAsync(market, Locked, Role.Buyer, StepKind.Commit)),
        new(ErrorCode.FollowsStale, "a lock that has not seen the last quote", true, async market =>
        {
            var deal = await market.BringAsync(Quoted);
            var before = deal.LastOfSeller;
            await market.DoAsync(deal, Role.Seller, Steps.Quote(deal));
            return market.Write(deal, Role.Buyer, Steps.Of(StepKind.Lock, deal), content => content.Header.Follows = before.ToWire());
        }),
        new(ErrorCode.RoundsExhausted, "a ninth quote for a revision", true, async market =>
        {
            var deal = await market.IntendAsync();
            for (var quote = 0; quote < 8; quote++) await market.DoAsync(deal, Role.Seller, Steps.Quote(deal));
            return market.Write(deal, Role.Seller, Steps.Quote(deal));
        }),
        new(ErrorCode.RoundsExhausted, "a ninth counter", true, async market =>
        {
            var deal = await market.BringAsync(Quoted);
            for (var round = 0; round < 8; round++)
            {
                await market.DoAsync(deal, Role.Buyer, StepKind.Counter);
                await market.DoAsync(deal, Role.Seller, Steps.Quote(deal));
            }
            return market.Write(deal, Role.Buyer, Steps.Of(StepKind.Counter, deal));
        }),
        new(ErrorCode.RoundsExhausted, "a 65th refund", true, async market =>
        {
            var deal = await market.BoughtAsync();
            for (var refund = 0; refund < 64; refund++)
            {
                await market.DoAsync(deal, Role.Seller, Steps.Refund(Steps.Cny(0, 1)));
                await market.World.TransfersAsync();
            }
            return market.Write(deal, Role.Seller, Steps.Refund(Steps.Cny(0, 1)));
        }),
        new(ErrorCode.DeadlinePassed, "a lock after the intent has ended", true, async market =>
        {
            var deal = await market.BringAsync(Quoted);
            await market.World.PassAsync(Market.IntentLife);
            return market.Write(deal, Role.Buyer, Steps.Of(StepKind.Lock, deal));
        }),
        Scenario.Of(ErrorCode.DeadlinePassed, "an intent that has ended", true, market => Intent(market, intent => intent.ExpiresAtMs = market.World.NowMs)),
        new(ErrorCode.QuoteExpired, "a lock at the instant the quote ends", true, async market =>
        {
            var deal = await market.BringAsync(Quoted, quote: offer => offer.Quote.ValidUntilMs = market.World.NowMs + 1000);
            await market.World.PassAsync(TimeSpan.FromSeconds(1));
            return market.Write(deal, Role.Buyer, Steps.Of(StepKind.Lock, deal));
        }),
        new(ErrorCode.QuoteExpired, "a quote that has ended", true, market => QuoteAsync(market, quote => quote.ValidUntilMs = market.World.NowMs)),
        new(ErrorCode.AmountInvalid, "a quote with an amount of two signs", true, market => QuoteAsync(market, quote => quote.Total.Nanos = -1)),
        new(ErrorCode.AmountInvalid, "a negative total", true, market => QuoteAsync(market, quote =>
            quote.Total = quote.Lines[0].Amount = quote.Lines[0].UnitPrice = Steps.Cny(-1))),
        Scenario.Of(ErrorCode.AmountInvalid, "a negative budget", true, market => Intent(market, intent => intent.Budget = Steps.Cny(-1))),
        Scenario.Of(ErrorCode.AmountInvalid, "a payout of nothing", true, market => Payout(market, Steps.Cny(0))),
        new(ErrorCode.AmountInvalid, "a refund of a part before settlement", true, async market =>
            market.Write(await market.BringAsync(Committed), Role.Seller, Steps.Refund(Steps.Cny(Steps.Price - 1)))),
        new(ErrorCode.CurrencyUnknown, "a currency that is none", true, market => QuoteAsync(market, quote =>
            quote.Total.CurrencyCode = quote.Lines[0].Amount.CurrencyCode = quote.Lines[0].UnitPrice.CurrencyCode = "ZZZ")),
        new(ErrorCode.CurrencyMixed, "a quote in another currency than the budget", true, market => QuoteAsync(market, quote =>
            quote.Total.CurrencyCode = quote.Lines[0].Amount.CurrencyCode = quote.Lines[0].UnitPrice.CurrencyCode = "EUR")),
        new(ErrorCode.CurrencyMixed, "a line in another currency than the total", true, market => QuoteAsync(market, quote =>
            quote.Lines[0].Amount.CurrencyCode = quote.Lines[0].UnitPrice.CurrencyCode = "EUR")),
        new(ErrorCode.TotalsWrong, "a total that is a nano off", true, market => QuoteAsync(market, quote => quote.Total.Nanos = 1)),
        new(ErrorCode.TotalsWrong, "payees that get less than is paid", true, market => QuoteAsync(market, quote =>
            quote.Payees.Add(new Payee { Account = World.Id("seller-owner"), Amount = Steps.Cny(Steps.Price - 1) }))),
        new(ErrorCode.TermsInvalid, "no terms", true, market => QuoteAsync(market, quote => quote.Terms = null)),
        new(ErrorCode.TermsInvalid, "a hold nearly for ever", true, market => QuoteAsync(market, quote => quote.Terms.HoldForMs = long.MaxValue)),
        new(ErrorCode.TermsInvalid, "cancel terms of a later version", true, market => QuoteAsync(market, quote => quote.Terms.Cancel = (CancelTerms)7)),
        new(ErrorCode.TermsInvalid, "valid beyond the intent", true, market => QuoteAsync(market, quote => quote.ValidUntilMs++)),
        new(ErrorCode.TermsInvalid, "an agent as payee, who has no account", true, market => QuoteAsync(market, quote =>
            quote.Payees.Add(new Payee { Account = World.Id("seller"), Amount = Steps.Cny(Steps.Price) }))),
        Scenario.Of(ErrorCode.TermsInvalid, "an intent of 91 days", true, market => Intent(market, intent => intent.ExpiresAtMs = long.MaxValue)),
        Scenario.Of(ErrorCode.ConstraintUnsupported, "a constraint of no kind that is known", true, market => Intent(market, intent => intent.Constraint = new Constraint())),
        Scenario.Of(ErrorCode.ConstraintUnsupported, "a relation of a later version", true, market => Intent(market, intent =>
            intent.Constraint = new Constraint { Compare = new Compare { Attribute = "a", Relation = (Relation)9, Value = new Value { Integer = 1 } } })),
        Scenario.Of(ErrorCode.AgentUnknown, "an intent to nobody who is known", true, market => market.World.Seal("buyer", market.IntentTo("nobody"))),
        new(ErrorCode.AgentUnknown, "a payee who is not known", true, market => QuoteAsync(market, quote =>
            quote.Payees.Add(new Payee { Account = World.Id("nobody"), Amount = Steps.Cny(Steps.Price) }))),
        Scenario.Of(ErrorCode.AgentUnknown, "a mandate for another's agent", true, market => market.World.Seal("buyer-owner", market.MandateFor("buyer", mandate => mandate.Agent = World.Id("seller")))),
        Scenario.Of(ErrorCode.AccountUnknown, "a mandate on another's account", true, market => market.World.Seal("buyer-owner", market.MandateFor("buyer", mandate => mandate.Account = World.Id("seller-owner")))),
        Scenario.Of(ErrorCode.AccountUnknown, "funding an agent", false, market => market.World.Seal("cashier", new Content
        {
            Fund = new Fund { Account = World.Id("buyer"), Amount = Steps.Cny(1), Reference = "for an agent" },
        }, World.HomeOf("buyer"))),
        Scenario.Of(ErrorCode.NoSeller, "a capability that nobody has", true, market =>
        {
            var intent = market.IntentTo();
            intent.Intent.Capability = "moon.travel";
            return market.World.Seal("buyer", intent);
        }),
        new(ErrorCode.SamePrincipal, "buying from oneself", true, async market =>
        {
            await market.World.EnterAgentAsync("shop", "buyer-owner");
            return market.World.Seal("buyer", market.IntentTo("shop"));
        }),
        new(ErrorCode.SamePrincipal, "an arbiter of the seller's", true, async market =>
        {
            await market.World.EnterAgentAsync("friend", "seller-owner");
            return await QuoteAsync(market, quote => quote.Terms.Escrow = new Escrow(Steps.Escrow) { Arbiter = World.Id("friend") });
        }),
        new(ErrorCode.IntentWrong, "a quote for an earlier revision", true, async market =>
        {
            var deal = await market.BringAsync(Quoted);
            await market.DoAsync(deal, Role.Buyer, StepKind.Counter);
            return market.Write(deal, Role.Seller, Steps.Quote(deal), content => content.Quote.Intent = deal.IntentId.ToWire());
        }),
        new(ErrorCode.IntentWrong, "a counter that asks for more locks", true, async market =>
            market.Write(await market.BringAsync(Quoted), Role.Buyer, new Content { Counter = new Counter { Intent = new Intent { Budget = Steps.Cny(900), MaxLocks = 2 } } })),
        new(ErrorCode.QuoteUnknown, "a lock on what is no quote", true, async market =>
            market.Write(await market.BringAsync(Quoted), Role.Buyer, new Content { Lock = new V1.Lock { Quote = SignedBytes.HashOf("none"u8).ToWire() } })),
        new(ErrorCode.QuoteUnknown, "a commit on another quote", true, async market =>
            market.Write(await market.BringAsync(Confirmed), Role.Buyer, new Content { Commit = new Commit { Quote = SignedBytes.HashOf("none"u8).ToWire() } })),
        new(ErrorCode.QuoteSuperseded, "a lock on an earlier quote", true, async market =>
        {
            var deal = await market.BringAsync(Quoted);
            var earlier = deal.QuoteDigest;
            await market.DoAsync(deal, Role.Seller, Steps.Quote(deal));
            return market.Write(deal, Role.Buyer, new Content { Lock = new V1.Lock { Quote = earlier.ToWire() } });
        }),
        new(ErrorCode.ConstraintUnsatisfied, "a quote above what the intent allows", true, async market =>
        {
            var deal = await market.IntendAsync(content => content.Intent.Constraint = Below(300));
            await market.DoAsync(deal, Role.Seller, Steps.Quote(deal));
            return market.Write(deal, Role.Buyer, Steps.Of(StepKind.Lock, deal));
        }),
        new(ErrorCode.ArbiterUnacceptable, "an arbiter that the intent does not name", true, async market =>
        {
            var deal = await market.BringAsync(Quoted, new Escrow(Steps.Escrow) { Arbiter = World.Id("umpire") });
            return market.Write(deal, Role.Buyer, Steps.Of(StepKind.Lock, deal));
        }),
        new(ErrorCode.TermsForbid, "cancelling after the confirmation, where terms end it there", true, async market =>
            market.Write(await market.BringAsync(Confirmed, quote: offer => offer.Quote.Terms.Cancel = CancelTerms.UntilConfirm), Role.Buyer, new Content { Cancel = new Cancel() })),
        new(ErrorCode.RenderingWrong, "approving something else", true, async market =>
        {
            var deal = await market.BringAsync(AwaitingApproval);
            return market.Write(deal, Role.Principal, Steps.Of(StepKind.Approve, deal), content => content.Approve.Rendering = SignedBytes.HashOf("something else"u8).ToWire());
        }),
        new(ErrorCode.RefundExceeds, "a nano more than was paid", true, async market => market.Write(await market.BoughtAsync(), Role.Seller, Steps.Refund(Steps.Cny(Steps.Price, 1)))),
        new(ErrorCode.ResolutionUnbalanced, "a nano lost", true, async market => market.Write(await market.BringAsync(Disputed), Role.Arbiter, Steps.Resolve(Steps.Cny(100), Steps.Cny(199, 999_999_999)))),
    ];

    public static Constraint Below(long units) =>
        new() { Compare = new Compare { Attribute = "total", Relation = Relation.Less, Value = new Value { Money = Steps.Cny(units) } } };

    static async Task<Envelope> StepAsync(Market market, TransactionState state, Role by, StepKind step)
    {
        var deal = await market.BringAsync(state);
        return market.Write(deal, by, Steps.Of(step, deal));
    }

    static async Task<Envelope> QuoteAsync(Market market, Action<Quote> change)
    {
        var deal = await market.IntendAsync();
        return market.Write(deal, Role.Seller, Steps.Quote(deal), content => change(content.Quote));
    }

    static Envelope Intent(Market market, Action<Intent> change)
    {
        var content = market.IntentTo("seller");
        change(content.Intent);
        return market.World.Seal("buyer", content);
    }

    static Envelope Payout(Market market, Google.Type.Money amount) =>
        market.World.Seal("buyer-owner", new Content { RequestPayout = new RequestPayout { Amount = amount, Destination = "there" } });
}
