using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Transactions;
using ActProtocol.Envelopes;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Engine.Errors;

/// <summary>What can be wrong with a lock, a quote, an intent, a resolution: in the order in which it is told.</summary>
static class Faults
{
    /// <summary>Of any envelope in a transaction, up to the signature and the key.</summary>
    static readonly Fault[] OfAny =
    [
        new(ErrorCode.TooLarge, Tamper: envelope => new Envelope { Content = envelope.Content, Signatures = { Enumerable.Repeat(envelope.Signatures[0], 5) } }),
        new(ErrorCode.Malformed, Tamper: envelope => new Envelope(envelope) { Content = ByteString.CopyFrom([.. envelope.Content.Span, 0]) }),
        new(ErrorCode.VersionUnsupported, Change: (_, content) => content.Header.VersionMajor = 2),
        new(ErrorCode.BrokerWrong, Change: (_, content) => content.Header.Broker = "act://test/other"),
        new(ErrorCode.ExtensionUnsupported, Change: (_, content) =>
        {
            content.Header.Extensions.Add(new V1.Extension { Name = "later" });
            content.Header.Critical.Add("later");
        }),
        new(ErrorCode.ClockSkew, Change: (_, content) => (content.Header.SentAtMs, content.Header.ExpiresAtMs) = (content.Header.SentAtMs + 3_600_000, content.Header.ExpiresAtMs + 3_600_000)),
        new(ErrorCode.SignatureInvalid, Tamper: envelope =>
        {
            var value = envelope.Signatures[0].Value.ToByteArray();
            value[0] ^= 1;
            return new Envelope { Content = envelope.Content, Signatures = { new Signature(envelope.Signatures[0]) { Value = ByteString.CopyFrom(value) } } };
        }),
    ];

    static readonly Fault Revoked = new(ErrorCode.KeyRevoked, World: async setting => await setting.Market.World.SendAsync("buyer-owner", new Content
    {
        RevokeKey = new RevokeKey { Id = World.Id("buyer"), Key = setting.Market.World.KeyOf("buyer").PublicKey.Thumbprint.ToWire() },
    }));

    static readonly Fault Unsure = new(ErrorCode.ClockUnsure, "clock", World: setting =>
    {
        setting.Market.World.Time.Jump = TimeSpan.FromHours(2);
        return Task.CompletedTask;
    });

    static readonly Fault UsedId = new(ErrorCode.MessageIdReused, "transaction", Change: (setting, content) => content.Header.MessageId = setting.UsedId);

    static readonly Fault OtherHome = new(ErrorCode.HomeWrong, "transaction home", Change: (_, content) => content.Header.Home ^= 1);

    static readonly Fault[] OfMandates =
    [
        new(ErrorCode.MandateUnknown, "mandate", Change: (_, content) => content.Header.Mandate = SignedBytes.HashOf("none"u8).ToWire()),
        new(ErrorCode.MandateNotYours, "mandate", Before: setting => setting.Mandate += terms => terms.AgentKey = SignedBytes.HashOf("another key"u8).ToWire()),
        new(ErrorCode.MandateRevoked, "mandate", World: async setting => await setting.Market.World.SendAsync("buyer-owner", new Content { RevokeMandate = new RevokeMandate { Mandate = setting.Lodged.ToWire() } })),
        new(ErrorCode.MandateNotYetValid, "mandate times", Before: setting => setting.Mandate += terms => terms.ValidFromMs = setting.Market.World.NowMs + (30L * 24 * 3_600_000)),
        new(ErrorCode.MandateExpired, "mandate times", Before: setting => setting.Mandate += terms => terms.ValidUntilMs = setting.Market.World.NowMs + 1,
            World: setting => setting.Market.World.PassAsync(TimeSpan.FromSeconds(1))),
        new(ErrorCode.MandateCurrency, "mandate limits", Before: setting => setting.Mandate += terms => terms.Limits[0].Currency = "EUR"),
        new(ErrorCode.MandateSeller, Before: setting => setting.Mandate += terms => terms.SellersAllowed = new AgentSet()),
        new(ErrorCode.MandateExceeded, "mandate limits", Before: setting => setting.Mandate += terms => (terms.Limits[0].PerTransaction, terms.Limits[0].InTotal) = (Steps.Cny(1), Steps.Cny(1))),
    ];

    public static readonly Fault[] OfLock =
    [
        .. OfAny, Revoked, Unsure, UsedId,
        new(ErrorCode.TransactionUnknown, "transaction", Change: (_, content) => content.Header.TransactionId = ByteString.CopyFrom([.. Enumerable.Repeat((byte)7, 16)])),
        OtherHome,
        new(ErrorCode.RecipientWrong, Change: (_, content) => content.Header.Recipients.Clear()),
        new(ErrorCode.StepOutOfOrder, "state", World: async setting => await setting.Market.DoAsync(setting.Deal, Role.Seller, StepKind.Decline)),
        new(ErrorCode.FollowsStale, Change: (setting, content) => content.Header.Follows = setting.Deal.IntentId.ToWire()),
        new(ErrorCode.DeadlinePassed, "state", World: setting => setting.Market.World.PassAsync(Market.IntentLife)),
        new(ErrorCode.QuoteExpired, "quote", Before: setting => setting.Quote += content => content.Quote.ValidUntilMs = setting.Market.World.NowMs + 1,
            World: setting => setting.Market.World.PassAsync(TimeSpan.FromSeconds(1))),
        new(ErrorCode.QuoteUnknown, "quote", Change: (_, content) => content.Lock.Quote = SignedBytes.HashOf("none"u8).ToWire()),
        new(ErrorCode.ConstraintUnsatisfied, Before: setting => setting.Intent += content => content.Intent.Constraint = TermsScenarios.Below(1)),
        new(ErrorCode.ArbiterUnacceptable, Before: setting => setting.Quote += content => content.Quote.Terms.Escrow = new Escrow(Steps.Escrow) { Arbiter = World.Id("umpire") }),
        new(ErrorCode.IntentUsed, World: LockSiblingAsync),
        new(ErrorCode.BudgetExceeded, Before: setting => setting.Intent += content => content.Intent.Budget = Steps.Cny(299)),
        .. OfMandates,
        new(ErrorCode.FundsInsufficient, World: async setting => await setting.Market.World.SendAsync("buyer-owner", new Content
        {
            RequestPayout = new RequestPayout { Amount = Steps.Cny((await setting.Market.World.AccountAsync("buyer-owner")).Balances[0].Available.Units), Destination = "away" },
        })),
    ];

    public static readonly Fault[] OfQuote =
    [
        OtherHome,
        new(ErrorCode.RecipientWrong, Change: (_, content) => content.Header.Recipients.Add(World.Id("umpire"))),
        new(ErrorCode.FollowsStale, Change: (_, content) => content.Header.Follows = ByteString.Empty),
        new(ErrorCode.RoundsExhausted, World: async setting =>
        {
            for (var quote = 0; quote < 8; quote++) await setting.Market.DoAsync(setting.Deal, Role.Seller, Steps.Quote(setting.Deal));
        }),
        new(ErrorCode.QuoteExpired, Change: (setting, content) => content.Quote.ValidUntilMs = setting.Market.World.NowMs),
        new(ErrorCode.AmountInvalid, Change: (_, content) => content.Quote.Taxes.Add(new Charge { Amount = Steps.Cny(-1) })),
        new(ErrorCode.CurrencyUnknown, Change: (_, content) => content.Quote.Taxes.Add(new Charge { Amount = new() { CurrencyCode = "ZZZ" } })),
        new(ErrorCode.CurrencyMixed, Change: (_, content) => content.Quote.Taxes.Add(new Charge { Amount = new() { CurrencyCode = "EUR" } })),
        new(ErrorCode.TotalsWrong, Change: (_, content) => content.Quote.Lines[0].Amount = Steps.Cny(301)),
        new(ErrorCode.TermsInvalid, Change: (_, content) => content.Quote.Lines[0].Description = new string('x', 257)),
        new(ErrorCode.AgentUnknown, Change: (_, content) => content.Quote.Payees.Add(new Payee { Account = World.Id("nobody"), Amount = Steps.Cny(300) })),
        new(ErrorCode.SamePrincipal, Change: (_, content) => content.Quote.Terms.Escrow = new Escrow(Steps.Escrow) { Arbiter = World.Id("friend") }),
        new(ErrorCode.IntentWrong, Change: (_, content) => content.Quote.Intent = SignedBytes.HashOf("another"u8).ToWire()),
    ];

    public static readonly Fault[] OfIntent =
    [
        .. OfAny, Revoked, Unsure, UsedId,
        new(ErrorCode.HomeWrong, "transaction", Change: (_, content) => content.Header.Home ^= 1),
        new(ErrorCode.RecipientWrong, "sellers", Change: (_, content) => content.Intent.Capability = "any"),
        new(ErrorCode.DeadlinePassed, Change: (setting, content) => content.Intent.ExpiresAtMs = 1),
        new(ErrorCode.AmountInvalid, "budget", Change: (_, content) => content.Intent.Budget.Units = -1),
        new(ErrorCode.CurrencyUnknown, "budget mandate limits", Change: (_, content) => content.Intent.Budget.CurrencyCode = "ZZZ"),
        new(ErrorCode.TermsInvalid, Change: (_, content) => content.Intent.Words = new string('x', 2_049)),
        new(ErrorCode.ConstraintUnsupported, Change: (_, content) => content.Intent.Constraint = new Constraint()),
        new(ErrorCode.AgentUnknown, Change: (_, content) => content.Header.Recipients.Add(World.Id("nobody"))),
        new(ErrorCode.SamePrincipal, Change: (_, content) => content.Header.Recipients.Add(World.Id("buyer-shop"))),
        .. OfMandates,
    ];

    public static readonly Fault[] OfResolve =
    [
        new(ErrorCode.RecipientWrong, Change: (_, content) => content.Header.Recipients.Add(World.Id("buyer"))),
        new(ErrorCode.DeadlinePassed, World: setting => setting.Market.World.PassAsync(TimeSpan.FromHours(1))),
        new(ErrorCode.AmountInvalid, "buyer", Change: (_, content) => content.Resolve.ToBuyer = Steps.Cny(-1)),
        new(ErrorCode.CurrencyUnknown, "seller", Change: (_, content) => content.Resolve.ToSeller.CurrencyCode = "ZZZ"),
        new(ErrorCode.CurrencyMixed, "seller", Change: (_, content) => content.Resolve.ToSeller.CurrencyCode = "EUR"),
        new(ErrorCode.ResolutionUnbalanced, "buyer", Change: (_, content) => content.Resolve.ToBuyer = Steps.Cny(1)),
    ];

    public static readonly Fault[] OfRefund =
    [
        new(ErrorCode.RecipientWrong, Change: (_, content) => content.Header.Recipients.Clear()),
        new(ErrorCode.RoundsExhausted, World: async setting =>
        {
            for (var refund = 0; refund < 64; refund++)
            {
                await setting.Market.DoAsync(setting.Deal, Role.Seller, Steps.Refund(Steps.Cny(0, 1)));
                await setting.Market.World.TransfersAsync();
            }
        }),
        new(ErrorCode.AmountInvalid, "amount", Change: (_, content) => content.Refund.Amount.Units = -1),
        new(ErrorCode.CurrencyMixed, Change: (_, content) => content.Refund.Amount.CurrencyCode = "EUR"),
        new(ErrorCode.RefundExceeds, "amount", Change: (_, content) => content.Refund.Amount.Units = 301),
    ];

    public static readonly Fault[] OfApprove =
    [
        new(ErrorCode.RecipientWrong, Change: (_, content) => content.Header.Recipients.Add(World.Id("seller"))),
        new(ErrorCode.StepOutOfOrder, "state", World: async setting => await setting.Market.DoAsync(setting.Deal, Role.Buyer, StepKind.Cancel)),
        new(ErrorCode.DeadlinePassed, "state", World: setting => setting.Market.World.PassAsync(TimeSpan.FromMinutes(10))),
        new(ErrorCode.QuoteUnknown, Change: (_, content) => content.Approve.Quote = SignedBytes.HashOf("none"u8).ToWire()),
        new(ErrorCode.RenderingWrong, Change: (_, content) => content.Approve.Language = "xx"),
    ];

    public static readonly Fault[] OfFunding =
    [
        new(ErrorCode.RoleMissing, Before: setting => setting.Deal = new Deal { Id = ByteString.Empty, IntentId = default, Intent = new Intent(), Mandate = default, Buyer = "umpire" }),
        new(ErrorCode.HomeWrong, Change: (_, content) => content.Header.Home ^= 1),
        new(ErrorCode.AmountInvalid, "amount", Change: (_, content) => content.Fund.Amount.Units = 0),
        new(ErrorCode.CurrencyUnknown, "amount", Change: (_, content) => content.Fund.Amount.CurrencyCode = "ZZZ"),
        new(ErrorCode.AccountUnknown, Change: (_, content) => content.Fund.Account = World.Id("buyer-shop")),
        new(ErrorCode.ReferenceUsed, Change: (_, content) => content.Fund.Reference = "used"),
    ];

    public static readonly Fault[] OfMandate =
    [
        new(ErrorCode.CurrencyUnknown, "limit", Change: (_, content) => content.Mandate.Limits[0].Currency = "ZZZ"),
        new(ErrorCode.CurrencyMixed, "limit", Change: (_, content) => content.Mandate.Limits[0].InTotal = new() { CurrencyCode = "EUR" }),
        new(ErrorCode.TermsInvalid, Change: (_, content) => content.Mandate.ValidUntilMs = 1),
        new(ErrorCode.AgentUnknown, Change: (_, content) => content.Mandate.Agent = World.Id("seller")),
        new(ErrorCode.AccountUnknown, Change: (_, content) => content.Mandate.Account = World.Id("seller-owner")),
    ];

    public static readonly Fault[] OfRotation =
    [
        new(ErrorCode.AgentUnknown, Change: (_, content) => content.RotateKey.Id = World.Id("seller")),
        new(ErrorCode.TooManyOpen, World: async setting =>
        {
            for (var key = 1; key < 8; key++)
            {
                await setting.Market.World.SendAsync("buyer", new Content { RotateKey = new RotateKey { Id = World.Id("buyer"), SigningKey = setting.Market.World.KeyBytes($"key {key}") } });
            }
        }),
        new(ErrorCode.KeyUnsuitable, Change: (setting, content) => content.RotateKey.SigningKey = setting.Market.World.KeyBytes("seller")),
    ];

    static async Task LockSiblingAsync(Setting setting)
    {
        var sibling = new Deal
        {
            Id = DerivedIds.Transaction(setting.Deal.IntentId, World.Id("second")).ToWire(),
            IntentId = setting.Deal.IntentId,
            Intent = setting.Deal.Intent,
            Revision = setting.Deal.IntentId,
            LastOfBuyer = setting.Deal.IntentId,
            Mandate = setting.Market.Mandate,
            Seller = "second",
        };
        // At no price, so that it needs neither budget nor funds, satisfies any constraint, and is nobody's to arbitrate.
        await setting.Market.DoAsync(sibling, Role.Seller, Steps.Quote(sibling, 0));
        await setting.Market.DoAsync(sibling, Role.Buyer, StepKind.Lock);
    }
}
