using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Brokers;

/// <summary>One content of each kind, with the form that ENV-17 asks for and nothing behind it: no such transaction, mandate or entry.</summary>
static class WellFormed
{
    /// <summary>All that <c>Send</c> takes, by the names of their bodies.</summary>
    public static IEnumerable<(string What, Content Content)> All(BrokerScenario scenario, Party sender)
    {
        ByteString Some(int bytes) => ByteString.CopyFrom(scenario.Random.Bytes(bytes));
        var id = scenario.NewParty("nobody").Id;
        var intent = new Intent { Budget = Xts.Of(1), ExpiresAtMs = scenario.NowMs + 3_600_000 };
        IMessage[] outside =
        [
            intent, new Mandate { Agent = id, Account = sender.Id }, new RevokeMandate { Mandate = Some(32) }, BrokerScenario.Registration(sender), new RotateKey { Id = id, SigningKey = Some(32) },
            new RevokeKey { Id = id, Key = Some(32) }, new RecoverKey { Id = id, SigningKey = Some(32) }, new CancelRecovery { Id = id }, new EnterForeign { Id = "act://elsewhere.example/nobody", Entry = BrokerScenario.Registration(sender) },
            new UpdateListing { Id = sender.Id }, scenario.NewFund(sender), new RequestPayout { Amount = Xts.Of(1), Destination = "tests" }, new ClosePayout { Payout = Some(32), Account = sender.Id },
            new AcceptClock(), new ReplayMail { Position = 1 },
        ];
        IMessage[] within =
        [
            new Quote { Intent = Some(32) }, new Decline(), new Counter { Intent = intent }, new Cancel(), new V1.Lock { Quote = Some(32) }, new Approve { Quote = Some(32), Rendering = Some(32) }, new Deny(), new Confirm(),
            new Commit { Quote = Some(32) }, new Fulfil(), new Accept(), new Dispute(), new Resolve(), new Refund(),
        ];
        foreach (var body in outside) yield return (body.Descriptor.Name, scenario.Draft(sender, body));
        foreach (var body in within)
        {
            var content = scenario.Draft(sender, body);
            content.Header.TransactionId = Some(16);
            yield return (body.Descriptor.Name, content);
        }
    }
}
