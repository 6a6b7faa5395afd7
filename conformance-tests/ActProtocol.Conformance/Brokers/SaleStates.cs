using ActProtocol.Conformance.Runs;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Conformance.Brokers;

/// <summary>Fresh transactions in any state in which one can rest, and every step as it would be drafted there.</summary>
static class SaleStates
{
    /// <summary>With an arbiter, so that every role is there; an instant sale where only that comes to the state.</summary>
    public static async Task<Sale> SaleInAsync(this BrokerScenario scenario, TransactionState state)
    {
        var sale = await scenario.EscrowSaleAsync(mandate: mandate => mandate.Limits[0].ApprovalAbove = state is AwaitingApproval or Denied ? Xts.Of(0) : null);
        switch (state)
        {
            case Declined:
                await sale.UntilAsync(Quoted);
                await scenario.BuildAsync(sale.Decline());
                return sale;
            case Cancelled:
                await sale.UntilAsync(Quoted);
                await scenario.BuildAsync(sale.Cancel());
                return sale;
            case Expired:
                await sale.UntilAsync(Quoted, intent => intent.ExpiresAtMs = scenario.NowMs + 1500);
                await scenario.OwnStepAsync(sale, StepKind.Expire);
                return sale;
            case AwaitingApproval or Denied:
                await sale.UntilAsync(Quoted);
                await scenario.BuildAsync(sale.Lock());
                if (state is Denied) await scenario.BuildAsync(sale.Deny());
                return sale;
            case Released:
                await sale.UntilAsync(Locked);
                await scenario.BuildAsync(sale.Cancel());
                return sale;
            case Settled:
                await sale.UntilAsync(Fulfilled);
                await scenario.BuildAsync(sale.Accept());
                await scenario.GetsAsync(sale.Seller.Owner, Xts.Of(100));
                return sale;
            case Refunded:
                await sale.UntilAsync(Committed);
                await scenario.BuildAsync(sale.Refund(Xts.Of(100)));
                return sale;
            default:
                return await sale.UntilAsync(state);
        }
    }

    /// <summary>A state by the name that cases have it under: <c>awaiting-approval</c>.</summary>
    public static TransactionState Named(string value) => Enum.Parse<TransactionState>(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);

    public static Party PartyIn(this Sale sale, Role role) => role switch
    {
        Role.Buyer => sale.Buyer,
        Role.Seller => sale.Seller,
        Role.Principal => sale.Principal,
        Role.Arbiter => sale.Arbiter ?? throw new InvalidOperationException("This sale has no arbiter."),
        Role.Broker or Role.Unspecified => throw new InvalidOperationException($"{role} sends nothing."),
    };

    /// <summary>The step as that role would send it now, without a fault of its own; the escrow's whole amount where it names one.</summary>
    public static Envelope StepBy(this Sale sale, Role role, StepKind kind) => sale.Step(sale.PartyIn(role), kind switch
    {
        StepKind.Quote => sale.NewQuote(Xts.Of(100)),
        StepKind.Decline => new Decline(),
        StepKind.Counter => new Counter { Intent = new Intent { Words = "Again.", Budget = Xts.Of(400) } },
        StepKind.Cancel => new Cancel(),
        StepKind.Lock => new V1.Lock { Quote = QuoteOf(sale) },
        StepKind.Approve => new Approve { Quote = QuoteOf(sale), Language = "en", Rendering = sale.Quoted is null ? ByteString.CopyFrom(new byte[32]) : ByteString.CopyFrom(Rendering.PurchaseText.DigestOf(sale.Rendering("en"))) },
        StepKind.Deny => new Deny(),
        StepKind.Confirm => new Confirm(),
        StepKind.Commit => new Commit { Quote = QuoteOf(sale) },
        StepKind.Fulfil => new Fulfil(),
        StepKind.Accept => new Accept(),
        StepKind.Dispute => new Dispute(),
        StepKind.Resolve => new Resolve { ToSeller = Xts.Of(60), ToBuyer = Xts.Of(40) },
        StepKind.Refund => new Refund { Amount = Xts.Of(100) },
        StepKind.Unspecified or StepKind.Intent or StepKind.Expire or StepKind.Release or StepKind.Settle or StepKind.RefundPaid or StepKind.RefundInsufficient =>
            throw new InvalidOperationException($"{kind} is no step of a party within a transaction."),
    });

    static ByteString QuoteOf(Sale sale) => ByteString.CopyFrom(sale.QuoteDigest.Length == 0 ? new byte[32] : sale.QuoteDigest);
}
