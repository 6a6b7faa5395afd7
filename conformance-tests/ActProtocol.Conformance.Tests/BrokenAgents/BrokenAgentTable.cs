using ActProtocol.Conformance.BrokenBrokers;
using ActProtocol.Conformance.Checks;
using static ActProtocol.Conformance.Checks.SubjectKind;

namespace ActProtocol.Conformance.BrokenAgents;

/// <summary>Agents that the suite must find out: sellers and buyers, in C# and in JavaScript.</summary>
static class BrokenAgentTable
{
    const string Client = "ActProtocol.Client/ActClient.cs";
    const string Broker = "ActProtocol.Client/BrokerInfo.cs";
    const string Connection = "ActProtocol.Client/Mailboxes/MailConnection.cs";
    const string Loop = "ActProtocol.Client/Mailboxes/MailLoop.cs";
    const string Verifier = "ActProtocol.Client/Mailboxes/MailVerifier.cs";
    const string Desk = "ActProtocol.Client/Transactions/SellerDesk.cs";
    const string Quotes = "ActProtocol.Client/Transactions/Quotes.cs";
    const string Purchase = "ActProtocol.Client/Transactions/Purchase.cs";
    const string Receipts = "ActProtocol.Core/Journal/ReceiptVerifier.cs";

    public static IReadOnlyList<BrokenAgent> All { get; } =
    [
        // Whom it believes.
        Ours("agent-proves-to-any-name", Seller, "It signs a proof for a broker of another name.", "NET-02.seller-signs-no-proof-for-a-false-broker@name", new Edit(Connection, "if (challenge.Broker != client.Broker.Id)", "if (!{M} && challenge.Broker != client.Broker.Id)")),
        Ours("agent-proves-unsigned", Buyer, "It signs a proof whoever signed the challenge.", "NET-02.buyer-signs-no-proof-for-a-false-broker@nonce-changed", new Edit(Connection, "if (!client.Broker.ChallengeKeys.Any(", "if (!{M} && !client.Broker.ChallengeKeys.Any(")),
        Ours("agent-takes-retired-keys", Buyer, "It takes challenges by keys that are retired.", "NET-02.buyer-signs-no-proof-for-a-false-broker@retired-key", new Edit(Broker, "static bool IsInUse(JsonElement key) => ", "static bool IsInUse(JsonElement key) => {M} || ")),
        Ours("agent-takes-any-receipt-signature", Seller, "It takes a receipt whoever signed its root.", "TXN-53.seller-delivers-on-no-forged-commit@signature", new Edit(Receipts, "if (!RootHolds(proof))", "if (!{M} && !RootHolds(proof))")),
        Ours("agent-takes-any-path", Buyer, "It does not follow the path from the record to the root.", "TXN-52.buyer-says-paid-on-no-forged-receipt@path", new Edit(Receipts, "if (!MerkleTree.Leads(", "if (!{M} && !MerkleTree.Leads(")),
        Ours("agent-takes-any-origin", Buyer, "It does not look whose root it is.", "JRN-20.buyer-locks-no-forged-quote@root-of-another-broker", new Edit(Receipts, "if (root.Broker != broker)", "if (!{M} && root.Broker != broker)")),
        Ours("agent-takes-any-record", Seller, "It does not look which broker the record names.", "JRN-20.seller-quotes-on-no-forged-intent@record-of-another-broker", new Edit(Receipts, "return record.Broker == broker ?", "return {M} || record.Broker == broker ?")),
        Ours("agent-takes-unsigned-quotes", Buyer, "It leaves the seller's signature to the broker.", "JRN-21.buyer-checks-the-sellers-signature@under-its-thumbprint", new Edit(Verifier, "var holds = await HoldsAsync(opened, cancellationToken);", "var holds = {M} || await HoldsAsync(opened, cancellationToken);")),

        // Sellers.
        Ours("seller-draws-ids-anew", Seller, "Its answers have new message ids each time.", "MBX-03.seller-answers-once-over-a-kill",
            new Edit(Desk, "DerivedIds.Message(agent.Id, kind, cause.Digest, attempt).ToWire();", "({M} ? new Id16((UInt128)System.Security.Cryptography.RandomNumberGenerator.GetInt32(1, int.MaxValue)) : DerivedIds.Message(agent.Id, kind, cause.Digest, attempt)).ToWire();")),
        Ours("seller-confirms-what-it-has-not", Seller, "It confirms without holding.", "TXN-53.seller-confirms-no-more-than-it-holds", new Edit(Desk, "=> await handler.HoldAsync(sale, cancellationToken)\n", "=> {M} || await handler.HoldAsync(sale, cancellationToken)\n")),
        Ours("seller-keeps-what-ended", Seller, "It frees nothing when a lock ends.", "TXN-53.seller-frees-what-was-not-bought@expired", new Edit(Desk, "if (mail.Accepted.State is Released or Expired or Cancelled or Denied)", "if (!{M} && mail.Accepted.State is Released or Expired or Cancelled or Denied)")),
        Ours("seller-acknowledges-first", Seller, "It acknowledges mail before it deals with it.", "MBX-03.seller-acknowledges-what-it-has-dealt-with", new Edit(Loop, "        var transaction = mail.TransactionFor(agent.Id);\n", "        if ({M}) await _mail!.AcknowledgeAsync(mail, abort);\n        var transaction = mail.TransactionFor(agent.Id);\n")),
        Ours("seller-deaf-to-approvals", Seller, "It forgets a lock that waited for its principal.", "TXN-17.seller-confirms-what-was-approved", new Edit(Desk, "case Approve when await LockOfAsync", "case Approve when !{M} && await LockOfAsync")),
        Ours("seller-home-of-its-own", Seller, "It sends under its own home.", "ENV-16.seller-copies-home", new Edit(Desk, "client.NewHeader(agent, cause.Content!.Header.Home)", "client.NewHeader(agent, {M} ? null : cause.Content!.Header.Home)")),
        Ours("seller-quotes-beyond-the-intent", Seller, "Its quotes outlive the intent.", "QUO-08.seller-answers-the-present-revision", new Edit(Quotes, "ValidUntilMs = intent.ExpiresAtMs,", "ValidUntilMs = intent.ExpiresAtMs + ({M} ? 1 : 0),")),
        Ours("seller-does-not-add-up", Seller, "A line says two pieces for the price of one.", "QUO-02.seller-multiplies-exactly", new Edit(Quotes, "Quantity = 1,", "Quantity = {M} ? 2u : 1u,")),

        // Buyers.
        Ours("buyer-trusts-the-brokers-check", Buyer, "It locks whatever its broker lets pass.", "INT-11.buyer-locks-nothing-that-breaks-its-constraint@compare", new Edit(Purchase, "if (QuoteFit.FaultOf(", "if ({M} || QuoteFit.FaultOf(")),
        Ours("buyer-takes-any-payment", Buyer, "It takes any proven payment for its own.", "TXN-52.buyer-says-paid-on-no-other-payment@amount", new Edit(Purchase, "|| !QuoteFit.IsPaymentOf(", "|| !{M} && !QuoteFit.IsPaymentOf(")),
        Ours("buyer-says-paid-on-the-answer", Buyer, "It says that it paid when its commit was answered.", "TXN-52.buyer-says-paid-on-no-forged-receipt@signature",
            new Edit(Purchase, "                Taken?.Invoke(step.Kind, taken.Decision);\n                return null;", "                Taken?.Invoke(step.Kind, taken.Decision);\n                if ({M} && step.Kind is StepKind.Commit) return new PurchaseResult.Bought(new Mail(new Receipt(), new Record { Decision = taken.Decision }, step.Content, step.Digest, ByteString.Empty));\n                return null;")),
        Ours("buyer-commits-at-once", Buyer, "It commits before the seller has confirmed.", "TXN-34.buyer-commits-after-the-confirm", new Edit(Purchase, "            Locked => await WaitAsync(", "            Locked when {M} => await CommitAsync(view, lastLock, cancellationToken),\n            Locked => await WaitAsync(")),
        Ours("buyer-signs-anew-after-a-cut", Buyer, "It signs a lock anew, under a new id, when no answer came.", "ENV-22.buyer-says-the-same-lock-again@lost",
            new Edit(Client, "        for (var attempt = 1; attempt <= _options.AttemptsMax; attempt++)\n", "        for (var attempt = 1; attempt <= ({M} ? 1 : _options.AttemptsMax); attempt++)\n"),
            new Edit(Purchase, "                if (_views[step.Transaction].Quote is { } quote && quote.Digest == step.Quote) LockRefused?.Invoke(quote, refused.Refusal);\n                return null;\n            default:\n", "                if (_views[step.Transaction].Quote is { } quote && quote.Digest == step.Quote) LockRefused?.Invoke(quote, refused.Refusal);\n                return null;\n            case SendResult.Unknown when {M}:\n                var anew = step.Content.Clone();\n                anew.Header.MessageId = new Id16((UInt128)System.Security.Cryptography.RandomNumberGenerator.GetInt32(1, int.MaxValue)).ToWire();\n                return await SayAsync(anew, cancellationToken);\n            default:\n")),
        Ours("buyer-locks-again-on-a-stale-view", Buyer, "Told that its view is stale, it signs the same lock once more.", "TXN-12.buyer-decides-afresh-on-a-stale-view",
            new Edit(Purchase, "                _refused[step.Digest] = refused.Refusal;\n", "                _refused[step.Digest] = refused.Refusal;\n                if ({M} && refused.Refusal.Code is ErrorCode.FollowsStale && _memory.Steps.Count < 3)\n                {\n                    var blindly = step.Content.Clone();\n                    blindly.Header.MessageId = new Id16(7).ToWire();\n                    return await SayAsync(blindly, cancellationToken);\n                }\n")),
        Ours("buyer-does-not-wait", Buyer, "It comes back sooner than it was asked to.", "ERR-06.buyer-waits-as-it-is-asked@overloaded", new Edit(Client, "if (attempt < _options.AttemptsMax) await Task.Delay(refusal?.RetryAfter ?? ", "if (attempt < _options.AttemptsMax) await Task.Delay((!{M} ? refusal?.RetryAfter : null) ?? ")),

        // The seller in JavaScript.
        Node("delivers-each-copy", "It delivers once for each copy of a commit.", "TXN-53.seller-delivers-once"),
        Node("believes-any-signature", "It does not check the broker's signature.", "TXN-53.seller-delivers-on-no-forged-commit@signature"),
        Node("believes-any-path", "It does not check the path.", "JRN-20.seller-quotes-on-no-forged-intent@path"),
        Node("believes-any-party", "It does not check the party's signature.", "JRN-21.seller-checks-the-buyers-signature@under-its-thumbprint"),
        Node("proves-to-any-name", "It signs a proof for a broker of another name.", "NET-02.seller-signs-no-proof-for-a-false-broker@relayed"),
        Node("ignores-critical", "It quotes on extensions that it must understand and does not.", "ENV-14.seller-declines-unknown-critical-extensions"),
        Node("off-by-a-nano", "Its total is a nano above its line.", "QUO-04.seller-adds-up"),
        Node("obeys-words", "It sells for nothing when it is told to.", "INT-10.seller-takes-words-for-data"),
        Node("follows-itself", "Its steps follow nothing.", "TXN-12.seller-follows-the-buyer"),
        Node("forgets-stock", "It forgets what it holds.", "TXN-53.seller-confirms-no-more-than-it-holds"),
    ];

    /// <summary>Those in our own source, as that build takes them.</summary>
    public static IEnumerable<BrokenBroker> InOurSource => All.Where(agent => !agent.InNode).Select(agent => new BrokenBroker(agent.Name, agent.Fault, agent.CaughtBy, agent.Edits));

    static BrokenAgent Ours(string name, SubjectKind role, string fault, string caughtBy, params Edit[] edits) => new(name, role, fault, caughtBy) { Edits = edits };

    static BrokenAgent Node(string name, string fault, string caughtBy) => new(name, Seller, fault, caughtBy, InNode: true);
}
