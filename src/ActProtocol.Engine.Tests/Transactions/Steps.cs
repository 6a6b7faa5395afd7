using ActProtocol.Engine.Hosting;
using ActProtocol.Envelopes;
using ActProtocol.Rendering;
using ActProtocol.V1;

namespace ActProtocol.Engine.Transactions;

/// <summary>Well-formed bodies for every step, to which tests then do something.</summary>
static class Steps
{
    public const long Price = 300;

    public static readonly Escrow Escrow = new()
    {
        FulfilWithinMs = 3_600_000,
        DisputeWindowMs = 3_600_000,
        ResolveWithinMs = 3_600_000,
        Arbiter = World.Id("arbiter"),
    };

    /// <summary>Steps that parties take within a transaction.</summary>
    public static readonly StepKind[] OfParties = [.. Enum.GetValues<StepKind>().Where(step => step is > StepKind.Intent and < StepKind.Expire)];

    public static Google.Type.Money Cny(long units, int nanos = 0) => new() { CurrencyCode = "CNY", Units = units, Nanos = nanos };

    public static Content Of(StepKind step, Deal deal) => step switch
    {
        StepKind.Quote => Quote(deal),
        StepKind.Decline => new Content { Decline = new Decline() },
        StepKind.Counter => new Content { Counter = new Counter { Intent = new Intent { Budget = deal.Intent.Budget } } },
        StepKind.Cancel => new Content { Cancel = new Cancel() },
        StepKind.Lock => new Content { Lock = new V1.Lock { Quote = QuoteOf(deal) } },
        StepKind.Approve => new Content { Approve = ApproveOf(deal) },
        StepKind.Deny => new Content { Deny = new Deny() },
        StepKind.Confirm => new Content { Confirm = new Confirm() },
        StepKind.Commit => new Content { Commit = new Commit { Quote = QuoteOf(deal) } },
        StepKind.Fulfil => new Content { Fulfil = new Fulfil() },
        StepKind.Accept => new Content { Accept = new Accept() },
        StepKind.Dispute => new Content { Dispute = new Dispute { Reason = "not as agreed" } },
        StepKind.Resolve => Resolve(Cny(Price), Cny(0)),
        StepKind.Refund => Refund(Cny(Price)),
        StepKind.Unspecified or StepKind.Intent or StepKind.Expire or StepKind.Release or StepKind.Settle or StepKind.RefundPaid
            or StepKind.RefundInsufficient => throw new ArgumentOutOfRangeException(nameof(step)),
    };

    public static Content Quote(Deal deal, long units = Price, Escrow? escrow = null, int nanos = 0)
    {
        var terms = new Terms { HoldForMs = 600_000 };
        if (escrow is null) terms.Instant = new Instant();
        else terms.Escrow = escrow.Clone();
        return new Content
        {
            Quote = new Quote
            {
                Intent = deal.Revision.ToWire(),
                Lines = { new Line { Description = "one", Quantity = 1, UnitPrice = Cny(units, nanos), Amount = Cny(units, nanos) } },
                Total = Cny(units, nanos),
                ValidUntilMs = deal.Intent.ExpiresAtMs,
                Terms = terms,
            },
        };
    }

    public static Content Resolve(Google.Type.Money toSeller, Google.Type.Money toBuyer) => new() { Resolve = new Resolve { ToSeller = toSeller, ToBuyer = toBuyer } };

    public static Content Refund(Google.Type.Money amount) => new() { Refund = new Refund { Amount = amount } };

    static Google.Protobuf.ByteString QuoteOf(Deal deal) => (deal.QuoteDigest.IsZero ? deal.IntentId : deal.QuoteDigest).ToWire();

    static Approve ApproveOf(Deal deal)
    {
        var shown = deal.Quote is null ? "" : PurchaseRendering.Render(deal.Intent, deal.Quote, World.Id(deal.Seller), "en")!;
        return new Approve { Quote = QuoteOf(deal), Rendering = PurchaseRendering.DigestOf(shown).ToWire(), Language = "en" };
    }
}
