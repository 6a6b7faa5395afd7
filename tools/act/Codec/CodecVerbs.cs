using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActProtocol.Constraints;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.Journal;
using ActProtocol.Ledger;
using ActProtocol.Rendering;
using ActProtocol.Transactions;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Tools;

/// <summary>What conformance-tests/codec.md asks, answered by the rules that the broker goes by.</summary>
static class CodecVerbs
{
    static readonly Dictionary<string, Func<JsonElement, JsonObject>> Verbs = new()
    {
        ["parse"] = Parse,
        ["verify"] = Verify,
        ["signature"] = given => Verdict(VerifyingKey.TryImport(Hex(given, "key"))?.Verify(Hex(given, "message"), Hex(given, "signature")) ?? false),
        ["digest"] = given => new() { ["ok"] = true, ["digest"] = SignedBytes.DigestOf(Hex(given, "content")).ToString() },
        ["encode"] = given => new() { ["ok"] = true, ["content"] = Convert.ToHexStringLower(Content.Parser.ParseFrom(Hex(given, "content")).ToByteArray()) },
        ["seal"] = Seal,
        ["derive"] = Derive,
        ["amount"] = Amount,
        ["total"] = given => QuoteRules.Check(Read(given, "quote", Quote.Parser)) is { } code ? No(code) : Verdict(true),
        ["satisfies"] = Satisfies,
        ["render"] = Render,
        ["receipt"] = Proven,
        ["path"] = given => Verdict(MerkleTree.Leads(
            MerkleTree.LeafHash(Hex(given, "leaf")), ulong.Parse(Text(given, "index"), CultureInfo.InvariantCulture), ulong.Parse(Text(given, "size"), CultureInfo.InvariantCulture),
            [.. Hexes(given.GetProperty("path")).Select(hash => new Digest(hash))], new Digest(Hex(given, "root")))),
    };

    /// <exception cref="FormatException">A member is of another form than the verb's; also <see cref="KeyNotFoundException"/> and <see cref="InvalidOperationException"/>.</exception>
    public static JsonObject Answer(JsonElement request)
    {
        var verb = Text(request, "do");
        if (verb == "describe") return new() { ["ok"] = true, ["name"] = "act", ["version"] = "1.0.0", ["claims"] = new JsonArray([.. Verbs.Keys.Select(name => (JsonNode)name)]) };
        return Verbs.TryGetValue(verb, out var answer) ? answer(request) : new() { ["cannot"] = "no such verb" };
    }

    static JsonObject Parse(JsonElement given) => Opened(given, new Envelope { Content = ByteString.CopyFrom(Hex(given, "content")) }).Answer;

    static JsonObject Verify(JsonElement given)
    {
        var (opened, answer) = Opened(given, Read(given, "envelope", Envelope.Parser));
        if (opened is null) return answer;
        var keys = given.GetProperty("keys").TryGetProperty(opened.Header.Sender, out var list) ? Keys(list) : [];
        return SignatureRules.AllHold(opened, thumbprint => keys.FirstOrDefault(key => key.Thumbprint == thumbprint)) ? answer : No(ErrorCode.SignatureInvalid);
    }

    static (OpenedEnvelope? Opened, JsonObject Answer) Opened(JsonElement given, Envelope envelope)
    {
        var (opened, refused) = new EnvelopeReader(Text(given, "broker")).Read(envelope, long.Parse(Text(given, "now_ms"), CultureInfo.InvariantCulture));
        if (opened is null) return (null, No(refused!.Code));
        var header = opened.Header;
        return (opened, new()
        {
            ["ok"] = true,
            ["body"] = Content.Descriptor.FindFieldByNumber((int)opened.Content.BodyCase).Name,
            ["sender"] = header.Sender,
            ["recipients"] = new JsonArray([.. header.Recipients.Select(recipient => (JsonNode)recipient)]),
            ["message_id"] = Show(header.MessageId),
            ["transaction_id"] = Show(header.TransactionId),
            ["follows"] = Show(header.Follows),
            ["mandate"] = Show(header.Mandate),
            ["sent_at_ms"] = Show(header.SentAtMs),
            ["expires_at_ms"] = Show(header.ExpiresAtMs),
            ["home"] = header.Home,
        });
    }

    static JsonObject Seal(JsonElement given)
    {
        using var key = SigningKey.FromSeed(Hex(given, "seed"));
        var signature = key.Sign(SignedBytes.Of(SignedBytes.EnvelopeTag, Hex(given, "content")));
        return new() { ["ok"] = true, ["key"] = key.PublicKey.Thumbprint.ToString(), ["signature"] = Convert.ToHexStringLower(signature) };
    }

    static JsonObject Derive(JsonElement given)
    {
        if (given.TryGetProperty("home", out var account)) return new() { ["ok"] = true, ["value"] = ActId.BucketOf(account.GetString()!) };
        if (given.TryGetProperty("thumbprint", out _))
        {
            return VerifyingKey.TryImport(Hex(given, "thumbprint")) is { } key ? new() { ["ok"] = true, ["value"] = key.Thumbprint.ToString() } : No(ErrorCode.KeyUnsuitable);
        }
        if (given.TryGetProperty("transaction", out var transaction))
        {
            return new() { ["ok"] = true, ["value"] = DerivedIds.Transaction(new Digest(Hex(transaction, "intent")), Text(transaction, "seller")).ToString() };
        }
        var message = given.GetProperty("message");
        var quote = Digest.FromWire(ByteString.CopyFrom(Hex(message, "quote")));
        var id = DerivedIds.Message(Text(message, "sender"), (StepKind)message.GetProperty("step").GetInt32(), quote, message.GetProperty("attempt").GetUInt32());
        return new() { ["ok"] = true, ["value"] = id.ToString() };
    }

    static JsonObject Amount(JsonElement given)
    {
        var wire = given.TryGetProperty("money", out _) ? Read(given, "money", Google.Type.Money.Parser) : null;
        return Money.TryFromWire(wire, out var money) is { } code ? No(code)
            : new() { ["ok"] = true, ["nanos"] = money.Nanos.ToString(CultureInfo.InvariantCulture), ["text"] = money.ToString() };
    }

    static JsonObject Satisfies(JsonElement given)
    {
        var constraint = Read(given, "constraint", Constraint.Parser);
        if (ConstraintRules.Check(constraint) is { } code) return No(code);
        var facts = new QuoteFacts(Read(given, "quote", Quote.Parser), Text(given, "seller"));
        bool Holds(Constraint node) => ConstraintRules.Evaluate(node, facts).Satisfied;
        // What neither holds nor holds negated is undecidable.
        var verdict = Holds(constraint) ? "satisfied" : Holds(new Constraint { Not = new Not { Of = constraint } }) ? "not_satisfied" : "undecidable";
        return new() { ["ok"] = true, ["verdict"] = verdict };
    }

    static JsonObject Render(JsonElement given)
    {
        var (intent, language) = (Read(given, "intent", Intent.Parser), Text(given, "language"));
        var text = given.TryGetProperty("quote", out _)
            ? PurchaseRendering.Render(intent, Read(given, "quote", Quote.Parser), Text(given, "seller"), language) : PurchaseRendering.Render(intent, language);
        return text is null ? No(ErrorCode.RenderingWrong) : new() { ["ok"] = true, ["text"] = text, ["digest"] = PurchaseRendering.DigestOf(text).ToString() };
    }

    static JsonObject Proven(JsonElement given)
    {
        var (record, fault) = new ReceiptVerifier(Text(given, "broker"), Keys(given.GetProperty("keys"))).Verify(Read(given, "receipt", Receipt.Parser));
        return record is null ? new() { ["ok"] = false, ["why"] = fault } : new() { ["ok"] = true, ["position"] = record.Position.ToString(CultureInfo.InvariantCulture) };
    }

    // Keys that no entry could have are nobody's.
    static List<VerifyingKey> Keys(JsonElement list) => [.. Hexes(list).Select(bytes => VerifyingKey.TryImport(bytes)).OfType<VerifyingKey>()];

    static JsonObject Verdict(bool ok) => new() { ["ok"] = ok };

    static JsonObject No(ErrorCode code) => new() { ["ok"] = false, ["code"] = code.Entry.Name };

    static T Read<T>(JsonElement given, string field, MessageParser<T> parser) where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(Hex(given, field));
        }
        catch (InvalidProtocolBufferException fault)
        {
            throw new FormatException($"'{field}' does not parse: {fault.Message}", fault);
        }
    }

    static string Text(JsonElement given, string field) => given.GetProperty(field).GetString()!;

    static byte[] Hex(JsonElement given, string field) => Convert.FromHexString(Text(given, field));

    static IEnumerable<byte[]> Hexes(JsonElement list) => list.EnumerateArray().Select(item => Convert.FromHexString(item.GetString()!));

    static string Show(ByteString bytes) => Convert.ToHexStringLower(bytes.Span);

    static string Show(long number) => number.ToString(CultureInfo.InvariantCulture);
}
