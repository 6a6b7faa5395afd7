using ActProtocol.Conformance.Agents;
using ActProtocol.Conformance.Checks;

namespace ActProtocol.Conformance.Cases.Sellers;

/// <summary>What every envelope of a seller must be: judged over one ordinary conversation of a hundred intents.</summary>
static class SellerMessages
{
    [Check("ENV-02.seller-signs-its-envelopes", "Each envelope is signed over its signed bytes by a key of the sender that the directory has.")]
    public static Task Signs(SellerScenario scenario) => scenario.ObserveAsync("ENV-02");

    [Check("ENV-03.seller-says-each-thing-once", "No singular field stands twice in what it sends, and of a oneof one member.")]
    public static Task Once(SellerScenario scenario) => scenario.ObserveAsync("ENV-03");

    [Check("ENV-09.seller-encodes-canonically", "It uses the canonical encoding.", Should = true)]
    public static Task Canonical(SellerScenario scenario) => scenario.ObserveAsync("ENV-09");

    [Check("ENV-10.seller-names-ids", "Sender, broker and recipients are ids, no recipient twice.")]
    public static Task Ids(SellerScenario scenario) => scenario.ObserveAsync("ENV-10");

    [Check("ENV-11.seller-draws-message-ids", "Message ids and transaction ids have 16 bytes, digests 32, where they belong.")]
    public static Task MessageIds(SellerScenario scenario) => scenario.ObserveAsync("ENV-11");

    [Check("ENV-12.seller-dates-its-envelopes", "Envelopes are sent now, and expire within a day.")]
    public static Task Dates(SellerScenario scenario) => scenario.ObserveAsync("ENV-12");

    [Check("ENV-13.seller-names-its-broker", "Envelopes name the broker they are meant for.")]
    public static Task Broker(SellerScenario scenario) => scenario.ObserveAsync("ENV-13");

    [Check("ENV-14.seller-sends-no-critical-extension", "It marks nothing as critical: version 1.0 defines no extension.")]
    public static Task Extensions(SellerScenario scenario) => scenario.ObserveAsync("ENV-14");

    [Check("ENV-15.seller-speaks-version-1", "Its major version is 1.")]
    public static Task Version(SellerScenario scenario) => scenario.ObserveAsync("ENV-15");

    [Check("ENV-16.seller-copies-home", "It copies the buyer's home from the intent, over buyers of many homes.")]
    public static Task Home(SellerScenario scenario) => scenario.ObserveAsync("ENV-16");

    [Check("ENV-17.seller-forms-bodies", "Its bodies are in the form of their row.")]
    public static Task Bodies(SellerScenario scenario) => scenario.ObserveAsync("ENV-17");

    [Check("ENV-19.seller-addresses-the-buyer", "Its steps name exactly the buyer.")]
    public static Task Recipients(SellerScenario scenario) => scenario.ObserveAsync("ENV-19");

    [Check("ENV-20.seller-uses-a-message-id-once", "No message id stands for two messages.")]
    public static Task Reuse(SellerScenario scenario) => scenario.ObserveAsync("ENV-20");

    [Check("TXN-02.seller-derives-the-transaction", "Its steps name the transaction that the intent opened with it.")]
    public static Task Transaction(SellerScenario scenario) => scenario.ObserveAsync("TXN-02");

    [Check("TXN-05.seller-takes-its-own-steps", "It takes only steps of a seller.")]
    public static Task Steps(SellerScenario scenario) => scenario.ObserveAsync("TXN-05");

    [Check("TXN-12.seller-follows-the-buyer", "Quotes and confirms follow the buyer's last accepted envelope.")]
    public static Task Follows(SellerScenario scenario) => scenario.ObserveAsync("TXN-12");

    [Check("NET-03.seller-proves-itself", "Its proof names the broker and the stream's nonce, and is signed by its key.")]
    public static Task Proof(SellerScenario scenario) => scenario.ObserveAsync("NET-03");

    [Check("NET-07.seller-bounds-its-frames", "Its frames hold at most 256 envelopes and 1 MiB.")]
    public static Task Frames(SellerScenario scenario) => scenario.ObserveAsync("NET-07");
}
