using ActProtocol.Engine.Hosting;
using ActProtocol.Envelopes;
using ActProtocol.Transactions;
using ActProtocol.V1;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Engine.Transactions;

/// <summary>Both outcomes of every guard that a party's step can fail, for every row of the table that has it.</summary>
public sealed class GuardTests : IAsyncLifetime
{
    /// <summary>Rows whose guard cannot fail by itself, and why.</summary>
    static readonly Dictionary<(TransactionState, StepKind, Guard), string> Never = new()
    {
        [(Locked, StepKind.Cancel, Guard.WithinTerms)] = "no terms forbid it before the confirmation",
        [(Committed, StepKind.Fulfil, Guard.TermsEscrow)] = "instant terms settle in the append of the commit",
        [(AwaitingApproval, StepKind.Approve, Guard.MandateLive)] = "a revocation releases in its own append: see ApprovalTests",
        [(Confirmed, StepKind.Commit, Guard.MandateLive)] = "a revocation releases in its own append: see TableWalkTests",
        // At the instant the state has ended, so the table refuses before the guard is asked: see DeadlineTests.
        [(AwaitingApproval, StepKind.Approve, Guard.BeforeExpiry)] = "DeadlineTests",
        [(Locked, StepKind.Confirm, Guard.BeforeExpiry)] = "DeadlineTests",
        [(Confirmed, StepKind.Commit, Guard.BeforeExpiry)] = "DeadlineTests",
        [(Committed, StepKind.Fulfil, Guard.BeforeFulfilBy)] = "DeadlineTests",
        [(Fulfilled, StepKind.Dispute, Guard.WithinWindow)] = "DeadlineTests",
    };

    static readonly Dictionary<Guard, (ErrorCode Code, Func<Market, TransactionState, Task<(Deal Deal, Content Step)>> Fail)> Failing = new()
    {
        [Guard.QuotesLeft] = (ErrorCode.RoundsExhausted, async (market, state) =>
        {
            var deal = await market.IntendAsync();
            for (var quote = 0; quote < 8; quote++) await market.DoAsync(deal, Role.Seller, Steps.Quote(deal));
            return (deal, Steps.Quote(deal));
        }
        ),
        [Guard.QuoteWellFormed] = (ErrorCode.TotalsWrong, async (market, state) =>
        {
            var deal = await market.BringAsync(state);
            var quote = Steps.Quote(deal);
            quote.Quote.Total = Steps.Cny(Steps.Price, 1);
            return (deal, quote);
        }
        ),
        [Guard.RoundsLeft] = (ErrorCode.RoundsExhausted, async (market, state) =>
        {
            var deal = await market.BringAsync(state);
            for (var round = 0; round < 8; round++)
            {
                await market.DoAsync(deal, Role.Buyer, StepKind.Counter);
                await market.DoAsync(deal, Role.Seller, Steps.Quote(deal));
            }
            return (deal, Steps.Of(StepKind.Counter, deal));
        }
        ),
        [Guard.IntentWithinMandate] = (ErrorCode.MandateRevoked, async (market, state) =>
        {
            var deal = await market.BringAsync(state);
            await market.World.SendAsync("buyer-owner", new Content { RevokeMandate = new RevokeMandate { Mandate = deal.Mandate.ToWire() } });
            market.Mandate = await market.LodgeAsync();
            return (deal, Steps.Of(StepKind.Counter, deal));
        }
        ),
        [Guard.QuoteLive] = (ErrorCode.QuoteExpired, async (market, state) =>
        {
            var deal = await market.BringAsync(state, quote: offer => offer.Quote.ValidUntilMs = market.World.NowMs + 1);
            await market.World.PassAsync(TimeSpan.FromMilliseconds(1));
            return (deal, Steps.Of(StepKind.Lock, deal));
        }
        ),
        [Guard.IntentSatisfied] = (ErrorCode.ConstraintUnsatisfied, async (market, state) =>
        {
            var deal = await market.IntendAsync(content => content.Intent.Constraint = Errors.TermsScenarios.Below(Steps.Price));
            await market.DoAsync(deal, Role.Seller, Steps.Quote(deal));
            return (deal, Steps.Of(StepKind.Lock, deal));
        }
        ),
        [Guard.ArbiterAccepted] = (ErrorCode.ArbiterUnacceptable, async (market, state) =>
        {
            var deal = await market.BringAsync(state, new Escrow(Steps.Escrow) { Arbiter = World.Id("umpire") });
            return (deal, Steps.Of(StepKind.Lock, deal));
        }
        ),
        [Guard.MandateCovers] = (ErrorCode.MandateExceeded, async (market, state) =>
        {
            var deal = await market.BringAsync(state);
            deal.Mandate = await market.LodgeAsync(terms => terms.Limits[0].PerTransaction = Steps.Cny(Steps.Price - 1));
            return (deal, Steps.Of(StepKind.Lock, deal));
        }
        ),
        [Guard.FundsAvailable] = (ErrorCode.FundsInsufficient, async (market, state) =>
        {
            var deal = await market.BringAsync(state);
            var available = (await market.World.AccountAsync("buyer-owner")).Balances[0].Available.Units;
            await market.World.SendAsync("buyer-owner", new Content { RequestPayout = new RequestPayout { Amount = Steps.Cny(available - Steps.Price + 1), Destination = "away" } });
            return (deal, Steps.Of(StepKind.Lock, deal));
        }
        ),
        [Guard.NamesQuoteAndRendering] = (ErrorCode.RenderingWrong, async (market, state) =>
        {
            var deal = await market.BringAsync(state);
            var approve = Steps.Of(StepKind.Approve, deal);
            approve.Approve.Language = "zh";
            return (deal, approve);
        }
        ),
        [Guard.WithinTerms] = (ErrorCode.TermsForbid, async (market, state) =>
            (await market.BringAsync(state, quote: offer => offer.Quote.Terms.Cancel = CancelTerms.UntilConfirm), new Content { Cancel = new Cancel() })),
        [Guard.TermsInstant] = (ErrorCode.StepOutOfOrder, async (market, state) => (await market.BringAsync(state), new Content { Fulfil = new Fulfil() })),
        [Guard.OnlyOnce] = (ErrorCode.StepOutOfOrder, async (market, state) =>
        {
            var deal = await market.BoughtAsync();
            // The first time is allowed, and changes no state.
            Assert.Equal(Settled, (await market.DoAsync(deal, Role.Seller, StepKind.Fulfil)).State);
            return (deal, new Content { Fulfil = new Fulfil() });
        }
        ),
        [Guard.WholeAmount] = (ErrorCode.AmountInvalid, async (market, state) => (await market.BringAsync(state), Steps.Refund(Steps.Cny(Steps.Price - 1)))),
        [Guard.SumsToHeld] = (ErrorCode.ResolutionUnbalanced, async (market, state) => (await market.BringAsync(state), Steps.Resolve(Steps.Cny(Steps.Price), Steps.Cny(0, 1)))),
        [Guard.RefundsLeft] = (ErrorCode.RoundsExhausted, async (market, state) =>
        {
            var deal = await market.BringAsync(state);
            for (var refund = 0; refund < 64; refund++)
            {
                await market.DoAsync(deal, Role.Seller, Steps.Refund(Steps.Cny(0, 1)));
                await market.World.TransfersAsync();
            }
            return (deal, Steps.Refund(Steps.Cny(0, 1)));
        }
        ),
        [Guard.RefundsWithinPaid] = (ErrorCode.RefundExceeds, async (market, state) => (await market.BringAsync(state), Steps.Refund(Steps.Cny(Steps.Price, 1)))),
    };

    Market _market = null!;

    /// <summary>That a guard holds lets the step through is shown by the walk of the table; here, that it does not.</summary>
    public static TheoryData<TransactionState, StepKind, Guard> Guarded =>
    [
        .. from rule in TransactionRules.Table
           where rule.By is not Role.Broker && rule.From is not Unspecified
           from guard in rule.Needs
           where !Never.ContainsKey((rule.From, rule.Step, guard))
           select new TheoryDataRow<TransactionState, StepKind, Guard>(rule.From, rule.Step, guard),
    ];

    public async ValueTask InitializeAsync() => _market = await Market.OpenAsync();

    public async ValueTask DisposeAsync() => await _market.DisposeAsync();

    [Theory]
    [MemberData(nameof(Guarded))]
    public async Task A_guard_that_does_not_hold_refuses_with_its_code_and_changes_nothing(TransactionState state, StepKind step, Guard guard)
    {
        var (code, fail) = Failing[guard];
        var (deal, content) = await fail(_market, state);
        var before = (await _market.StateAsync(deal), await _market.MoneyAsync("buyer-owner"), await _market.MoneyAsync("seller-owner"));
        var by = TransactionRules.Table.First(rule => rule.From == state && rule.Step == step && rule.By is not Role.Broker).By;
        var outcome = await _market.TryAsync(deal, by, content);
        Assert.Equal((code, true), (outcome.Code, outcome.Recorded));
        Assert.Equal(before, (await _market.StateAsync(deal), await _market.MoneyAsync("buyer-owner"), await _market.MoneyAsync("seller-owner")));
        await _market.AssertReplaysAsync();
    }
}
