using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Codecs;
using ActProtocol.V1;

namespace ActProtocol.Conformance.Cases.Codecs;

/// <summary>Every vector of spec/vectors, each beside one of its file that is ok.</summary>
static class Vectors
{
    const string Refusals = "envelopes/refusals.json";

    [Check("ENV-01.refusal-vectors", "Content is verified as it was sent.", Vectors = Refusals)]
    [Check("ENV-02.refusal-vectors", "A signature over other bytes than tag, length and content is refused.", Vectors = Refusals)]
    [Check("ENV-03.refusal-vectors", "Content that is not well-formed is malformed; unusual encodings are not.", Vectors = Refusals)]
    [Check("ENV-04.refusal-vectors", "Content of more than 65,536 bytes is too large.", Vectors = Refusals)]
    [Check("ENV-05.refusal-vectors", "An envelope has 1 to 4 signatures, and all hold.", Vectors = Refusals)]
    [Check("ENV-06.refusal-vectors", "Another suite, and a signature with one bit changed, are refused.", Vectors = Refusals)]
    [Check("ENV-07.refusal-vectors", "A key that is not the sender's is refused like a wrong signature.", Vectors = Refusals)]
    [Check("ENV-08.refusal-vectors", "Content without a body, or with one that is not known, is refused.", Vectors = Refusals)]
    [Check("ENV-10.refusal-vectors", "What is no id where one must be is malformed.", Vectors = Refusals)]
    [Check("ENV-11.refusal-vectors", "Ids and digests have their lengths.", Vectors = Refusals)]
    [Check("ENV-12.refusal-vectors", "An envelope lives for at most 24 h, not beyond its end, and not before it was sent.", Vectors = Refusals)]
    [Check("ENV-13.refusal-vectors", "An envelope for another broker is refused.", Vectors = Refusals)]
    [Check("ENV-14.refusal-vectors", "Extensions have their form; a critical one that is not known is refused.", Vectors = Refusals)]
    [Check("ENV-15.refusal-vectors", "Another major version is refused, another minor one never.", Vectors = Refusals)]
    [Check("ENV-16.refusal-vectors", "A home is below 4,096.", Vectors = Refusals)]
    [Check("ENV-20.refusal-vectors", "A step of a transaction is not refused at the door for its age.", Vectors = Refusals)]
    [Check("TXN-21.refusal-vectors", "A quote names the intent by a digest.", Vectors = Refusals)]
    [Check("TXN-23.refusal-vectors", "A counter has its revision.", Vectors = Refusals)]
    [Check("TXN-24.refusal-vectors", "A reason has its bound.", Vectors = Refusals)]
    [Check("TXN-26.refusal-vectors", "A lock names the quote by a digest.", Vectors = Refusals)]
    [Check("DIR-01.refusal-vectors", "A registration brings a key of 32 bytes.", Vectors = Refusals)]
    public static Task Envelope(CodecScenario scenario, string id)
    {
        var vector = VectorFile.Find(Refusals, id);
        return scenario.JudgedAsync(vector.Refused, vector.Text("comment"), Given.Verify(vector), Given.Verify(VectorFile.Find(Refusals, "ENV-01/plain")));
    }

    [Check("ENV-02.digest-vectors", "The digest of an envelope is SHA-256 over its signed bytes.", Vectors = "envelopes/digests.json")]
    public static async Task Digest(CodecScenario scenario, string id)
    {
        var vector = VectorFile.Find("envelopes/digests.json", id);
        Expectations.Equal("digest", vector.Text("digest"), (await scenario.OkAsync(vector.Text("comment"), Given.Digest(vector.Hex("content")))).Text("digest"));
    }

    [Check("ENV-05.seal-vectors", "A key signs the signed bytes, and is named by its thumbprint.", Vectors = "envelopes/sealed.json")]
    public static async Task Seal(CodecScenario scenario, string id)
    {
        var vector = VectorFile.Find("envelopes/sealed.json", id);
        var sealedBy = await scenario.OkAsync(vector.Text("comment"), Given.Seal(vector.Hex("seed"), vector.Hex("content")));
        Expectations.Equal("key", vector.Text("thumbprint"), sealedBy.Text("key"));
        Expectations.Equal("signature", vector.Text("signature"), sealedBy.Text("signature"));
    }

    [Check("ENV-06.signature-vectors", "Ed25519 by the one rule: cofactorless, S below L, canonical points that are not of small order.", Vectors = "envelopes/signatures.json")]
    public static Task Signature(CodecScenario scenario, string id)
    {
        static Request Ask(Vector vector) => Given.Signature(vector.Hex("public_key"), vector.Hex("message"), vector.Hex("signature"));
        var vector = VectorFile.Find("envelopes/signatures.json", id);
        return Judged(scenario, vector, "valid", Ask(vector), Ask(VectorFile.Find("envelopes/signatures.json", "ENV-06/valid")));
    }

    [Check("ENV-09.encoding-vectors", "The canonical encoding has the fields in the order of their numbers and the shortest varints.", Vectors = "envelopes/encodings.json")]
    public static async Task Encoding(CodecScenario scenario, string id)
    {
        var vector = VectorFile.Find("envelopes/encodings.json", id);
        var content = vector.Hex("content");
        var reversed = Raw.Reversed(Raw.With(content, 1, header => Raw.Bytes(1, Raw.Reversed(Raw.Payload(header, 1)))));
        Expectations.Equal("content", vector.Text("content"), (await scenario.OkAsync(vector.Text("comment"), Given.Encode(reversed))).Text("content"));
        Expectations.Equal("digest", vector.Text("digest"), (await scenario.OkAsync("its digest", Given.Digest(content))).Text("digest"));
    }

    [Check("ENV-21.message-id-vectors", "A derived message id is that of the vector.", Vectors = "envelopes/message-ids.json")]
    public static Task MessageId(CodecScenario scenario, string id)
    {
        var vector = VectorFile.Find("envelopes/message-ids.json", id);
        var request = Given.Message(vector.Text("sender"), vector.Given.GetProperty("step").GetInt32(), vector.Hex("quote_digest"), vector.Given.GetProperty("attempt").GetUInt32());
        return Derived(scenario, vector, request, vector.Text("message_id"));
    }

    [Check("TXN-02.transaction-id-vectors", "The id of a transaction is that of the vector.", Vectors = "transactions/transaction-ids.json")]
    public static Task TransactionId(CodecScenario scenario, string id)
    {
        var vector = VectorFile.Find("transactions/transaction-ids.json", id);
        return Derived(scenario, vector, Given.Transaction(vector.Hex("intent_digest"), vector.Text("seller")), vector.Text("transaction_id"));
    }

    [Check("ENV-16.home-vectors", "The home of an account is that of the vector.", Vectors = "envelopes/homes.json")]
    public static async Task Home(CodecScenario scenario, string id)
    {
        var vector = VectorFile.Find("envelopes/homes.json", id);
        Expectations.Equal("home", vector.Given.GetProperty("home").GetInt64(), (await scenario.OkAsync(vector.Text("comment"), Given.Home(vector.Text("account")))).Number("value"));
    }

    [Check("DIR-05.key-vectors", "A key is suitable or not, and has its thumbprint.", Vectors = "directory/keys.json")]
    public static Task Key(CodecScenario scenario, string id)
    {
        var vector = VectorFile.Find("directory/keys.json", id);
        return vector.Flag("suitable") ? Derived(scenario, vector, Given.Thumbprint(vector.Hex("public_key")), vector.Text("thumbprint"))
            : scenario.RefusedAsync("key_unsuitable", vector.Text("comment"), Given.Thumbprint(vector.Hex("public_key")),
                Given.Thumbprint(VectorFile.Find("directory/keys.json", "DIR-05/plain").Hex("public_key")));
    }

    [Check("LED-02.amount-vectors", "An amount is read exactly and written for people, or refused.", Vectors = "ledger/amounts.json")]
    public static async Task Amount(CodecScenario scenario, string id)
    {
        static Request Ask(Vector vector) => Given.Amount(vector.Given.GetProperty("money").ValueKind is System.Text.Json.JsonValueKind.Null ? null : vector.Proto<Google.Type.Money>("money"));
        var vector = VectorFile.Find("ledger/amounts.json", id);
        if (vector.Refused is { } code)
        {
            await scenario.RefusedAsync(code, vector.Text("comment"), Ask(vector), Ask(VectorFile.Find("ledger/amounts.json", "LED-02/plain")));
            return;
        }
        var read = await scenario.OkAsync(vector.Text("comment"), Ask(vector));
        Expectations.Equal("nanos", vector.Text("nanos"), read.Text("nanos"));
        Expectations.Equal("text", vector.Text("text"), read.Text("text"));
    }

    [Check("TXN-21.quote-vectors", "A quote is well-formed and adds up, or is refused by the first of its faults.", Vectors = "transactions/quotes.json")]
    public static Task Quote(CodecScenario scenario, string id)
    {
        var vector = VectorFile.Find("transactions/quotes.json", id);
        var plain = VectorFile.Find("transactions/quotes.json", "TXN-21/plain");
        return scenario.JudgedAsync(vector.Refused, vector.Text("comment"), Given.Total(vector.Proto<Quote>("quote")), Given.Total(plain.Proto<Quote>("quote")));
    }

    [Check("CON-01.verdict-vectors", "Comparisons order values of one type.", Vectors = "constraints/verdicts.json")]
    [Check("CON-02.verdict-vectors", "A value is one of some, or between two, half-open.", Vectors = "constraints/verdicts.json")]
    [Check("CON-03.verdict-vectors", "The local time of day lies in a half-open range.", Vectors = "constraints/verdicts.json")]
    [Check("CON-04.verdict-vectors", "What is missing or of another type leaves a comparison undecidable.", Vectors = "constraints/verdicts.json")]
    [Check("CON-05.verdict-vectors", "Not, all and any go by three values.", Vectors = "constraints/verdicts.json")]
    [Check("CON-06.verdict-vectors", "A constraint has its bounds.", Vectors = "constraints/verdicts.json")]
    [Check("CON-07.verdict-vectors", "Every leaf is decidable by its types.", Vectors = "constraints/verdicts.json")]
    public static async Task Constraint(CodecScenario scenario, string id)
    {
        static Request Ask(Vector vector) => Given.Satisfies(vector.Proto<Constraint>("constraint"), vector.Proto<Quote>("quote"), vector.Text("seller"));
        var vector = VectorFile.Find("constraints/verdicts.json", id);
        var verdict = vector.Text("verdict");
        if (verdict == "unsupported") await scenario.RefusedAsync("constraint_unsupported", id, Ask(vector), Ask(VectorFile.Find("constraints/verdicts.json", "CON-01/equal")));
        else Expectations.Equal(id, verdict, (await scenario.OkAsync(id, Ask(vector))).Text("verdict"));
    }

    [Check("JRN-20.tree-vectors", "Each leaf of a tree is led to its root by its path.", Vectors = "journal/trees.json")]
    public static async Task Tree(CodecScenario scenario, string id)
    {
        var vector = VectorFile.Find("journal/trees.json", id);
        var leaves = vector.Hexes("leaves");
        for (var i = 0; i < leaves.Count; i++)
        {
            var path = vector.Given.GetProperty("paths")[i].EnumerateArray().Select(hash => Convert.FromHexString(hash.GetString()!)).ToList();
            await scenario.OkAsync($"leaf {i}", Given.Path(leaves[i], (ulong)i, (ulong)leaves.Count, path, vector.Hex("root")));
        }
    }

    [Check("JRN-20.path-vectors", "A path leads to the root or it does not.", Vectors = "journal/paths.json")]
    public static Task Path(CodecScenario scenario, string id)
    {
        static Request Ask(Vector vector) =>
            Given.Path(vector.Hex("leaf"), vector.Given.GetProperty("index").GetUInt64(), vector.Given.GetProperty("size").GetUInt64(), vector.Hexes("path"), vector.Hex("root"));
        var vector = VectorFile.Find("journal/paths.json", id);
        return Judged(scenario, vector, "leads", Ask(vector), Ask(VectorFile.Find("journal/paths.json", "JRN-20/path-right")));
    }

    static async Task Derived(CodecScenario scenario, Vector vector, Request request, string expected) =>
        Expectations.Equal(vector.Text("comment"), expected, (await scenario.OkAsync(vector.Text("comment"), request)).Text("value"));

    internal static Task Judged(CodecScenario scenario, Vector vector, string flag, Request request, Request twin) =>
        vector.Flag(flag) ? scenario.OkAsync(vector.Text("comment"), request) : scenario.RefusedAsync(null, vector.Text("comment"), request, twin);
}
