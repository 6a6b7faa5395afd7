using System.Text.Json.Nodes;
using ActProtocol.Conformance.Checks;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.Conformance.Codecs.Parties;

namespace ActProtocol.Conformance.Codecs;

/// <summary>Requests that need no party.</summary>
static class Given
{
    public static Request Digest(ReadOnlySpan<byte> content) => new("digest", Field("content", content));

    public static Request Encode(ReadOnlySpan<byte> content) => new("encode", Field("content", content));

    public static Request Seal(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> content) => new("seal", Field("seed", seed), Field("content", content));

    public static Request Signature(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        new("signature", Field("key", key), Field("message", message), Field("signature", signature));

    public static Request Transaction(ReadOnlySpan<byte> intent, string seller) =>
        new("derive", new KeyValuePair<string, JsonNode?>("transaction", new JsonObject([Field("intent", intent), new("seller", seller)])));

    public static Request Message(string sender, int step, ReadOnlySpan<byte> quote, uint attempt) =>
        new("derive", new KeyValuePair<string, JsonNode?>("message", new JsonObject([new("sender", sender), new("step", step), Field("quote", quote), new("attempt", attempt)])));

    public static Request Home(string account) => new("derive", new KeyValuePair<string, JsonNode?>("home", account));

    public static Request Thumbprint(ReadOnlySpan<byte> key) => new("derive", Field("thumbprint", key));

    public static Request Amount(Google.Type.Money? money) => money is null ? new("amount") : new("amount", Field("money", money.ToByteArray()));

    public static Request Total(Quote quote) => new("total", Field("quote", quote.ToByteArray()));

    public static Request Satisfies(Constraint constraint, Quote quote, string seller) =>
        new("satisfies", Field("constraint", constraint.ToByteArray()), Field("quote", quote.ToByteArray()), new("seller", seller));

    public static Request Render(Intent intent, Quote? quote, string? seller, string language) => quote is null
        ? new("render", Field("intent", intent.ToByteArray()), new("language", language))
        : new("render", Field("intent", intent.ToByteArray()), Field("quote", quote.ToByteArray()), new("seller", seller), new("language", language));

    public static Request Receipt(ReadOnlySpan<byte> receipt, string broker, params IEnumerable<byte[]> keys) =>
        new("receipt", Field("receipt", receipt), new("broker", broker), new("keys", List(keys)));

    public static Request Path(ReadOnlySpan<byte> leaf, ulong index, ulong size, IEnumerable<byte[]> path, ReadOnlySpan<byte> root) =>
        new("path", Field("leaf", leaf), new("index", $"{index}"), new("size", $"{size}"), new("path", List(path)), Field("root", root));

    /// <summary>What a vector of <c>envelopes/refusals.json</c> gives.</summary>
    public static Request Verify(Vector vector)
    {
        var zeros = vector.Given.TryGetProperty("content_zeros", out var count) ? count.GetInt32() : 0;
        var envelope = new Envelope { Content = ByteString.CopyFrom([.. vector.Hex("content"), .. new byte[zeros]]) };
        foreach (var signature in vector.Given.GetProperty("signatures").EnumerateArray().Select(given => new Vector("", given)))
        {
            envelope.Signatures.Add(new Signature
            {
                Suite = (SignatureSuite)signature.Given.GetProperty("suite").GetInt32(),
                Key = ByteString.CopyFrom(signature.Hex("key")),
                Value = ByteString.CopyFrom(signature.Hex("value")),
            });
        }
        return new("verify", Field("envelope", envelope.ToByteArray()), new("keys", JsonObject.Create(vector.Given.GetProperty("keys"))), new("broker", vector.Text("broker")),
            new("now_ms", Number(vector.Given.GetProperty("now_ms").GetInt64())));
    }

    static JsonArray List(IEnumerable<byte[]> items) => [.. items.Select(item => (JsonNode?)Convert.ToHexStringLower(item))];
}
