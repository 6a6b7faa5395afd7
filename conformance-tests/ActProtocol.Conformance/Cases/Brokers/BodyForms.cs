using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.Conformance.Brokers.Expectations;

namespace ActProtocol.Conformance.Cases.Brokers;

static class BodyForms
{
    [Check("ENV-17.form", "A body that breaks its row is malformed, the field in the detail; the same body at its bounds is not.")]
    public static async Task Form(BrokerScenario scenario)
    {
        var sender = await scenario.PrincipalAsync("owner");
        var good = WellFormed.All(scenario, sender).ToDictionary(one => one.What, one => one.Content);
        foreach (var (what, content) in good) await scenario.PassesAsync("malformed", what, BrokerScenario.Seal(sender, content));
        foreach (var (body, what, change) in Faults().Concat(Directory()))
        {
            var content = good[body].Clone();
            content.Header.MessageId = ByteString.CopyFrom(scenario.Random.Bytes(16));
            change(content);
            var refused = AsRefused("malformed", $"{body}: {what}", await scenario.SendUnaryAsync(BrokerScenario.Seal(sender, content)));
            True($"{body}: {what}", refused.Info!.Metadata.GetValueOrDefault("detail") is { Length: > 0 }, "the field in the detail", "no detail");
        }
    }

    [Check("ENV-17.at-the-bounds", "Texts and evidence at their bounds, and destinations and references of one byte, are not malformed.")]
    public static async Task AtTheBounds(BrokerScenario scenario)
    {
        var sender = await scenario.PrincipalAsync("owner");
        var good = WellFormed.All(scenario, sender).ToDictionary(one => one.What, one => one.Content);
        var reason = new string('é', 256);
        var evidence = Enumerable.Repeat(new Evidence { Digest = Some(32), MediaType = new string('a', 128), Location = new string('a', 512) }, 16);
        (string, Action<Content>)[] bounds =
        [
            ("Decline", content => content.Decline.Reason = reason), ("Cancel", content => content.Cancel.Reason = reason), ("Deny", content => content.Deny.Reason = reason), ("Refund", content => content.Refund.Reason = reason),
            ("Resolve", content => content.Resolve.Reason = new string('a', 2_048)), ("Dispute", content => content.Dispute.Reason = new string('a', 2_048)), ("Dispute", content => content.Dispute.Evidence.Add(evidence)), ("Fulfil", content => content.Fulfil.Evidence.Add(evidence)),
            ("RequestPayout", content => content.RequestPayout.Destination = new string('a', 256)), ("RequestPayout", content => content.RequestPayout.Destination = "a"), ("ClosePayout", content => content.ClosePayout.Reference = new string('a', 128)),
            ("Fund", content => content.Fund.Reference = $"{scenario.Nonce}{new string('a', 120)}"),
        ];
        foreach (var (body, change) in bounds)
        {
            var content = good[body].Clone();
            content.Header.MessageId = ByteString.CopyFrom(scenario.Random.Bytes(16));
            change(content);
            await scenario.PassesAsync("malformed", body, BrokerScenario.Seal(sender, content));
        }
    }

    [Check("ENV-17.questions", "A question without one, with ids or digests of another length, or a page above 256, is malformed.")]
    public static async Task Questions(BrokerScenario scenario)
    {
        var sender = await scenario.AnybodyAsync();
        foreach (var (what, ask) in new (string, Ask)[]
        {
            ("none", new Ask()), ("an outcome without an id", new Ask { Outcome = new AskOutcome() }), ("an outcome with 15 bytes", new Ask { Outcome = new AskOutcome { MessageId = Some(15) } }),
            ("an outcome in a transaction of 15 bytes", new Ask { Outcome = new AskOutcome { MessageId = Some(16), TransactionId = Some(15) } }), ("a transaction of 17 bytes", new Ask { Transaction = new AskTransaction { TransactionId = Some(17) } }),
            ("a transaction of none", new Ask { Transaction = new AskTransaction() }), ("an account that is no id", new Ask { Account = new AskAccount { Account = "mine" } }), ("a mandate of 31 bytes", new Ask { Mandate = new AskMandate { Mandate = Some(31) } }),
            ("a page of 257", new Ask { Mail = new AskMail { PageSize = 257 } }),
        })
        {
            AsRefused("malformed", what, (await scenario.AskAsync(sender, ask)).Refused ?? (Outcome)new Outcome.Broken("an answer"));
        }
        foreach (var ask in new[] { new Ask { Mail = new AskMail { PageSize = 256 } }, new Ask { Account = new AskAccount { Account = sender.Id } }, new Ask { Outcome = new AskOutcome { MessageId = Some(16) } } })
        {
            True($"a question for {ask.QuestionCase}", (await scenario.AskAsync(sender, ask)).Answer is not null, "answered", "refused");
        }
    }

    static IEnumerable<(string Body, string What, Action<Content> Change)> Faults()
    {
        yield return ("Quote", "an intent of 31 bytes", content => content.Quote.Intent = Some(31));
        yield return ("Quote", "no intent", content => content.Quote.Intent = Some(0));
        yield return ("Counter", "no intent", content => content.Counter.Intent = null);
        yield return ("Lock", "a quote of 33 bytes", content => content.Lock.Quote = Some(33));
        yield return ("Commit", "no quote", content => content.Commit.Quote = Some(0));
        yield return ("Approve", "a quote of 16 bytes", content => content.Approve.Quote = Some(16));
        yield return ("Approve", "no rendering", content => content.Approve.Rendering = Some(0));
        yield return ("Decline", "a reason of 513", content => content.Decline.Reason = new string('a', 513));
        yield return ("Cancel", "a reason of 513 bytes in 257 characters", content => content.Cancel.Reason = new string('é', 256) + "a");
        yield return ("Deny", "a reason of 513", content => content.Deny.Reason = new string('a', 513));
        yield return ("Refund", "a reason of 513", content => content.Refund.Reason = new string('a', 513));
        yield return ("Resolve", "a reason of 2,049", content => content.Resolve.Reason = new string('a', 2_049));
        yield return ("Dispute", "a reason of 2,049", content => content.Dispute.Reason = new string('a', 2_049));
        yield return ("Dispute", "17 of evidence", content => content.Dispute.Evidence.Add(Enumerable.Repeat(new Evidence { Digest = Some(32) }, 17)));
        yield return ("Fulfil", "17 of evidence", content => content.Fulfil.Evidence.Add(Enumerable.Repeat(new Evidence { Digest = Some(32) }, 17)));
        yield return ("Fulfil", "evidence without a digest", content => content.Fulfil.Evidence.Add(new Evidence()));
        yield return ("Fulfil", "evidence with one of 31 bytes", content => content.Fulfil.Evidence.Add(new Evidence { Digest = Some(31) }));
        yield return ("Fulfil", "a media type of 129", content => content.Fulfil.Evidence.Add(new Evidence { Digest = Some(32), MediaType = new string('a', 129) }));
        yield return ("Fulfil", "a location of 513", content => content.Fulfil.Evidence.Add(new Evidence { Digest = Some(32), Location = new string('a', 513) }));
        yield return ("RevokeMandate", "a mandate of 31 bytes", content => content.RevokeMandate.Mandate = Some(31));
        yield return ("Fund", "an account that is no id", content => content.Fund.Account = "mine");
        yield return ("Fund", "no reference", content => content.Fund.Reference = "");
        yield return ("Fund", "a reference of 129", content => content.Fund.Reference = new string('a', 129));
        yield return ("RequestPayout", "no destination", content => content.RequestPayout.Destination = "");
        yield return ("RequestPayout", "a destination of 257", content => content.RequestPayout.Destination = new string('a', 257));
        yield return ("ClosePayout", "a payout of 31 bytes", content => content.ClosePayout.Payout = Some(31));
        yield return ("ClosePayout", "an account that is no id", content => content.ClosePayout.Account = "");
        yield return ("ClosePayout", "executed without a reference", content => content.ClosePayout.Executed = true);
        yield return ("ClosePayout", "a reference of 129", content => content.ClosePayout.Reference = new string('a', 129));
    }

    static IEnumerable<(string Body, string What, Action<Content> Change)> Directory()
    {
        yield return ("RotateKey", "an id that is none", content => content.RotateKey.Id = "mine");
        yield return ("RotateKey", "a key of 31 bytes", content => content.RotateKey.SigningKey = Some(31));
        yield return ("RotateKey", "a sealing key of 1 byte", content => content.RotateKey.SealingKey = Some(1));
        yield return ("RotateKey", "valid until before it begins", content => (content.RotateKey.ValidFromMs, content.RotateKey.ValidUntilMs) = (9, 8));
        yield return ("RotateKey", "valid from before 1970", content => content.RotateKey.ValidFromMs = -1);
        yield return ("RevokeKey", "an id that is none", content => content.RevokeKey.Id = "");
        yield return ("RevokeKey", "a thumbprint of 31 bytes", content => content.RevokeKey.Key = Some(31));
        yield return ("RecoverKey", "an id that is none", content => content.RecoverKey.Id = "mine");
        yield return ("RecoverKey", "a key of 33 bytes", content => content.RecoverKey.SigningKey = Some(33));
        yield return ("CancelRecovery", "an id that is none", content => content.CancelRecovery.Id = "mine");
        yield return ("EnterForeign", "an id that is none", content => content.EnterForeign.Id = "mine");
        yield return ("EnterForeign", "no entry", content => content.EnterForeign.Entry = null);
        yield return ("EnterForeign", "an entry of no kind", content => content.EnterForeign.Entry.Kind = 0);
        yield return ("UpdateListing", "an id that is none", content => content.UpdateListing.Id = "mine");
        yield return ("UpdateListing", "a title of 129", content => content.UpdateListing.Listing = new Listing { Title = new string('a', 129) });
        yield return ("UpdateListing", "an empty capability", content => content.UpdateListing.Listing = new Listing { Capabilities = { "" } });
    }

    static ByteString Some(int bytes) => ByteString.CopyFrom(Enumerable.Repeat((byte)7, bytes).ToArray());
}
