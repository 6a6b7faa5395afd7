using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Transactions;
using ActProtocol.Envelopes;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.V1.TransactionState;

namespace ActProtocol.Engine.Errors;

/// <summary>Authority, money, room, and the directory's and the ledger's doors.</summary>
static class MoneyScenarios
{
    public static readonly Scenario[] All =
    [
        new(ErrorCode.IntentUsed, "a sibling of what is locked", true, async market =>
        {
            await market.World.EnterAsync("second");
            var deals = await market.IntendAsync(["seller", "second"]);
            foreach (var deal in deals) await market.DoAsync(deal, Role.Seller, Steps.Quote(deal));
            await market.DoAsync(deals[0], Role.Buyer, StepKind.Lock);
            return market.Write(deals[1], Role.Buyer, Steps.Of(StepKind.Lock, deals[1]));
        }),
        new(ErrorCode.BudgetExceeded, "a quote a nano above the budget", true, market => LockAsync(market, 900, nanos: 1)),
        new(ErrorCode.BudgetExceeded, "a counter that asks for more", true, async market =>
            market.Write(await market.BringAsync(Quoted), Role.Buyer, new Content { Counter = new Counter { Intent = new Intent { Budget = Steps.Cny(901) } } })),
        Scenario.Of(ErrorCode.MandateUnknown, "an intent under no mandate that is lodged", false, market => Intent(market, SignedBytes.HashOf("none"u8))),
        new(ErrorCode.MandateUnknown, "a lock under none", true, market => LockAsync(market, mandate: _ => ByteString.Empty)),
        Scenario.Of(ErrorCode.MandateUnknown, "revoking another's", false, market => market.World.Seal("seller-owner", new Content
        {
            RevokeMandate = new RevokeMandate { Mandate = market.Mandate.ToWire() },
        }, World.HomeOf("buyer-owner"))),
        new(ErrorCode.MandateNotYours, "another agent's mandate", false, async market =>
        {
            await market.World.EnterAgentAsync("cousin", "buyer-owner");
            return market.World.Seal("cousin", market.IntentTo("seller"), World.HomeOf("buyer-owner"));
        }),
        new(ErrorCode.MandateNotYours, "a lock under another agent's", true, async market =>
        {
            await market.World.EnterAgentAsync("cousin", "buyer-owner");
            var theirs = await LodgeForAsync(market, "cousin");
            return await LockAsync(market, mandate: _ => theirs.ToWire());
        }),
        new(ErrorCode.MandateRevoked, "a lock under a revoked one", true, async market =>
        {
            var mandate = await market.LodgeAsync();
            await market.World.SendAsync("buyer-owner", new Content { RevokeMandate = new RevokeMandate { Mandate = mandate.ToWire() } });
            return await LockAsync(market, mandate: _ => mandate.ToWire());
        }),
        new(ErrorCode.MandateNotYetValid, "an intent a moment before", true, async market =>
            Intent(market, await market.LodgeAsync(mandate => mandate.ValidFromMs = market.World.NowMs + 1))),
        new(ErrorCode.MandateExpired, "an intent at the instant it ends", true, async market =>
        {
            var mandate = await market.LodgeAsync(terms => terms.ValidUntilMs = market.World.NowMs + 1);
            await market.World.PassAsync(TimeSpan.FromMilliseconds(1));
            return Intent(market, mandate);
        }),
        new(ErrorCode.MandateCurrency, "a currency without an entry", true, async market => Intent(market, await market.LodgeAsync(mandate => mandate.Limits[0].Currency = "EUR"))),
        new(ErrorCode.MandateSeller, "a barred seller", true, async market => Intent(market, await market.LodgeAsync(mandate => mandate.SellersBarred = new AgentSet { Ids = { World.Id("seller-owner") } }))),
        new(ErrorCode.MandateSeller, "an empty set allows nobody", true, async market => Intent(market, await market.LodgeAsync(mandate => mandate.SellersAllowed = new AgentSet()))),
        new(ErrorCode.MandateExceeded, "a lock a nano above the limit of each", true, async market =>
            await LockAsync(market, nanos: 1, mandate: Wire(await market.LodgeAsync(mandate => mandate.Limits[0].PerTransaction = Steps.Cny(Steps.Price))))),
        new(ErrorCode.MandateExceeded, "a lock a nano above the limit in total", true, async market =>
            await LockAsync(market, nanos: 1, mandate: Wire(await market.LodgeAsync(mandate => mandate.Limits[0].InTotal = Steps.Cny(Steps.Price))))),
        new(ErrorCode.MandateExceeded, "an intent above the limit in total", true, async market =>
            Intent(market, await market.LodgeAsync(mandate => mandate.Limits[0].InTotal = Steps.Cny(899)))),
        new(ErrorCode.FundsInsufficient, "a lock on more than there is", true, async market =>
        {
            await market.World.SendAsync("buyer-owner", PayoutOf(Steps.Cny(701)));
            return await LockAsync(market);
        }),
        Scenario.Of(ErrorCode.FundsInsufficient, "a payout of more than there is", true, market => market.World.Seal("buyer-owner", PayoutOf(Steps.Cny(1000, 1)))),
        new(ErrorCode.TooManyOpen, "a payout too many", true, async market =>
        {
            for (var payout = 0; payout < 1_000; payout++) await market.World.SendAsync("buyer-owner", PayoutOf(Steps.Cny(0, 1)));
            return market.World.Seal("buyer-owner", PayoutOf(Steps.Cny(0, 1)));
        }),
        new(ErrorCode.TooManyOpen, "a ninth key that an agent brings in by itself", false, async market =>
        {
            for (var key = 1; key < 8; key++) await market.World.SendAsync("buyer", Rotation(market, $"key {key}"));
            return market.World.Seal("buyer", Rotation(market, "key 9"));
        }),
        new(ErrorCode.MailboxFull, "a sender's share of a seller's mailbox", true, async market =>
        {
            for (var intent = 0; intent < 250; intent++) await market.IntendAsync();
            return market.World.Seal("buyer", market.IntentTo("seller"));
        }),
        Scenario.Of(ErrorCode.AuthorityForeign, "a name of another authority", false, market => Sealing.Seal(
            Foreign(market.World.Fill("new-owner", new Content { Register = new Register { Kind = EntryKind.Principal, SigningKey = market.World.KeyBytes("new-owner") } })), market.World.KeyOf("new-owner"))),
        Scenario.Of(ErrorCode.NameTaken, "a name that somebody has", false, market => Sealing.Seal(
            market.World.Fill("buyer-owner", new Content { Register = new Register { Kind = EntryKind.Principal, SigningKey = market.World.KeyBytes("new") } }), market.World.KeyOf("new"))),
        Scenario.Of(ErrorCode.KeyUnsuitable, "a key that another has", false, market => market.World.Seal("buyer-owner", Rotation(market, "seller"))),
        Scenario.Of(ErrorCode.KeyUnsuitable, "a key of small order", false, market =>
        {
            var rotation = Rotation(market, "new");
            rotation.RotateKey.SigningKey = ByteString.CopyFrom(new byte[32]);
            return market.World.Seal("buyer-owner", rotation);
        }),
        Scenario.Of(ErrorCode.KeyUnknown, "revoking a key that the entry has not", false, market => market.World.Seal("buyer-owner", new Content
        {
            RevokeKey = new RevokeKey { Id = World.Id("buyer"), Key = market.World.KeyOf("seller").PublicKey.Thumbprint.ToWire() },
        })),
        Scenario.Of(ErrorCode.RecoveryUnknown, "cancelling what does not wait", false, market => market.World.Seal("buyer-owner", new Content { CancelRecovery = new CancelRecovery { Id = World.Id("buyer") } })),
        Scenario.Of(ErrorCode.PayoutUnknown, "closing what does not wait", false, market => market.World.Seal("cashier", new Content
        {
            ClosePayout = new ClosePayout { Payout = market.Mandate.ToWire(), Account = World.Id("buyer-owner"), Executed = true, Reference = "paid" },
        }, World.HomeOf("buyer-owner"))),
        new(ErrorCode.ReferenceUsed, "money that arrived before", true, async market =>
        {
            await market.World.SendAsync("buyer-owner", FundingOf("the same"));
            return market.World.Seal("buyer-owner", FundingOf("the same"));
        }),
        Scenario.Of(ErrorCode.MailUnknown, "a letter that is not dead", false, market => market.World.Seal("buyer", new Content
        {
            ReplayMail = new ReplayMail { Partition = (uint)Engine.Partitions.Partition.PartitionOf((int)World.HomeOf("buyer-owner"), World.Partitions), Position = ulong.MaxValue },
        })),
    ];

    static Func<Deal, ByteString> Wire(Digest mandate) => _ => mandate.ToWire();

    static async Task<Envelope> LockAsync(Market market, long units = Steps.Price, int nanos = 0, Func<Deal, ByteString>? mandate = null)
    {
        var deal = await market.IntendAsync();
        await market.DoAsync(deal, Role.Seller, Steps.Quote(deal, units, nanos: nanos));
        return market.Write(deal, Role.Buyer, Steps.Of(StepKind.Lock, deal), content => content.Header.Mandate = mandate?.Invoke(deal) ?? content.Header.Mandate);
    }

    static Envelope Intent(Market market, Digest mandate)
    {
        var content = market.IntentTo("seller");
        content.Header.Mandate = mandate.ToWire();
        return market.World.Seal("buyer", content);
    }

    static async Task<Digest> LodgeForAsync(Market market, string agent)
    {
        var envelope = market.World.Seal("buyer-owner", market.MandateFor("buyer", mandate =>
            (mandate.Agent, mandate.AgentKey) = (World.Id(agent), market.World.KeyOf(agent).PublicKey.Thumbprint.ToWire())));
        Assert.NotNull((await market.World.SendAsync(envelope)).Accepted);
        return SignedBytes.DigestOf(envelope.Content.Span);
    }

    static Content PayoutOf(Google.Type.Money amount) => new() { RequestPayout = new RequestPayout { Amount = amount, Destination = "there" } };

    static Content FundingOf(string reference) => new() { Fund = new Fund { Account = World.Id("buyer-owner"), Amount = Steps.Cny(1), Reference = reference } };

    static Content Rotation(Market market, string key) => new() { RotateKey = new RotateKey { Id = World.Id("buyer"), SigningKey = market.World.KeyBytes(key) } };

    static Content Foreign(Content content)
    {
        content.Header.Sender = "act://elsewhere/new-owner";
        return content;
    }
}
