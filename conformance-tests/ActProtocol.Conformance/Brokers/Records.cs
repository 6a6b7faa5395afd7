using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Brokers;

/// <summary>The records of a transaction, each with the proof that it came with, verified.</summary>
static class Records
{
    /// <summary>All of them and the state, as the first of <paramref name="askers"/> (or a principal of theirs) that may ask hears it; null: none may.</summary>
    public static async Task<(IReadOnlyList<Record> Records, TransactionState State)?> OfAsync(BrokerScenario scenario, byte[] transactionId, uint home, IEnumerable<string> askers)
    {
        var parties = scenario.Parties.Where(party => askers.Contains(party.Id)).ToList();
        foreach (var party in parties.Concat(parties.Select(party => party.Owner)).Distinct())
        {
            var records = new List<Record>();
            while (true)
            {
                var question = new AskTransaction { TransactionId = ByteString.CopyFrom(transactionId), AfterPosition = records.Count == 0 ? 0 : records[^1].Position };
                var (answer, _) = await scenario.AskAsync(party, new Ask { Transaction = question }, home);
                if (answer is null) break;
                if (answer.Transaction is not { } page) throw Expectations.Failed("AskTransaction", "an answer about the transaction", answer.AnswerCase);
                records.AddRange(page.Records.Select(receipt => Verified(scenario, receipt)));
                if (page.Records.Count < 256) return (records, page.State);
            }
        }
        return null;
    }

    /// <summary>The record within a receipt that proves it (JRN-20).</summary>
    public static Record Verified(BrokerScenario scenario, Receipt receipt)
    {
        var fault = ReceiptProof.FaultOf(receipt, scenario.Target.Id, scenario.Target.Discovery.ReceiptKeys);
        Expectations.True("A record's receipt", fault is null, "a proof that holds (JRN-20)", fault);
        return Record.Parser.ParseFrom(receipt.Record);
    }
}
