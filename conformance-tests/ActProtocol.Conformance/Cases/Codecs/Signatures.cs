using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Codecs;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Conformance.Cases.Codecs;

static class Signatures
{
    [Check("ENV-01.same-bytes-only", "The bytes that were signed hold in any order of fields; the same fields written anew do not.")]
    public static async Task SameBytesOnly(CodecScenario scenario)
    {
        var parties = scenario.Parties;
        var canonical = parties.Content().ToByteArray();
        var reversed = Raw.Reversed(Raw.With(canonical, 1, header => Raw.Bytes(1, Raw.Reversed(Raw.Payload(header, 1)))));
        var anew = new Envelope(Parties.Signed(reversed, parties.BuyerKey)) { Content = ByteString.CopyFrom(canonical) };
        await scenario.RefusedAsync("signature_invalid", "the signed fields in another order", parties.Verify(anew), parties.Verify(reversed));
    }

    [Check("ENV-01.unknown-field-is-signed", "An unknown field is part of what was signed: with one byte of it changed the signature does not hold.")]
    public static async Task UnknownFieldIsSigned(CodecScenario scenario)
    {
        var parties = scenario.Parties;
        var content = (byte[])[.. parties.Content().ToByteArray(), .. Raw.Bytes(3000, scenario.Random.Bytes(40))];
        var good = Parties.Signed(content, parties.BuyerKey);
        content[^(1 + scenario.Random.Number(40))] ^= (byte)(1 << scenario.Random.Number(8));
        await scenario.RefusedAsync("signature_invalid", "one bit of an unknown field changed", parties.Verify(new Envelope(good) { Content = ByteString.CopyFrom(content) }), parties.Verify(good));
    }

    [Check("ENV-02.fresh-digest", "The digest of content never seen before is SHA-256 over tag, length and content.")]
    public static async Task FreshDigest(CodecScenario scenario)
    {
        foreach (var length in new[] { 0, 1, 55, 56, 64, 255, 256, 65_536 })
        {
            var content = scenario.Random.Bytes(length);
            Expectations.Equal($"{length} bytes", Convert.ToHexStringLower(Tags.Digest(content)), (await scenario.OkAsync($"{length} bytes", Given.Digest(content))).Text("digest"));
        }
    }

    [Check("ENV-02.fresh-seal", "A key never seen before signs the signed bytes of its content.")]
    public static async Task FreshSeal(CodecScenario scenario)
    {
        var (key, content) = (scenario.Parties.Key(), scenario.Parties.Content().ToByteArray());
        var answer = await scenario.OkAsync("a seal", Given.Seal(key.Seed, content));
        Expectations.Equal("signature", Convert.ToHexStringLower(key.Sign(Tags.Envelope, content)), answer.Text("signature"));
        Expectations.Equal("key", Convert.ToHexStringLower(key.Thumbprint), answer.Text("key"));
    }

    [Check("ENV-02.other-tag", "A signature that was made for something else is none for an envelope.",
        Values = ["act.receipt.v1", "act.challenge.v1", "act.proof.v1", "act.transaction.v1", "act.message-id.v1", "act.envelope.v2", "act.voucher.v1", "ACT.ENVELOPE.V1", "none"])]
    public static Task OtherTag(CodecScenario scenario, string tag) => SignedOver(scenario, content => Tags.Signed(tag == "none" ? "" : tag, content));

    [Check("ENV-02.other-length", "A signature over tag and content with another length between them is refused.", Values = ["none", "little-endian", "32-bits", "tag-included", "one-more"])]
    public static Task OtherLength(CodecScenario scenario, string form) => SignedOver(scenario, content =>
    {
        var (tag, rest) = (System.Text.Encoding.ASCII.GetBytes(Tags.Envelope), Tags.Signed("", content));
        return form switch
        {
            "none" => [.. tag, .. content],
            "little-endian" => [.. tag, .. rest[..8].Reverse(), .. content],
            "32-bits" => [.. tag, .. rest[4..]],
            "tag-included" => [.. tag, .. Tags.Signed("", [.. tag, .. content])[..8], .. content],
            _ => [.. tag, .. Tags.Signed("", [.. content, 0])[..8], .. content],
        };
    });

    [Check("ENV-02.content-or-digest-alone", "A signature over the content alone, or over its digest, is refused.", Values = ["content", "digest", "tagged-digest"])]
    public static Task ContentOrDigestAlone(CodecScenario scenario, string what) =>
        SignedOver(scenario, content => what switch { "content" => content, "digest" => Tags.Digest(content), _ => Tags.Signed(Tags.Envelope, Tags.Digest(content)) });

    [Check("ENV-05.all-must-hold", "One signature that does not hold spoils the envelope, wherever it stands.", Values = ["first", "second", "third", "fourth"])]
    public static async Task AllMustHold(CodecScenario scenario, string place)
    {
        var parties = scenario.Parties;
        var content = parties.Content().ToByteArray();
        KeyPair[] keys = [parties.BuyerKey, parties.Key(), parties.Key(), parties.Key()];
        var good = Parties.Signed(content, keys);
        var bad = good.Clone();
        var at = Array.IndexOf(["first", "second", "third", "fourth"], place);
        bad.Signatures[at].Value = ByteString.CopyFrom(keys[at].SignRaw(content));
        (string, KeyPair)[] more = [.. keys[1..].Select(key => (parties.Buyer, key))];
        await scenario.RefusedAsync("signature_invalid", $"the {place} of four signatures is over other bytes", parties.Verify(bad, more), parties.Verify(good, more));
    }

    [Check("ENV-05.signature-of-the-other-side", "A good signature of the counterparty beside the sender's is none of a signer that the step allows.")]
    public static Task SignatureOfTheOtherSide(CodecScenario scenario)
    {
        var (parties, content) = (scenario.Parties, scenario.Parties.Content().ToByteArray());
        return scenario.RefusedAsync("signature_invalid", "signed by buyer and seller", parties.Verify(Parties.Signed(content, parties.BuyerKey, parties.SellerKey)), parties.Verify(content));
    }

    [Check("ENV-05.none-and-five", "No signature is invalid, four are fine, five are too large.")]
    public static async Task NoneAndFive(CodecScenario scenario)
    {
        var (parties, content) = (scenario.Parties, scenario.Parties.Content().ToByteArray());
        KeyPair[] keys = [.. Enumerable.Range(0, 5).Select(_ => parties.Key())];
        (string, KeyPair)[] more = [.. keys.Select(key => (parties.Buyer, key))];
        await scenario.RefusedAsync("signature_invalid", "no signature", parties.Verify(Parties.Signed(content), more));
        await scenario.RefusedAsync("too_large", "five signatures", parties.Verify(Parties.Signed(content, keys), more), parties.Verify(Parties.Signed(content, keys.AsSpan(0, 4)), more));
    }

    [Check("ENV-06.any-bit", "A signature with any one of its 512 bits changed does not hold.")]
    public static async Task AnyBit(CodecScenario scenario)
    {
        var (key, message) = (scenario.Parties.BuyerKey, Tags.Signed(Tags.Envelope, scenario.Parties.Content().ToByteArray()));
        var signature = key.SignRaw(message);
        await scenario.OkAsync("the signature itself", Given.Signature(key.Public, message, signature));
        for (var bit = 0; bit < 512; bit++)
        {
            var changed = (byte[])signature.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            await scenario.RefusedAsync(null, $"bit {bit} of the signature changed", Given.Signature(key.Public, message, changed));
        }
    }

    [Check("ENV-06.s-plus-l", "S is below the group's order: the same signature with the order added once, or as often as 256 bits hold, is refused.", Values = ["once", "most"])]
    public static Task PlusOrder(CodecScenario scenario, string often) => Forged(scenario, (parties, message) =>
    {
        var good = parties.BuyerKey.SignRaw(message);
        var s = Edwards.Number(good.AsSpan(32));
        return (parties.BuyerKey.Public, [.. good[..32], .. Edwards.Little(often == "once" ? s + Edwards.L : s + (Edwards.L * 14))]);
    });

    [Check("ENV-06.small-order-key", "A key of small order signs nothing, though its equation holds for every message.")]
    public static Task SmallOrderKey(CodecScenario scenario) => Forged(scenario, (parties, message) =>
        (Edwards.Identity, Edwards.Sign(parties.OtherKey.Public, Edwards.Scalar(parties.OtherKey), Edwards.Identity, 0, message)));

    [Check("ENV-06.small-order-r", "An R of small order is refused, though the equation holds.")]
    public static Task SmallOrderR(CodecScenario scenario) => Forged(scenario, (parties, message) =>
        (parties.BuyerKey.Public, Edwards.Sign(Edwards.Identity, 0, parties.BuyerKey.Public, Edwards.Scalar(parties.BuyerKey), message)));

    [Check("ENV-06.lengths", "A signature has 64 bytes, and the key that it names 32.",
        Values = ["signature-0", "signature-32", "signature-63", "signature-65", "signature-128", "key-0", "key-31", "key-33"])]
    public static Task Lengths(CodecScenario scenario, string what)
    {
        var (parties, good) = (scenario.Parties, Parties.Signed(scenario.Parties.Content().ToByteArray(), scenario.Parties.BuyerKey));
        var bad = good.Clone();
        var length = int.Parse(what.Split('-')[1], System.Globalization.CultureInfo.InvariantCulture);
        if (what.StartsWith("key", StringComparison.Ordinal)) bad.Signatures[0].Key = Resized(bad.Signatures[0].Key, length);
        else bad.Signatures[0].Value = Resized(bad.Signatures[0].Value, length);
        return scenario.RefusedAsync("signature_invalid", what, parties.Verify(bad), parties.Verify(good));
    }

    [Check("ENV-06.suite", "A suite that is not known is refused, whatever the signature says.", Values = ["0", "2", "3", "99", "2147483647"])]
    public static Task Suite(CodecScenario scenario, string suite)
    {
        var (parties, good) = (scenario.Parties, Parties.Signed(scenario.Parties.Content().ToByteArray(), scenario.Parties.BuyerKey));
        var bad = good.Clone();
        bad.Signatures[0].Suite = (SignatureSuite)int.Parse(suite, System.Globalization.CultureInfo.InvariantCulture);
        return scenario.RefusedAsync("signature_invalid", $"suite {suite}", parties.Verify(bad), parties.Verify(good));
    }

    [Check("ENV-07.key-of-another", "A good signature by a key that another has is none of the sender's, whatever thumbprint it names.", Values = ["own-thumbprint", "thumbprint-of-the-sender"])]
    public static Task KeyOfAnother(CodecScenario scenario, string names)
    {
        var (parties, content) = (scenario.Parties, scenario.Parties.Content().ToByteArray());
        var bad = Parties.Signed(content, parties.SellerKey);
        if (names == "thumbprint-of-the-sender") bad.Signatures[0].Key = ByteString.CopyFrom(parties.BuyerKey.Thumbprint);
        return scenario.RefusedAsync("signature_invalid", "the buyer's envelope, signed by the seller", parties.Verify(bad), parties.Verify(content));
    }

    [Check("ENV-07.one-answer", "Whatever is wrong with a signature, its key or its sender, the answer is the same to the letter.")]
    public static async Task OneAnswer(CodecScenario scenario)
    {
        var parties = scenario.Parties;
        var content = parties.Content().ToByteArray();
        var good = Parties.Signed(content, parties.BuyerKey);
        Envelope With(Action<Signature> change)
        {
            var bad = good.Clone();
            change(bad.Signatures[0]);
            return bad;
        }
        var stranger = parties.Content(header => header.Sender = $"{parties.Buyer}x").ToByteArray();
        (string What, Envelope Envelope)[] kinds =
        [
            ("a wrong signature", With(signature => signature.Value = parties.Bytes(64))),
            ("a short signature", With(signature => signature.Value = parties.Bytes(63))),
            ("an empty signature", With(signature => signature.Value = ByteString.Empty)),
            ("an unknown key", Parties.Signed(content, parties.OtherKey)),
            ("a short thumbprint", With(signature => signature.Key = parties.Bytes(31))),
            ("an unknown sender", Parties.Signed(stranger, parties.OtherKey)),
            ("an unknown suite", With(signature => signature.Suite = (SignatureSuite)9)),
            ("a signature over other bytes", Parties.SignedRaw(content, parties.BuyerKey, content)),
        ];
        string? first = null;
        foreach (var (what, envelope) in kinds)
        {
            var answer = await scenario.RefusedAsync("signature_invalid", what, parties.Verify(envelope));
            Expectations.Equal($"the answer to {what}", first ??= answer.Rest, answer.Rest);
        }
        await scenario.OkAsync("the envelope itself", parties.Verify(good));
    }

    static Task SignedOver(CodecScenario scenario, Func<byte[], byte[]> over)
    {
        var (parties, content) = (scenario.Parties, scenario.Parties.Content().ToByteArray());
        return scenario.RefusedAsync("signature_invalid", "signed over other bytes", parties.Verify(Parties.SignedRaw(content, parties.BuyerKey, over(content))), parties.Verify(content));
    }

    // The same forgery as it is, and on an envelope whose sender has the key.
    static async Task Forged(CodecScenario scenario, Func<Parties, byte[], (byte[] Key, byte[] Signature)> forge)
    {
        var parties = scenario.Parties;
        var content = parties.Content().ToByteArray();
        var message = Tags.Signed(Tags.Envelope, content);
        var (key, value) = forge(parties, message);
        await scenario.RefusedAsync(null, "the signature alone", Given.Signature(key, message, value), Given.Signature(parties.BuyerKey.Public, message, parties.BuyerKey.SignRaw(message)));
        var envelope = new Envelope
        {
            Content = ByteString.CopyFrom(content),
            Signatures = { new Signature { Suite = SignatureSuite.Ed25519, Key = ByteString.CopyFrom(Tags.Thumbprint(key)), Value = ByteString.CopyFrom(value) } },
        };
        var keys = new System.Text.Json.Nodes.JsonObject { [parties.Buyer] = new System.Text.Json.Nodes.JsonArray(Convert.ToHexStringLower(key)) };
        await scenario.RefusedAsync("signature_invalid", "an envelope with it", parties.Verify(envelope, keys), parties.Verify(content));
    }

    static ByteString Resized(ByteString bytes, int length) => ByteString.CopyFrom([.. bytes.Span[..Math.Min(length, bytes.Length)], .. new byte[Math.Max(0, length - bytes.Length)]]);
}
