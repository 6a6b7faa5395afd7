using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Transactions;
using ActProtocol.Envelopes;
using ActProtocol.V1;
using Google.Protobuf;
using Extension = ActProtocol.V1.Extension;

namespace ActProtocol.Engine.Errors;

/// <summary>What is refused before anything is decided: by form, time, signature, key, and by a broker that cannot.</summary>
static class EdgeScenarios
{
    public static readonly Scenario[] All =
    [
        Scenario.Of(ErrorCode.TooLarge, "content above 65,536 bytes", false, _ => new Envelope { Content = ByteString.CopyFrom(new byte[65_537]) }),
        Scenario.Of(ErrorCode.TooLarge, "five signatures", false, market =>
        {
            var envelope = market.World.Seal("buyer", market.IntentTo("seller"));
            for (var more = 0; more < 4; more++) envelope.Signatures.Add(envelope.Signatures[0]);
            return envelope;
        }),
        Scenario.Of(ErrorCode.Malformed, "bytes that are no content", false, _ => new Envelope { Content = ByteString.CopyFromUtf8("what?") }),
        Scenario.Of(ErrorCode.Malformed, "a message id of zeros", false, market => Changed(market, content => content.Header.MessageId = ByteString.CopyFrom(new byte[16]))),
        Scenario.Of(ErrorCode.Malformed, "a transaction id of zeros", false, market =>
        {
            var content = market.World.Fill("buyer", new Content { Header = new Header { TransactionId = ByteString.CopyFrom(new byte[16]) }, Cancel = new Cancel() });
            return Sealing.Seal(content, market.World.KeyOf("buyer"));
        }),
        Scenario.Of(ErrorCode.Malformed, "a critical extension that is absent", false, market => Changed(market, content => content.Header.Critical.Add("not-here"))),
        Scenario.Of(ErrorCode.Malformed, "an extension twice", false, market =>
            Changed(market, content => content.Header.Extensions.AddRange([new Extension { Name = "x" }, new Extension { Name = "x" }]))),
        Scenario.Of(ErrorCode.Malformed, "a seller twice", false, market => Changed(market, content => content.Header.Recipients.Add(World.Id("seller")))),
        Scenario.Of(ErrorCode.Malformed, "a payout executed by no payment", false, market => market.World.Seal("cashier", new Content
        {
            ClosePayout = new ClosePayout { Payout = market.Mandate.ToWire(), Account = World.Id("buyer-owner"), Executed = true },
        })),
        Scenario.Of(ErrorCode.Malformed, "a key that ends before it begins", false, market => market.World.Seal("buyer-owner", new Content
        {
            RotateKey = new RotateKey { Id = World.Id("buyer"), SigningKey = market.World.KeyBytes("new"), ValidFromMs = 2, ValidUntilMs = 1 },
        })),
        Scenario.Of(ErrorCode.VersionUnsupported, "major 2", false, market => Changed(market, content => content.Header.VersionMajor = 2)),
        Scenario.Of(ErrorCode.BodyUnsupported, "no body that is known here", false, market => Changed(market, content => content.ClearBody())),
        Scenario.Of(ErrorCode.BrokerWrong, "meant for another broker", false, market => Changed(market, content => content.Header.Broker = "act://test/other")),
        Scenario.Of(ErrorCode.ExtensionUnsupported, "a critical extension", false, market => Changed(market, content =>
        {
            content.Header.Extensions.Add(new Extension { Name = "later" });
            content.Header.Critical.Add("later");
        })),
        Scenario.Of(ErrorCode.EnvelopeExpired, "outside a transaction, at the instant it expires", false, market => Changed(market, content =>
            (content.Header.SentAtMs, content.Header.ExpiresAtMs) = (market.World.NowMs - 1, market.World.NowMs))),
        new(ErrorCode.EnvelopeExpired, "within a transaction", false, async market =>
        {
            var deal = await market.BringAsync(TransactionState.Open);
            return market.Write(deal, Role.Buyer, new Content { Cancel = new Cancel() }, content =>
                (content.Header.SentAtMs, content.Header.ExpiresAtMs) = (market.World.NowMs - 1, market.World.NowMs));
        }),
        Scenario.Of(ErrorCode.ClockSkew, "a minute and a millisecond ahead", false, market => Sent(market, market.World.NowMs + 60_001)),
        Scenario.Of(ErrorCode.ClockSkew, "as far ahead as can be written", false, market => Sent(market, long.MaxValue - 3_600_000)),
        new(ErrorCode.QuotaExceeded, "a party's 65th refusal in a transaction", false, async market =>
        {
            var deal = await market.BringAsync(TransactionState.Open);
            for (var refusal = 0; refusal < 64; refusal++) Assert.Equal(ErrorCode.StepOutOfOrder, (await market.TryAsync(deal, Role.Buyer, StepKind.Commit)).Code);
            return market.Write(deal, Role.Buyer, Steps.Of(StepKind.Commit, deal));
        }),
        Scenario.Of(ErrorCode.SignatureInvalid, "a sender that nobody knows", false, market => market.World.Seal("nobody", market.IntentTo("seller"))),
        Scenario.Of(ErrorCode.SignatureInvalid, "another's key", false, market => Sealing.Seal(market.World.Fill("buyer", market.IntentTo("seller")), market.World.KeyOf("seller"))),
        Scenario.Of(ErrorCode.SignatureInvalid, "a tampered byte", false, market =>
        {
            var envelope = market.World.Seal("buyer", market.IntentTo("seller"));
            var bytes = envelope.Content.ToByteArray();
            bytes[^1] ^= 1;
            return new Envelope { Content = ByteString.CopyFrom(bytes), Signatures = { envelope.Signatures } };
        }),
        Scenario.Of(ErrorCode.SignatureInvalid, "another domain's tag", false, market => Resigned(market, SignedBytes.ProofTag)),
        Scenario.Of(ErrorCode.SignatureInvalid, "a second signature that does not hold", false, market =>
        {
            var envelope = market.World.Seal("buyer", market.IntentTo("seller"));
            envelope.Signatures.Add(new Signature(envelope.Signatures[0]) { Value = ByteString.CopyFrom(new byte[64]) });
            return envelope;
        }),
        Scenario.Of(ErrorCode.SignatureInvalid, "no signature", false, market => new Envelope { Content = market.World.Seal("buyer", market.IntentTo("seller")).Content }),
        Scenario.Of(ErrorCode.SignatureInvalid, "a suite of a later version", false, market =>
        {
            var envelope = market.World.Seal("buyer", market.IntentTo("seller"));
            envelope.Signatures[0].Suite = (SignatureSuite)9;
            return envelope;
        }),
        Scenario.Of(ErrorCode.SignatureInvalid, "registering a key of small order, which any signature fits", false, market => Sealing.Seal(
            market.World.Fill("new-owner", new Content { Register = new Register { Kind = EntryKind.Principal, SigningKey = SmallOrder } }), market.World.KeyOf("new-owner"))),
        Scenario.Of(ErrorCode.SignatureInvalid, "an agent that registers without its principal", false, market => market.World.Seal("new", new Content
        {
            Register = new Register { Kind = EntryKind.Agent, Principal = World.Id("buyer-owner"), SigningKey = market.World.KeyBytes("new") },
        })),
        new(ErrorCode.KeyRevoked, "a revoked key", false, async market =>
        {
            var revoke = new RevokeKey { Id = World.Id("buyer"), Key = market.World.KeyOf("buyer").PublicKey.Thumbprint.ToWire() };
            await market.World.SendAsync("buyer-owner", new Content { RevokeKey = revoke });
            return market.World.Seal("buyer", market.IntentTo("seller"));
        }),
        new(ErrorCode.KeyNotYetValid, "a key from tomorrow", false, market => WithKeyAsync(market, fromMs: market.World.NowMs + 1, untilMs: 0)),
        new(ErrorCode.KeyExpired, "a key at the instant it ends", false, async market =>
        {
            var envelope = await WithKeyAsync(market, fromMs: 0, untilMs: market.World.NowMs + 5);
            await market.World.PassAsync(TimeSpan.FromMilliseconds(5));
            return envelope;
        }),
        Scenario.Of(ErrorCode.ClockUnsure, "a clock that was set", false, market =>
        {
            market.World.Time.Jump = TimeSpan.FromDays(365);
            return market.World.Seal("buyer", market.IntentTo("seller"));
        }),
        new(ErrorCode.PartitionFenced, "after an append of unknown outcome", false, async market =>
        {
            market.Log.UnknownNext(written: false);
            Assert.Equal(ErrorCode.Internal, (await market.TryAsync(market.World.Seal("buyer", market.IntentTo("seller")))).Code);
            return market.World.Seal("buyer", market.IntentTo("seller"));
        }),
        new(ErrorCode.MessageIdReused, "other bytes under an id, outside", false, async market =>
        {
            var first = market.World.Fill("buyer", market.IntentTo("seller"));
            await market.World.SendAsync(Sealing.Seal(first, market.World.KeyOf("buyer")));
            first.Header.ExpiresAtMs++;
            return Sealing.Seal(first, market.World.KeyOf("buyer"));
        }),
        new(ErrorCode.MessageIdReused, "other bytes under an id, within, though the first was refused", false, async market =>
        {
            var deal = await market.BringAsync(TransactionState.Open);
            var first = Steps.Of(StepKind.Commit, deal);
            Assert.Equal(ErrorCode.StepOutOfOrder, (await market.TryAsync(deal, Role.Buyer, first)).Code);
            return market.Write(deal, Role.Buyer, new Content { Cancel = new Cancel() }, content => content.Header.MessageId = first.Header.MessageId);
        }),
    ];

    // The point of order 4 that RFC 8032's check would let through: canonical, and of small order.
    static readonly ByteString SmallOrder = ByteString.CopyFrom(new byte[32]);

    static Envelope Changed(Market market, Action<Content> change)
    {
        var content = market.World.Fill("buyer", market.IntentTo("seller"));
        change(content);
        return Sealing.Seal(content, market.World.KeyOf("buyer"));
    }

    static Envelope Sent(Market market, long sentAtMs) => Changed(market, content => (content.Header.SentAtMs, content.Header.ExpiresAtMs) = (sentAtMs, sentAtMs + 1000));

    static Envelope Resigned(Market market, ReadOnlySpan<byte> tag)
    {
        var envelope = market.World.Seal("buyer", market.IntentTo("seller"));
        envelope.Signatures[0].Value = ByteString.CopyFrom(market.World.KeyOf("buyer").Sign(SignedBytes.Of(tag, envelope.Content.Span)));
        return envelope;
    }

    static async Task<Envelope> WithKeyAsync(Market market, long fromMs, long untilMs)
    {
        var register = new Register { Kind = EntryKind.Agent, Principal = World.Id("buyer-owner"), SigningKey = market.World.KeyBytes("guest"), ValidFromMs = fromMs, ValidUntilMs = untilMs };
        await market.World.SendAsync("guest", new Content { Register = register }, market.World.KeyOf("buyer-owner"));
        return market.World.Seal("guest", market.IntentTo("seller"), World.HomeOf("buyer-owner"));
    }
}
