using System.Diagnostics;
using System.Text.Json;
using ActProtocol.Constraints;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.Journal;
using ActProtocol.Ledger;
using ActProtocol.Transactions;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Vectors;

/// <summary>Every vector of spec/vectors, through this implementation.</summary>
public class VectorTests
{
    const int VectorsMin = 60;

    [Fact]
    public void There_are_enough_vectors_each_with_a_requirement_and_each_file_is_run()
    {
        var all = VectorFile.Names.SelectMany(VectorFile.Read).ToList();

        Assert.True(all.Count >= VectorsMin, $"{all.Count} vectors");
        Assert.Equal(all.Count, all.Select(vector => vector.Text("id")).Distinct().Count());
        Assert.All(all, vector => Assert.Matches("^[A-Z]{3}-[0-9]{2}/", vector.Text("id")));
        Assert.All(all, vector => Assert.NotEmpty(vector.Text("comment")));
        var run = typeof(VectorTests).GetMethods().SelectMany(method => method.GetCustomAttributes(typeof(MemberDataAttribute), false))
            .Select(member => (string)((MemberDataAttribute)member).Arguments[0]!);
        Assert.Equal(VectorFile.Names, run.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_files_are_what_the_script_makes()
    {
        using var node = Process.Start(new ProcessStartInfo("node", [Path.Combine(VectorFile.Folder, "generate.mjs"), "--check"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(node.ExitCode == 0, error);
        Assert.StartsWith($"{VectorFile.Names.SelectMany(VectorFile.Read).Count()} vectors", await output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(VectorFile.IdsOf), "envelopes/refusals.json", MemberType = typeof(VectorFile))]
    public void An_envelope_is_refused_or_accepted(string id)
    {
        var vector = VectorFile.Find("envelopes/refusals.json", id);
        var zeros = vector.TryGetProperty("content_zeros", out var count) ? count.GetInt32() : 0;
        var wire = new Envelope { Content = ByteString.CopyFrom([.. vector.Hex("content"), .. new byte[zeros]]) };
        foreach (var signature in vector.GetProperty("signatures").EnumerateArray())
        {
            wire.Signatures.Add(new Signature
            {
                Suite = (SignatureSuite)signature.GetProperty("suite").GetInt32(),
                Key = ByteString.CopyFrom(signature.Hex("key")),
                Value = ByteString.CopyFrom(signature.Hex("value")),
            });
        }

        var (opened, refused) = new EnvelopeReader(vector.Text("broker")).Read(wire, vector.GetProperty("now_ms").GetInt64());

        var code = refused?.Code ?? (SignatureRules.AllHold(opened!, thumbprint => KeyOf(vector, opened!.Header.Sender, thumbprint)) ? null : ErrorCode.SignatureInvalid);
        Assert.Equal(vector.Refused(), code?.Entry.Name);
    }

    static VerifyingKey? KeyOf(JsonElement vector, string sender, Digest thumbprint) =>
        !vector.GetProperty("keys").TryGetProperty(sender, out var keys) ? null
            : keys.EnumerateArray().Select(key => VerifyingKey.TryImport(Convert.FromHexString(key.GetString()!))!).FirstOrDefault(key => key.Thumbprint == thumbprint);

    [Theory]
    [MemberData(nameof(VectorFile.IdsOf), "envelopes/encodings.json", MemberType = typeof(VectorFile))]
    public void A_canonical_encoding_is_ours(string id)
    {
        var vector = VectorFile.Find("envelopes/encodings.json", id);
        var content = vector.Hex("content");

        Assert.Equal(content, vector.Proto<Content>("json").ToByteArray());
        Assert.Equal(vector.Proto<Content>("json"), Content.Parser.ParseFrom(content));
        Assert.True(WireScan.IsWellFormed(content, Content.Descriptor));
        Assert.Equal(vector.Digest("digest"), SignedBytes.DigestOf(content));
    }

    [Theory]
    [MemberData(nameof(VectorFile.IdsOf), "envelopes/digests.json", MemberType = typeof(VectorFile))]
    public void Signed_bytes_and_digest_are_ours(string id)
    {
        var vector = VectorFile.Find("envelopes/digests.json", id);

        Assert.Equal(vector.Hex("signed_bytes"), SignedBytes.Of(SignedBytes.EnvelopeTag, vector.Hex("content")));
        Assert.Equal(vector.Digest("digest"), SignedBytes.DigestOf(vector.Hex("content")));
    }

    [Theory]
    [MemberData(nameof(VectorFile.IdsOf), "envelopes/sealed.json", MemberType = typeof(VectorFile))]
    public void The_key_of_a_seed_signs_the_same(string id)
    {
        var vector = VectorFile.Find("envelopes/sealed.json", id);
        using var key = SigningKey.FromSeed(vector.Hex("seed"));

        Assert.Equal(vector.Hex("public_key"), key.PublicKey.Bytes.ToArray());
        Assert.Equal(vector.Digest("thumbprint"), key.PublicKey.Thumbprint);
        Assert.Equal(vector.Hex("signature"), key.Sign(SignedBytes.Of(SignedBytes.EnvelopeTag, vector.Hex("content"))));
    }

    [Theory]
    [MemberData(nameof(VectorFile.IdsOf), "envelopes/signatures.json", MemberType = typeof(VectorFile))]
    public void A_signature_holds_or_not(string id)
    {
        var vector = VectorFile.Find("envelopes/signatures.json", id);
        var holds = VerifyingKey.TryImport(vector.Hex("public_key"))?.Verify(vector.Hex("message"), vector.Hex("signature"));

        Assert.Equal(vector.Flag("valid"), holds ?? false);
    }

    [Theory]
    [MemberData(nameof(VectorFile.IdsOf), "directory/keys.json", MemberType = typeof(VectorFile))]
    public void A_key_is_suitable_or_not(string id)
    {
        var vector = VectorFile.Find("directory/keys.json", id);
        var key = VerifyingKey.TryImport(vector.Hex("public_key"));

        Assert.Equal(vector.Flag("suitable"), key is not null);
        if (key is not null) Assert.Equal(vector.Digest("thumbprint"), key.Thumbprint);
    }

    [Theory]
    [MemberData(nameof(VectorFile.IdsOf), "envelopes/message-ids.json", MemberType = typeof(VectorFile))]
    public void A_message_id_is_derived(string id)
    {
        var vector = VectorFile.Find("envelopes/message-ids.json", id);
        var derived = DerivedIds.Message(vector.Text("sender"), (StepKind)vector.GetProperty("step").GetInt32(), vector.Digest("quote_digest"), vector.GetProperty("attempt").GetUInt32());

        Assert.Equal(vector.Text("message_id"), derived.ToString());
    }

    [Theory]
    [MemberData(nameof(VectorFile.IdsOf), "transactions/transaction-ids.json", MemberType = typeof(VectorFile))]
    public void A_transaction_id_is_derived(string id)
    {
        var vector = VectorFile.Find("transactions/transaction-ids.json", id);

        Assert.Equal(vector.Text("transaction_id"), DerivedIds.Transaction(vector.Digest("intent_digest"), vector.Text("seller")).ToString());
    }

    [Theory]
    [MemberData(nameof(VectorFile.IdsOf), "envelopes/homes.json", MemberType = typeof(VectorFile))]
    public void A_home_is_derived(string id)
    {
        var vector = VectorFile.Find("envelopes/homes.json", id);

        Assert.Equal(vector.GetProperty("home").GetInt32(), ActId.BucketOf(vector.Text("account")));
    }

    [Theory]
    [MemberData(nameof(VectorFile.IdsOf), "journal/trees.json", MemberType = typeof(VectorFile))]
    public void A_tree_has_its_root_and_paths(string id)
    {
        var vector = VectorFile.Find("journal/trees.json", id);
        var levels = MerkleTree.Levels([.. vector.Hexes("leaves").Select(leaf => MerkleTree.LeafHash(leaf))]);
        var paths = vector.GetProperty("paths").EnumerateArray().Select(path => path.EnumerateArray().Select(hash => hash.GetString()!).ToList()).ToList();

        Assert.Equal(vector.Digest("root"), levels[^1][0]);
        for (var i = 0; i < paths.Count; i++) Assert.Equal(paths[i], MerkleTree.Path(levels, i).Select(hash => hash.ToString()));
    }

    [Theory]
    [MemberData(nameof(VectorFile.IdsOf), "journal/paths.json", MemberType = typeof(VectorFile))]
    public void A_path_leads_to_the_root_or_not(string id)
    {
        var vector = VectorFile.Find("journal/paths.json", id);
        var leads = MerkleTree.Leads(
            MerkleTree.LeafHash(vector.Hex("leaf")), vector.GetProperty("index").GetUInt64(), vector.GetProperty("size").GetUInt64(),
            [.. vector.Hexes("path").Select(hash => new Digest(hash))], vector.Digest("root"));

        Assert.Equal(vector.Flag("leads"), leads);
    }

    [Theory]
    [MemberData(nameof(VectorFile.IdsOf), "journal/receipts.json", MemberType = typeof(VectorFile))]
    public void A_receipt_proves_its_record_or_nothing(string id)
    {
        var vector = VectorFile.Find("journal/receipts.json", id);
        var verifier = new ReceiptVerifier(vector.Text("broker"), [.. vector.Hexes("keys").Select(key => VerifyingKey.TryImport(key)!)]);
        var (record, fault) = verifier.Verify(Receipt.Parser.ParseFrom(vector.Hex("receipt")));

        Assert.Equal(vector.Flag("proven"), record is not null);
        Assert.Equal(vector.Flag("proven"), fault is null);
        if (record is not null) Assert.Equal(vector.GetProperty("position").GetUInt64(), record.Position);
    }

    [Theory]
    [MemberData(nameof(VectorFile.IdsOf), "ledger/amounts.json", MemberType = typeof(VectorFile))]
    public void An_amount_is_read_exactly_or_refused(string id)
    {
        var vector = VectorFile.Find("ledger/amounts.json", id);
        var wire = vector.GetProperty("money").ValueKind is JsonValueKind.Null ? null : vector.Proto<Google.Type.Money>("money");
        var code = Money.TryFromWire(wire, out var money);

        Assert.Equal(vector.Refused(), code?.Entry.Name);
        if (code is not null) return;
        Assert.Equal(vector.Text("nanos"), money.Nanos.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(vector.Text("text"), money.ToString());
        Assert.Equal(wire, money.ToWire());
    }

    [Theory]
    [MemberData(nameof(VectorFile.IdsOf), "transactions/quotes.json", MemberType = typeof(VectorFile))]
    public void A_quote_adds_up_or_is_refused(string id)
    {
        var vector = VectorFile.Find("transactions/quotes.json", id);

        Assert.Equal(vector.Refused(), QuoteRules.Check(vector.Proto<Quote>("quote"))?.Entry.Name);
    }

    [Theory]
    [MemberData(nameof(VectorFile.IdsOf), "constraints/verdicts.json", MemberType = typeof(VectorFile))]
    public void A_constraint_has_its_verdict(string id)
    {
        var vector = VectorFile.Find("constraints/verdicts.json", id);
        var constraint = vector.Proto<Constraint>("constraint");

        Assert.Equal(vector.Text("verdict"), VerdictOf(constraint, new QuoteFacts(vector.Proto<Quote>("quote"), vector.Text("seller"))));
    }

    // What neither holds nor holds negated is undecidable.
    static string VerdictOf(Constraint constraint, QuoteFacts facts) =>
        ConstraintRules.Check(constraint) is not null ? "unsupported"
        : ConstraintRules.Evaluate(constraint, facts).Satisfied ? "satisfied"
        : ConstraintRules.Evaluate(new Constraint { Not = new() { Of = constraint } }, facts).Satisfied ? "not_satisfied"
        : "undecidable";
}
