using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.Conformance.Brokers.Expectations;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Signatures
{
    [Check("ENV-02.other-bytes-signed", "A signature over anything but tag, length and content does not hold.", Values =
        ["content-alone", "no-length", "length-little-endian", "length-of-32-bits", "length-with-tag", "length-off-by-one", "tag-with-zero", "digest", "another-content"])]
    public static async Task OtherBytesSigned(BrokerScenario scenario, string value)
    {
        var sender = await scenario.AnybodyAsync();
        var good = scenario.SealListing(sender);
        var content = good.Content.ToByteArray();
        byte[] tag = [.. System.Text.Encoding.ASCII.GetBytes(Tags.Envelope)];
        var signed = Tags.Signed(Tags.Envelope, content);
        var length = signed[tag.Length..(tag.Length + 8)];
        byte[] over = value switch
        {
            "content-alone" => content,
            "no-length" => [.. tag, .. content],
            "length-little-endian" => [.. tag, .. length.Reverse(), .. content],
            "length-of-32-bits" => [.. tag, .. length[4..], .. content],
            "length-with-tag" => Tags.Signed(Tags.Envelope, [.. tag, .. content])[..(tag.Length + 8)].Concat(content).ToArray(),
            "length-off-by-one" => [.. Tags.Signed(Tags.Envelope, [.. content, 0])[..^1]],
            "tag-with-zero" => [.. tag, 0, .. length, .. content],
            "digest" => Tags.Digest(content),
            "another-content" => Tags.Signed(Tags.Envelope, scenario.SealListing(sender).Content.Span),
            _ => throw new InvalidOperationException(value),
        };
        await scenario.RefusedAsync("signature_invalid", value, good.Signed(sender.Key, over), good);
    }

    [Check("ENV-02.other-tag", "A signature made under another tag of the protocol, or of another version, is none for an envelope.", Values =
        ["act.challenge.v1", "act.proof.v1", "act.receipt.v1", "act.transaction.v1", "act.message-id.v1", "act.batch.v1", "act.envelope.v2", "ACT.ENVELOPE.V1", "act.envelope"])]
    public static async Task OtherTag(BrokerScenario scenario, string value)
    {
        var sender = await scenario.AnybodyAsync();
        var good = scenario.SealListing(sender);
        await scenario.RefusedAsync("signature_invalid", $"signed under {value}", good.WithValue(sender.Key, sender.Key.Sign(value, good.Content.Span)), good);
    }

    [Check("ENV-05.one-bit", "An envelope with any bit of its signature turned over, or one of 64 sampled bits of what is signed, is refused with signature_invalid.")]
    public static async Task OneBit(BrokerScenario scenario)
    {
        var sender = await scenario.AnybodyAsync();
        var good = scenario.SealListing(sender);
        var (content, value) = (good.Content.ToByteArray(), good.Signatures[0].Value.ToByteArray());
        // In the message id, where every bit is as well formed as its opposite.
        var at = content.AsSpan().IndexOf(Content.Parser.ParseFrom(content).Header.MessageId.Span);
        var signatures = Enumerable.Range(0, 512).Select(bit => ($"bit {bit} of the signature", good.WithValue(sender.Key, value.Flipped(bit))));
        var contents = Enumerable.Range(0, 64).Select(_ => scenario.Random.Number(128)).Distinct().Select(bit =>
            ($"bit {bit} of the message id", new Envelope { Content = ByteString.CopyFrom(content.Flipped((at * 8) + bit)), Signatures = { good.Signatures } }));
        await scenario.AllRefusedAsync("signature_invalid", signatures.Concat(contents), good);
    }

    [Check("ENV-06.s-not-below-l", "A signature whose S is L or more is refused, though the equation holds.", Values = ["s-plus-l", "s-plus-8-l", "s-plus-14-l"])]
    public static async Task SNotBelowL(BrokerScenario scenario, string value)
    {
        var sender = await scenario.AnybodyAsync();
        var good = scenario.SealListing(sender);
        var odd = OddSignatures.WithLargeS(good.Signatures[0].Value.ToByteArray(), value switch { "s-plus-l" => 1, "s-plus-8-l" => 8, _ => 14 });
        await scenario.RefusedAsync("signature_invalid", value, good.WithValue(sender.Key, odd), good);
    }

    [Check("ENV-06.odd-r", "A signature whose R is of small order, or not canonical, or holds only with a cofactor, is refused.", Values =
        ["identity", "identity-not-canonical", "identity-negative-zero", "order-8", "order-4", "order-8-third", "order-2", "order-8-fifth", "order-4-negative", "order-8-negative", "mixed"])]
    public static async Task OddR(BrokerScenario scenario, string value)
    {
        var sender = await scenario.AnybodyAsync();
        var good = scenario.SealListing(sender);
        var message = Tags.Signed(Tags.Envelope, good.Content.Span);
        string[] multiples = ["identity", "order-8", "order-4", "order-8-third", "order-2", "order-8-fifth", "order-4-negative", "order-8-negative"];
        var odd = value switch
        {
            "identity-not-canonical" => OddSignatures.WithIdentity(sender.Key, message, negativeZero: false),
            "identity-negative-zero" => OddSignatures.WithIdentity(sender.Key, message, negativeZero: true),
            "mixed" => OddSignatures.WithMixedR(sender.Key, message, Nonce(scenario)),
            _ => OddSignatures.WithSmallR(sender.Key, message, Array.IndexOf(multiples, value)),
        };
        await scenario.RefusedAsync("signature_invalid", value, good.WithValue(sender.Key, odd), good);
    }

    [Check("ENV-06.cofactorless", "By a key with a component of small order, exactly the signatures hold for which the equation holds without a cofactor.", Also = ["DIR-05"])]
    public static async Task Cofactorless(BrokerScenario scenario)
    {
        var party = scenario.NewParty("mixed");
        var key = new MixedKey(party.Key);
        Envelope Sealed(Func<Content> draft, bool holds)
        {
            // One message in eight is of the one kind.
            while (true)
            {
                var content = draft().ToByteString();
                var (signature, does) = key.Sign(Tags.Signed(Tags.Envelope, content.Span), Nonce(scenario));
                if (does == holds) return new Envelope { Content = content, Signatures = { new Signature { Suite = SignatureSuite.Ed25519, Key = ByteString.CopyFrom(key.Thumbprint), Value = ByteString.CopyFrom(signature) } } };
            }
        }
        Content Registering()
        {
            var body = BrokerScenario.Registration(party);
            body.SigningKey = ByteString.CopyFrom(key.Public);
            return scenario.Draft(party, body);
        }
        await scenario.RefusedAsync("signature_invalid", "a registration that holds only with a cofactor", Sealed(Registering, false), Sealed(Registering, true));
        for (var again = 0; again < 4; again++)
        {
            await scenario.RefusedAsync("signature_invalid", "a step that holds only with a cofactor", Sealed(() => scenario.NewListing(party), false), Sealed(() => scenario.NewListing(party), true));
        }
    }

    [Check("ENV-07.equal-refusals", "An unknown sender, an unknown key, and each kind of wrong signature are refused with the very same status: code, text, details.")]
    public static async Task EqualRefusals(BrokerScenario scenario)
    {
        var (sender, other) = (await scenario.AnybodyAsync(), await scenario.PrincipalAsync("other"));
        var stranger = scenario.NewParty("stranger");
        var good = scenario.SealListing(sender);
        var value = good.Signatures[0].Value.ToByteArray();
        Signature Made(Action<Signature> change)
        {
            var signature = good.Signatures[0].Clone();
            change(signature);
            return signature;
        }
        (string What, Envelope Bad)[] all =
        [
            ("an unknown sender", scenario.SealListing(stranger)),
            ("an unknown sender with a known key", scenario.SealListing(stranger).WithValue(sender.Key, value)),
            ("an unknown key", good.With(stranger.Key.SignContent(good.Content))),
            ("the key of another, who signed", good.With(other.Key.SignContent(good.Content))),
            ("the key of another, with its signature under the sender's thumbprint", good.WithValue(sender.Key, other.Key.Sign(Tags.Envelope, good.Content.Span))),
            ("no signature", good.With()),
            ("63 bytes", good.WithValue(sender.Key, value[..63])), ("65 bytes", good.WithValue(sender.Key, [.. value, 0])), ("0 bytes", good.WithValue(sender.Key, [])),
            ("a turned bit", good.WithValue(sender.Key, value.Flipped(3))), ("S + L", good.WithValue(sender.Key, OddSignatures.WithLargeS(value, 1))),
            ("64 zeros", good.WithValue(sender.Key, new byte[64])), ("R no point", good.WithValue(sender.Key, [2, .. new byte[31], .. value[32..]])),
            ("a thumbprint of 31 bytes", good.With(Made(made => made.Key = ByteString.CopyFrom(sender.Key.Thumbprint[..31])))),
            ("a thumbprint of 33 bytes", good.With(Made(made => made.Key = ByteString.CopyFrom([.. sender.Key.Thumbprint, 0])))),
            ("no thumbprint", good.With(Made(made => made.Key = ByteString.Empty))),
            ("the key in place of its thumbprint", good.With(Made(made => made.Key = ByteString.CopyFrom(sender.Key.Public)))),
            ("suite 0", good.With(Made(made => made.Suite = 0))), ("suite 2", good.With(Made(made => made.Suite = (SignatureSuite)2))), ("suite 99", good.With(Made(made => made.Suite = (SignatureSuite)99))),
            ("a good one and a bad one", good.With(good.Signatures[0], Made(made => made.Value = ByteString.CopyFrom(value.Flipped(3))))),
        ];
        var answers = await scenario.EachAsync(all, one => one.Bad);
        var first = AsRefused("signature_invalid", all[0].What, answers.Single(answer => answer.One == all[0]).Outcome).Status;
        foreach (var ((what, bad), outcome) in answers)
        {
            scenario.Controls.Expect(bad);
            Equal($"the refusal of {what}, beside that of {all[0].What}", first, AsRefused("signature_invalid", what, outcome).Status);
        }
        await scenario.AcceptedAsync("the good signature of all this", good);
    }

    [Check("ENV-05.all-must-hold", "An envelope is refused when one of its signatures does not hold, is of another suite, or is by somebody whom the step does not allow.", Values =
        ["bad-second", "bad-first", "suite-2-second", "stranger-second", "registered-stranger-second", "principal-second"])]
    public static async Task AllMustHold(BrokerScenario scenario, string value)
    {
        var owner = await scenario.PrincipalAsync("owner");
        var agent = await scenario.AgentAsync("agent", owner);
        var other = value is "stranger-second" ? scenario.NewParty("stranger") : value is "registered-stranger-second" ? await scenario.PrincipalAsync("other") : owner;
        var good = scenario.SealListing(agent);
        var first = good.Signatures[0];
        var bad = first.Clone();
        bad.Value = ByteString.CopyFrom(bad.Value.ToByteArray().Flipped(9));
        var unknown = first.Clone();
        unknown.Suite = (SignatureSuite)2;
        Signature[] signatures = value switch
        {
            "bad-second" => [first, bad],
            "bad-first" => [bad, first],
            "suite-2-second" => [first, unknown],
            _ => [first, other.Key.SignContent(good.Content)],
        };
        await scenario.RefusedAsync("signature_invalid", value, good.With(signatures), good);
    }

    [Check("ENV-05.keys-of-the-sender", "Four signatures by four keys of the sender hold; five are too large, whoever signed.", Exact = true)]
    public static async Task KeysOfTheSender(BrokerScenario scenario)
    {
        var sender = await scenario.AgentAsync("agent", await scenario.PrincipalAsync("owner"));
        List<KeyPair> keys = [sender.Key];
        for (var more = 0; more < 3; more++)
        {
            keys.Add(scenario.NewParty("key").Key);
            await scenario.BuildAsync(scenario.Seal(sender, new RotateKey { Id = sender.Id, SigningKey = ByteString.CopyFrom(keys[^1].Public) }));
        }
        var good = scenario.SealListing(sender);
        var four = good.With([.. keys.Select(key => key.SignContent(good.Content))]);
        var five = good.With([.. keys.Append(sender.Key).Select(key => key.SignContent(good.Content))]);
        await scenario.RefusedAsync("too_large", "five signatures", five, four);
    }

    [Check("ENV-05.in-anothers-name", "An envelope under the name of a victim, with a good signature by the attacker's own registered key, is refused with signature_invalid.")]
    public static async Task InAnothersName(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Confirmed);
        var forged = sale.Commit();
        await scenario.RefusedAsync("signature_invalid", "a commit in the buyer's name, signed by the seller", forged.With(sale.Seller.Key.SignContent(forged.Content)), forged);
    }

    static System.Numerics.BigInteger Nonce(BrokerScenario scenario) => Edwards.Number(scenario.Random.Bytes(31)) + 1;
}
