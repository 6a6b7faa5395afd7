using ActProtocol.Conformance.Agents;
using ActProtocol.Conformance.Checks;

namespace ActProtocol.Conformance.Cases.Buyers;

/// <summary>What every envelope of a buyer must be: judged over ordinary purchases, by the hook or watched.</summary>
static class BuyerMessages
{
    [Check("ENV-02.buyer-signs-its-envelopes", "Each envelope is signed over its signed bytes by a key of the sender that the directory has.")]
    public static Task Signs(BuyerScenario scenario) => scenario.ObserveAsync("ENV-02");

    [Check("ENV-03.buyer-says-each-thing-once", "No singular field stands twice in what it sends, and of a oneof one member.")]
    public static Task Once(BuyerScenario scenario) => scenario.ObserveAsync("ENV-03");

    [Check("ENV-09.buyer-encodes-canonically", "It uses the canonical encoding.", Should = true)]
    public static Task Canonical(BuyerScenario scenario) => scenario.ObserveAsync("ENV-09");

    [Check("ENV-10.buyer-names-ids", "Sender, broker and recipients are ids, no recipient twice.")]
    public static Task Ids(BuyerScenario scenario) => scenario.ObserveAsync("ENV-10");

    [Check("ENV-11.buyer-draws-message-ids", "Message ids and transaction ids have 16 bytes, digests 32, where they belong.")]
    public static Task MessageIds(BuyerScenario scenario) => scenario.ObserveAsync("ENV-11");

    [Check("ENV-12.buyer-dates-its-envelopes", "Envelopes are sent now, and expire within a day.")]
    public static Task Dates(BuyerScenario scenario) => scenario.ObserveAsync("ENV-12");

    [Check("ENV-13.buyer-names-its-broker", "Envelopes name the broker they are meant for.")]
    public static Task Broker(BuyerScenario scenario) => scenario.ObserveAsync("ENV-13");

    [Check("ENV-14.buyer-sends-no-critical-extension", "It marks nothing as critical: version 1.0 defines no extension.")]
    public static Task Extensions(BuyerScenario scenario) => scenario.ObserveAsync("ENV-14");

    [Check("ENV-15.buyer-speaks-version-1", "Its major version is 1.")]
    public static Task Version(BuyerScenario scenario) => scenario.ObserveAsync("ENV-15");

    [Check("ENV-16.buyer-names-its-home", "Its steps bear the bucket of its principal's id.")]
    public static Task Home(BuyerScenario scenario) => scenario.ObserveAsync("ENV-16");

    [Check("ENV-17.buyer-forms-bodies", "Its bodies are in the form of their row.")]
    public static Task Bodies(BuyerScenario scenario) => scenario.ObserveAsync("ENV-17");

    [Check("ENV-19.buyer-addresses-the-seller", "Its steps name exactly the seller.")]
    public static Task Recipients(BuyerScenario scenario) => scenario.ObserveAsync("ENV-19");

    [Check("ENV-20.buyer-uses-a-message-id-once", "No message id stands for two messages.")]
    public static Task Reuse(BuyerScenario scenario) => scenario.ObserveAsync("ENV-20");

    [Check("INT-01.buyer-names-its-mandate", "An intent names a mandate.")]
    public static Task Mandate(BuyerScenario scenario) => scenario.ObserveAsync("INT-01");

    [Check("INT-02.buyer-names-sellers-or-a-capability", "An intent names sellers or a capability, not both and not neither.")]
    public static Task Sellers(BuyerScenario scenario) => scenario.ObserveAsync("INT-02");

    [Check("INT-03.buyer-forms-intents", "An intent has a budget that is an amount and an expiry within 90 days.")]
    public static Task Intents(BuyerScenario scenario) => scenario.ObserveAsync("INT-03");

    [Check("MAN-03.buyer-keeps-to-its-mandate", "Counters, locks and commits name the intent's mandate.")]
    public static Task Mandates(BuyerScenario scenario) => scenario.ObserveAsync("MAN-03");

    [Check("TXN-02.buyer-derives-the-transaction", "Its steps name one of the transactions that its intent opened.")]
    public static Task Transaction(BuyerScenario scenario) => scenario.ObserveAsync("TXN-02");

    [Check("TXN-05.buyer-takes-its-own-steps", "It takes only steps of a buyer.")]
    public static Task Steps(BuyerScenario scenario) => scenario.ObserveAsync("TXN-05");

    [Check("TXN-12.buyer-follows-the-seller", "Counters, locks and commits follow the seller's last accepted envelope.")]
    public static Task Follows(BuyerScenario scenario) => scenario.ObserveAsync("TXN-12");

    [Check("NET-03.buyer-proves-itself", "Its proof names the broker and the stream's nonce, and is signed by its key.")]
    public static Task Proof(BuyerScenario scenario) => scenario.ObserveAsync("NET-03");
}
