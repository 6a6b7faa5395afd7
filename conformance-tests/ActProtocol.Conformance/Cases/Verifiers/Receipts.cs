using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Codecs;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Cases.Verifiers;

static class Receipts
{
    [Check("JRN-20.receipt-vectors", "A receipt proves its record or nothing.", Vectors = "journal/receipts.json")]
    public static async Task Vectors(CodecScenario scenario, string id)
    {
        static Request Ask(Vector vector) => Given.Receipt(vector.Hex("receipt"), vector.Text("broker"), vector.Hexes("keys"));
        var vector = VectorFile.Find("journal/receipts.json", id);
        if (!vector.Flag("proven"))
        {
            await scenario.RefusedAsync(null, vector.Text("comment"), Ask(vector), Ask(VectorFile.Find("journal/receipts.json", "JRN-20/receipt-alone")));
            return;
        }
        var proven = await scenario.OkAsync(vector.Text("comment"), Ask(vector));
        Expectations.Equal("position", $"{vector.Given.GetProperty("position").GetUInt64()}", proven.Text("position"));
    }

    [Check("JRN-17.trees-of-1-to-65", "A record is proven in a tree of any size, at any place.")]
    public static async Task Trees(CodecScenario scenario)
    {
        for (var size = 1; size <= 65; size++)
        {
            foreach (var index in new SortedSet<int> { 0, size - 1, scenario.Random.Number(size) })
            {
                var draft = Draft(scenario, size, index);
                var proven = await scenario.OkAsync($"leaf {index} of {size}", draft.Ask());
                Expectations.Equal($"position of leaf {index} of {size}", $"{draft.Position}", proven.Text("position"));
            }
        }
    }

    [Check("JRN-20.one-byte", "With one byte changed in any part of a receipt it proves nothing.", Values = ["record", "signature", "key", "path", "root-hash", "root-size", "root-broker"])]
    public static async Task OneByte(CodecScenario scenario, string part)
    {
        var draft = Draft(scenario, 13, 5);
        var good = draft.Make();
        await scenario.OkAsync("as it was", draft.Ask(good));
        var root = good.Batch.Root.ToByteArray();
        var bytes = part switch { "record" => good.Record.Length, "signature" => 64, "key" => 32, "path" => 32 * good.Batch.Path.Count, "root-hash" => 32, "root-size" => 1, _ => scenario.Parties.Broker.Length };
        // The root's fields: the broker behind two bytes, then the size behind one, then the hash at the end.
        var start = part switch { "root-broker" => 2, "root-size" => 3 + scenario.Parties.Broker.Length, "root-hash" => root.Length - 32, _ => 0 };
        for (var at = 0; at < bytes; at++)
        {
            var bad = good.Clone();
            var bit = (byte)(1 << scenario.Random.Number(8));
            switch (part)
            {
                case "record": bad.Record = Flipped(bad.Record, at, bit); break;
                case "signature": bad.Batch.Signature = Flipped(bad.Batch.Signature, at, bit); break;
                case "key": bad.Batch.Key = Flipped(bad.Batch.Key, at, bit); break;
                case "path": bad.Batch.Path[at / 32] = Flipped(bad.Batch.Path[at / 32], at % 32, bit); break;
                default: bad.Batch.Root = Flipped(bad.Batch.Root, start + at, bit); break;
            }
            await scenario.RefusedAsync(null, $"byte {at} of the {part} changed", draft.Ask(bad));
        }
    }

    [Check("JRN-20.rebuilt", "A receipt that is signed by the right key, and says something wrong, proves nothing.",
        Values = ["root-of-another-broker", "record-of-another-broker", "key-of-another", "other-tag", "index-of-another", "index-beyond", "index-1-of-1", "size-0", "size-65537", "path-17", "path-longer", "path-shorter", "path-hash-31", "root-hash-31",
            "no-proof", "record-cut", "record-field-twice", "root-field-twice", "node-as-record", "leaves-without-prefix", "nodes-without-prefix", "sides-swapped"])]
    public static Task Rebuilt(CodecScenario scenario, string fault)
    {
        var draft = Draft(scenario, 6, 2);
        return scenario.RefusedAsync(null, fault, draft.Ask(Faulty(scenario, draft, fault)), Draft(scenario, 6, 2).Ask());
    }

    [Check("JRN-20.another-verifier", "A receipt proves nothing to whoever means another broker or has other keys.", Values = ["another-broker", "no-keys", "other-keys"])]
    public static async Task AnotherVerifier(CodecScenario scenario, string kind)
    {
        var (draft, parties) = (Draft(scenario, 3, 1), scenario.Parties);
        var receipt = draft.Make().ToByteArray();
        var bad = kind switch
        {
            "another-broker" => Given.Receipt(receipt, $"{parties.Broker}0", parties.BrokerKey.Public),
            "no-keys" => Given.Receipt(receipt, parties.Broker),
            _ => Given.Receipt(receipt, parties.Broker, parties.OtherKey.Public, parties.SellerKey.Public),
        };
        await scenario.RefusedAsync(null, kind, bad, Given.Receipt(receipt, parties.Broker, parties.OtherKey.Public, parties.BrokerKey.Public));
    }

    [Check("JRN-20.signature-rule", "The root's signature goes by the rule of envelopes: S below the order, no point of small order.", Values = ["s-plus-l", "small-order-r", "small-order-key"])]
    public static async Task SignatureRule(CodecScenario scenario, string kind)
    {
        var (draft, parties) = (Draft(scenario, 3, 1), scenario.Parties);
        var receipt = draft.Make();
        var (key, message) = (parties.BrokerKey, Tags.Signed(Tags.Receipt, receipt.Batch.Root.Span));
        var (publicKey, signature) = kind switch
        {
            "s-plus-l" => (key.Public, (byte[])[.. receipt.Batch.Signature.Span[..32], .. Edwards.Little(Edwards.Number(receipt.Batch.Signature.Span[32..]) + Edwards.L)]),
            "small-order-r" => (key.Public, Edwards.Sign(Edwards.Identity, 0, key.Public, Edwards.Scalar(key), message)),
            _ => (Edwards.Identity, Edwards.Sign(parties.OtherKey.Public, Edwards.Scalar(parties.OtherKey), Edwards.Identity, 0, message)),
        };
        var bad = receipt.Clone();
        (bad.Batch.Key, bad.Batch.Signature) = (ByteString.CopyFrom(Tags.Thumbprint(publicKey)), ByteString.CopyFrom(signature));
        await scenario.RefusedAsync(null, kind, Given.Receipt(bad.ToByteArray(), parties.Broker, publicKey), draft.Ask(receipt));
    }

    [Check("JRN-20.unknown-fields", "Fields that are not known, in record and root, change nothing.")]
    public static Task UnknownFields(CodecScenario scenario)
    {
        var draft = Draft(scenario, 1, 0);
        draft.Record = [.. draft.Record, .. Raw.Bytes(900, scenario.Random.Bytes(20))];
        draft.Root = ReceiptDraft.Leaf(draft.Record);
        return scenario.OkAsync("an unknown field in the record", draft.Ask());
    }

    static ReceiptDraft Draft(CodecScenario scenario, int size, int index) => new(scenario.Parties, size, index);

    static Receipt Faulty(CodecScenario scenario, ReceiptDraft draft, string fault)
    {
        var parties = scenario.Parties;
        var another = $"{parties.Broker}0";
        // A tree of this record alone, with whatever it holds.
        Receipt Alone(byte[] record)
        {
            (draft.Record, draft.Path, draft.Size, draft.Index, draft.Root) = (record, [], 1, 0, ReceiptDraft.Leaf(record));
            return draft.Make();
        }
        Receipt Signed(byte[] root)
        {
            var receipt = draft.Make();
            (receipt.Batch.Root, receipt.Batch.Signature) = (ByteString.CopyFrom(root), ByteString.CopyFrom(draft.Key.Sign(Tags.Receipt, root)));
            return receipt;
        }
        switch (fault)
        {
            case "root-of-another-broker": draft.Broker = another; break;
            case "record-of-another-broker": return Alone(new Record { Broker = another, Position = 1, StampMs = 5 }.ToByteArray());
            case "key-of-another": draft.Key = parties.OtherKey; break;
            case "other-tag": draft.Tag = Tags.Envelope; break;
            case "index-of-another": draft.Index = 3; break;
            case "index-beyond": draft.Index = 6; break;
            case "index-1-of-1":
                Alone(draft.Record);
                draft.Index = 1;
                break;
            case "size-0": draft.Size = 0; break;
            case "size-65537":
                Alone(draft.Record);
                // The last leaf of so large a tree is a sibling of all the others together.
                var others = scenario.Random.Bytes(32);
                (draft.Size, draft.Index, draft.Path, draft.Root) = (65_537, 65_536, [others], ReceiptDraft.Node(others, ReceiptDraft.Leaf(draft.Record)));
                break;
            case "path-17":
                var (hash, path) = (ReceiptDraft.Leaf(draft.Record), Enumerable.Range(0, 17).Select(_ => scenario.Random.Bytes(32)).ToList());
                foreach (var sibling in path) hash = ReceiptDraft.Node(hash, sibling);
                (draft.Index, draft.Size, draft.Path, draft.Root) = (0, 131_072, path, hash);
                break;
            case "path-longer": draft.Path = [.. draft.Path, scenario.Random.Bytes(32)]; break;
            case "path-shorter": draft.Path = [.. draft.Path.SkipLast(1)]; break;
            case "path-hash-31": draft.Path = [draft.Path[0][..31], .. draft.Path.Skip(1)]; break;
            case "root-hash-31": draft.Root = draft.Root[..31]; break;
            case "no-proof": return new Receipt { Record = ByteString.CopyFrom(draft.Record) };
            case "record-cut": return Alone(draft.Record[..^1]);
            case "record-field-twice": return Alone([.. draft.Record, .. Raw.Int(3, 9)]);
            case "root-field-twice": return Signed([.. draft.Make().Batch.Root.Span, .. Raw.Int(2, 6)]);
            case "node-as-record":
                // Two hashes stand where a record should: what is under them is a node of the same bytes.
                var (left, right) = (ReceiptDraft.Leaf(draft.Record), scenario.Random.Bytes(32));
                Alone([.. left, .. right]);
                draft.Root = ReceiptDraft.Node(left, right);
                break;
            case "leaves-without-prefix":
                Alone(draft.Record);
                draft.Root = System.Security.Cryptography.SHA256.HashData(draft.Record);
                break;
            case "nodes-without-prefix":
                Alone(draft.Record);
                (draft.Size, draft.Path) = (2, [scenario.Random.Bytes(32)]);
                draft.Root = System.Security.Cryptography.SHA256.HashData([.. ReceiptDraft.Leaf(draft.Record), .. draft.Path[0]]);
                break;
            case "sides-swapped":
                Alone(draft.Record);
                (draft.Size, draft.Path) = (2, [scenario.Random.Bytes(32)]);
                draft.Root = ReceiptDraft.Node(draft.Path[0], ReceiptDraft.Leaf(draft.Record));
                break;
            default: throw new InvalidDataException($"There is no fault {fault}.");
        }
        return draft.Make();
    }

    static ByteString Flipped(ByteString bytes, int at, byte bit)
    {
        var changed = bytes.ToByteArray();
        changed[at] ^= bit;
        return ByteString.CopyFrom(changed);
    }
}
