using System.Text.Json.Nodes;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Codecs;

/// <summary>Fresh names and keys of one scenario, and what they would send.</summary>
sealed class Parties
{
    readonly Seeded _random;

    public Parties(Seeded random)
    {
        _random = random;
        var authority = $"{Name()}.{Name()}";
        (Buyer, Seller, Broker) = ($"act://{authority}/{Name()}", $"act://{authority}/{Name()}", $"act://{authority}/{Name()}");
        (BuyerKey, SellerKey, BrokerKey, OtherKey) = (Key(), Key(), Key(), Key());
        NowMs = 1_800_000_000_000 + random.Number(1_000_000_000);
    }

    public string Buyer { get; }

    public string Seller { get; }

    public string Broker { get; }

    public KeyPair BuyerKey { get; }

    public KeyPair SellerKey { get; }

    /// <summary>By which the broker signs receipts.</summary>
    public KeyPair BrokerKey { get; }

    /// <summary>Nobody's.</summary>
    public KeyPair OtherKey { get; }

    /// <summary>The receiver's clock.</summary>
    public long NowMs { get; }

    public KeyPair Key() => new(_random.Bytes(32));

    /// <summary>12 letters and digits, the first a letter.</summary>
    public string Name() => $"a{Convert.ToHexStringLower(_random.Bytes(6))[..11]}";

    public ByteString Bytes(int count) => ByteString.CopyFrom(_random.Bytes(count));

    /// <summary>The buyer's header, to the seller, within a transaction.</summary>
    public Header Header(Action<Header>? change = null)
    {
        var header = new Header
        {
            VersionMajor = 1,
            MessageId = Bytes(16),
            TransactionId = Bytes(16),
            Sender = Buyer,
            Recipients = { Seller },
            Broker = Broker,
            SentAtMs = NowMs - 1 - _random.Number(1000),
            ExpiresAtMs = NowMs + 1 + _random.Number(60_000),
            Home = Tags.Home(Buyer),
        };
        change?.Invoke(header);
        return header;
    }

    /// <summary>A cancel with a reason of its own, unless <paramref name="body"/> sets another.</summary>
    public Content Content(Action<Header>? header = null, Action<Content>? body = null)
    {
        var content = new Content { Header = Header(header) };
        if (body is null) content.Cancel = new Cancel { Reason = $"no {Name()}" };
        else body(content);
        return content;
    }

    /// <summary>The same outside a transaction: an intent.</summary>
    public Content Intent(Action<Header>? header = null, Action<Intent>? change = null)
    {
        var intent = new Intent { Words = Name(), Budget = new() { CurrencyCode = "XTS", Units = 100 }, ExpiresAtMs = NowMs + 3_600_000 };
        change?.Invoke(intent);
        return Content(
            head =>
            {
                head.TransactionId = ByteString.Empty;
                header?.Invoke(head);
            },
            content => content.Intent = intent);
    }

    public Request Parse(Content content) => Parse(content.ToByteArray());

    public Request Parse(byte[] content) => new("parse", Field("content", content), new("broker", Broker), new("now_ms", Number(NowMs)));

    /// <summary>Signed by the buyer, with the keys that buyer and seller have.</summary>
    public Request Verify(byte[] content) => Verify(Signed(content, BuyerKey));

    public Request Verify(Envelope envelope, params ReadOnlySpan<(string Id, KeyPair Key)> more)
    {
        var keys = new JsonObject();
        foreach (var (id, key) in (ReadOnlySpan<(string, KeyPair)>)[(Buyer, BuyerKey), (Seller, SellerKey), .. more])
        {
            if (keys[id] is not JsonArray list) keys[id] = list = [];
            list.Add(Convert.ToHexStringLower(key.Public));
        }
        return Verify(envelope, keys);
    }

    public Request Verify(Envelope envelope, JsonObject keys) =>
        new("verify", Field("envelope", envelope.ToByteArray()), new("keys", keys), new("broker", Broker), new("now_ms", Number(NowMs)));

    public static Envelope Signed(byte[] content, params ReadOnlySpan<KeyPair> keys)
    {
        var envelope = new Envelope { Content = ByteString.CopyFrom(content) };
        foreach (var key in keys) envelope.Signatures.Add(key.SignContent(envelope.Content));
        return envelope;
    }

    /// <summary>The same with one signature, made over other bytes.</summary>
    public static Envelope SignedRaw(byte[] content, KeyPair key, byte[] signed) => new()
    {
        Content = ByteString.CopyFrom(content),
        Signatures = { new Signature { Suite = SignatureSuite.Ed25519, Key = ByteString.CopyFrom(key.Thumbprint), Value = ByteString.CopyFrom(key.SignRaw(signed)) } },
    };

    public static KeyValuePair<string, JsonNode?> Field(string name, ReadOnlySpan<byte> bytes) => new(name, Convert.ToHexStringLower(bytes));

    /// <summary>64 bits, which JSON's numbers do not hold everywhere.</summary>
    public static string Number(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
