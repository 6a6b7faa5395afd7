using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Encodings;
using ActProtocol.Conformance.Runs;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.Conformance.Brokers.Expectations;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Encodings
{
    [Check("ENV-03.other-encodings", "Fields in any order, varints longer than needed, defaults written out and unknown fields are accepted.", Exact = true,
        Values = ["descending", "shuffled", "over-long-values", "over-long-lengths", "over-long-tags", "defaults", "unknown-fields", "unknown-bytes"])]
    public static async Task OtherEncodings(BrokerScenario scenario, string value)
    {
        var sender = await scenario.AnybodyAsync();
        await scenario.AcceptedAsync(value, scenario.SealListing(sender, (WireMessage wire) => Change(scenario, wire, value)));
    }

    [Check("ENV-01.bytes-as-sent", "What was signed in an encoding that nobody would choose is journaled and delivered byte for byte as it was sent.", Exact = true)]
    public static async Task BytesAsSent(BrokerScenario scenario)
    {
        var first = await scenario.SaleAsync();
        foreach (var value in new[] { "descending", "over-long-values", "over-long-lengths", "over-long-tags", "defaults", "unknown-fields", "unknown-bytes" })
        {
            var sale = scenario.Track(new Sale(scenario, first.Buyer, first.Seller, first.Mandate));
            await KeptAsync(scenario, sale, value, wire => Change(scenario, wire, value));
        }
    }

    [Check("ENV-01.signed-anew", "A signature over the content as a library would write it anew is no signature over the bytes that were sent.", Exact = true)]
    public static async Task SignedAnew(BrokerScenario scenario)
    {
        var sender = await scenario.AnybodyAsync();
        var odd = scenario.SealListing(sender, (WireMessage wire) => Change(scenario, wire, "descending"));
        var anew = BrokerScenario.Seal(sender, Content.Parser.ParseFrom(odd.Content));
        True("the bytes that a library writes", anew.Content != odd.Content, "others than were sent", "the same");
        await scenario.RefusedAsync("signature_invalid", "a signature over other bytes of the same meaning", new Envelope { Content = odd.Content, Signatures = { anew.Signatures } }, odd);
    }

    [Check("ENV-18.unknown-fields-kept", "Unknown fields of the content, the header, the body and the messages within are kept, in the record and in what is delivered.", Exact = true)]
    public static async Task UnknownFieldsKept(BrokerScenario scenario)
    {
        var first = await scenario.SaleAsync();
        foreach (var place in new uint[][] { [], [1], [10], [10, 4] })
        {
            var sale = scenario.Track(new Sale(scenario, first.Buyer, first.Seller, first.Mandate));
            await KeptAsync(scenario, sale, $"unknown fields at depth {place.Length}", wire => wire.At(place).Add(WireField.Of(7_001, "kept?")).Add(WireField.Varint(7_002, 99)));
        }
    }

    [Check("ENV-14.kept", "Extensions that are not critical are ignored, and kept in the record and in what is delivered.", Exact = true)]
    public static async Task ExtensionsKept(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        await KeptAsync(scenario, sale, "an extension", wire => wire.At(1).Add(WireField.Of(Header.ExtensionsFieldNumber, new WireMessage().Add(WireField.Of(1, "tests.kept")).Add(WireField.Of(2, [1, 2, 3])))));
    }

    [Check("ENV-02.digest", "A stream answers under the digest of ENV-02, and the opened transaction is named after it.")]
    public static async Task DigestOfAnswers(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        await using var stream = await BrokerStream.OpenAsync(scenario, null, sale.Buyer);
        var intent = sale.Intent();
        if (await stream.SendAsync(intent) is not Outcome.Taken taken) throw Failed("the intent", "an acceptance under its digest", stream.Answers.Count == 0 ? "no answer" : stream.Answers[^1].Digest);
        Equal("the transaction's id", sale.TransactionId.AsText(), taken.Accepted.Transactions.Select(opened => opened.TransactionId.ToByteArray().AsText()).SingleOrDefault());
    }

    // An intent in these bytes is accepted, and comes out as it went in: of the record, and of the seller's mailbox.
    static async Task KeptAsync(BrokerScenario scenario, Sale sale, string what, Action<WireMessage> change)
    {
        var wire = WireMessage.Of(sale.Draft(sale.Buyer, new Intent { Words = "Kept as it is.", Budget = Xts.Of(5), ExpiresAtMs = scenario.NowMs + 3_600_000 }));
        change(wire);
        var envelope = BrokerScenario.Seal(sale.Buyer, wire.ToByteString());
        await scenario.AcceptedAsync(what, envelope);
        var records = await scenario.RecordsAsync(sale);
        Equal($"{what}: the content in its record", envelope.Content, records[0].Envelope?.Content);
        Equal($"{what}: the signature in its record", envelope.Signatures[0], records[0].Envelope?.Signatures.FirstOrDefault());
        var mail = await scenario.MailRecordsAsync(sale.Seller);
        True($"{what}: what waits for the seller", mail.Any(record => record.Envelope?.Content == envelope.Content), "the very bytes", $"{mail.Count} other records");
    }

    static void Change(BrokerScenario scenario, WireMessage wire, string value)
    {
        var all = wire.All().ToList();
        switch (value)
        {
            case "descending":
                foreach (var message in all) message.Fields.Sort((one, other) => other.Number.CompareTo(one.Number));
                break;
            case "shuffled":
                UnkindContent.Shuffle(wire, scenario.Random);
                break;
            case "over-long-values":
                foreach (var message in all) message.Each(field => field.Type == 0 ? field with { ValueBytes = 10 } : field);
                break;
            case "over-long-lengths":
                foreach (var message in all) message.Each(field => field.Type == 2 ? field with { ValueBytes = 10 } : field);
                break;
            case "over-long-tags":
                foreach (var message in all) message.Each(field => field with { TagBytes = 10 });
                break;
            case "defaults":
                wire.At(1).Add(WireField.Varint(Header.VersionMinorFieldNumber, 0)).Add(WireField.Of(Header.TransactionIdFieldNumber, Array.Empty<byte>())).Add(WireField.Of(Header.TraceparentFieldNumber, ""));
                break;
            case "unknown-fields":
                UnkindContent.AddUnknown(wire, scenario.Random);
                break;
            case "unknown-bytes":
                // What looks like a broken message, or like text that is none, is nobody's business in a field that is not known.
                foreach (var message in all.Where(message => message.Type is not null)) message.Add(WireField.Of(7_003, [0xff, 0x07, 0xc0, 0xaf, 0x80]));
                break;
            default:
                throw new InvalidOperationException(value);
        }
    }
}
