using ActProtocol.Conformance.Rendering;
using ActProtocol.V1;
using Google.Protobuf;
using Google.Type;

namespace ActProtocol.Conformance.Brokers;

/// <summary>The steps by which a sale ends, or comes to its end.</summary>
sealed partial class Sale
{
    /// <summary>Of the present revision and quote, as they were accepted.</summary>
    public Intent? Revision { get; private set; }

    public Quote? Quoted { get; private set; }

    public Party Principal => Buyer.Owner;

    public Envelope Decline(Action<Header>? header = null) => Step(Seller, new Decline { Reason = "Sold out." }, header);

    public Envelope Cancel(Action<Header>? header = null) => Step(Buyer, new Cancel { Reason = "No longer wanted." }, header);

    public Envelope Fulfil(Action<Fulfil>? change = null) => Step(Seller, Changed(new Fulfil(), change));

    public Envelope Accept() => Step(Buyer, new Accept());

    public Envelope Dispute() => Step(Buyer, new Dispute { Reason = "Not as agreed." });

    public Envelope Refund(Money amount) => Step(Seller, new Refund { Amount = amount });

    public Envelope Resolve(Money toSeller, Money toBuyer) => Step(Arbiter!, new Resolve { ToSeller = toSeller, ToBuyer = toBuyer });

    public Envelope Deny() => Step(Principal, new Deny { Reason = "Not this time." });

    /// <summary>Of the rendering that the principal reads.</summary>
    public Envelope Approve(Action<Approve>? change = null, string language = "en") => Step(Principal, Changed(
        new Approve { Quote = ByteString.CopyFrom(QuoteDigest), Rendering = ByteString.CopyFrom(PurchaseText.DigestOf(Rendering(language))), Language = language }, change));

    /// <summary>The next revision: as the first, unless changed.</summary>
    public Envelope Counter(Action<Intent>? change = null) => Step(Buyer, new Counter { Intent = Changed(new Intent { Words = "Cheaper goods for tests.", Budget = Xts.Of(400) }, change) });

    public string Rendering(string language)
    {
        var shown = Revision!.Clone();
        shown.MaxLocks = _maxLocks;
        return PurchaseText.Of(shown, Quoted!, Seller.Id, language);
    }
}
