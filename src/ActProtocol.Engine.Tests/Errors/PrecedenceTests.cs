using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Transactions;
using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;

namespace ActProtocol.Engine.Errors;

/// <summary>An envelope with two faults hears the one that the registry has first: every pair that one envelope can have.</summary>
public sealed class PrecedenceTests
{
    static readonly (string Name, Fault[] Faults, Func<Setting, Task<Func<Envelope>>> Base)[] Bases =
    [
        ("lock", Faults.OfLock, LockAsync),
        ("quote", Faults.OfQuote, QuoteAsync),
        ("intent", Faults.OfIntent, IntentAsync),
        ("resolve", Faults.OfResolve, setting => StepAsync(setting, TransactionState.Disputed, Role.Arbiter, StepKind.Resolve)),
        ("refund", Faults.OfRefund, setting => StepAsync(setting, TransactionState.Settled, Role.Seller, StepKind.Refund)),
        ("approve", Faults.OfApprove, setting => StepAsync(setting, TransactionState.AwaitingApproval, Role.Principal, StepKind.Approve)),
        ("fund", Faults.OfFunding, FundAsync),
        ("mandate", Faults.OfMandate, setting => Outside(setting, "buyer-owner", setting.Market.MandateFor("buyer"))),
        ("rotate", Faults.OfRotation, setting => Outside(setting, "buyer", new Content { RotateKey = new RotateKey { Id = World.Id("buyer"), SigningKey = setting.Market.World.KeyBytes("next") } })),
    ];

    public static TheoryData<string> Names => [.. Bases.Select(item => item.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Of_two_faults_the_first_is_told(string name)
    {
        var (_, faults, make) = Bases.Single(item => item.Name == name);
        Assert.Equal(faults.Select(fault => fault.Code).OrderBy(Rank), faults.Select(fault => fault.Code));
        for (var i = 0; i < faults.Length; i++)
        {
            // Alone first: a pair proves something only if each is a fault of its own.
            Assert.Equal((faults[i].Code, faults[i].Code), (faults[i].Code, await CodeAsync(make, faults[i])));
            for (var j = i + 1; j < faults.Length; j++)
            {
                if (Excluded(faults[i], faults[j])) continue;
                Assert.Equal((faults[i].Code, faults[j].Code, faults[i].Code), (faults[i].Code, faults[j].Code, await CodeAsync(make, faults[i], faults[j])));
            }
        }
    }

    static bool Excluded(Fault one, Fault other) => one.Group.Length > 0 && (other.Group.Contains(one.Group, StringComparison.Ordinal) || one.Group.Contains(other.Group, StringComparison.Ordinal)) && other.Group.Length > 0;

    static int Rank(ErrorCode code) => ErrorRegistry.Entries.Select(entry => entry.Code).ToList().IndexOf(code);

    static async Task<ErrorCode?> CodeAsync(Func<Setting, Task<Func<Envelope>>> make, params Fault[] faults)
    {
        await using var market = await Market.OpenAsync();
        var setting = new Setting(market, faults);
        foreach (var fault in faults) fault.Before?.Invoke(setting);
        var seal = await make(setting);
        // What needs time, the sender's key, or a clock that is right comes before what takes them away.
        foreach (var fault in faults.OrderBy(fault => fault.Code is ErrorCode.QuoteExpired or ErrorCode.MandateExpired or ErrorCode.DeadlinePassed ? 1
            : fault.Code is ErrorCode.KeyRevoked ? 2 : fault.Code is ErrorCode.ClockUnsure ? 3 : 0))
        {
            if (fault.World is not null) await fault.World(setting);
        }
        var envelope = seal();
        foreach (var fault in faults.Reverse()) envelope = fault.Tamper?.Invoke(envelope) ?? envelope;
        return (await market.TryAsync(envelope)).Code;
    }

    static Content Changed(Setting setting, Content content)
    {
        foreach (var fault in setting.Faults) fault.Change?.Invoke(setting, content);
        return content;
    }

    static async Task<Func<Envelope>> LockAsync(Setting setting)
    {
        var market = setting.Market;
        await market.World.EnterAsync("second");
        setting.Lodged = await market.LodgeAsync(setting.Mandate);
        setting.Deal = (await market.IntendAsync(["seller", "second"], setting.Intent))[0];
        var offer = Steps.Quote(setting.Deal, escrow: Steps.Escrow);
        setting.Quote?.Invoke(offer);
        await market.DoAsync(setting.Deal, Role.Seller, offer);
        // Refused, and so under an id that is used.
        var used = Steps.Of(StepKind.Commit, setting.Deal);
        await market.TryAsync(setting.Deal, Role.Buyer, used);
        setting.UsedId = used.Header.MessageId;
        return () => market.Write(setting.Deal, Role.Buyer, Steps.Of(StepKind.Lock, setting.Deal), content =>
        {
            content.Header.Mandate = setting.Lodged.ToWire();
            Changed(setting, content);
        });
    }

    static async Task<Func<Envelope>> QuoteAsync(Setting setting)
    {
        await setting.Market.World.EnterAgentAsync("friend", "seller-owner");
        setting.Deal = await setting.Market.IntendAsync();
        return () => setting.Market.Write(setting.Deal, Role.Seller, Steps.Quote(setting.Deal), content => Changed(setting, content));
    }

    static async Task<Func<Envelope>> IntentAsync(Setting setting)
    {
        var world = setting.Market.World;
        await world.EnterAgentAsync("buyer-shop", "buyer-owner");
        setting.Lodged = await setting.Market.LodgeAsync(setting.Mandate);
        var used = setting.Market.IntentTo("seller");
        await world.SendAsync(world.Seal("buyer", used));
        setting.UsedId = used.Header.MessageId;
        return () =>
        {
            var content = world.Fill("buyer", setting.Market.IntentTo("seller"));
            content.Header.Mandate = setting.Lodged.ToWire();
            return Sealing.Seal(Changed(setting, content), world.KeyOf("buyer"));
        };
    }

    static async Task<Func<Envelope>> StepAsync(Setting setting, TransactionState state, Role by, StepKind step)
    {
        setting.Deal = await setting.Market.BringAsync(state);
        return () => setting.Market.Write(setting.Deal, by, Steps.Of(step, setting.Deal), content => Changed(setting, content));
    }

    static async Task<Func<Envelope>> FundAsync(Setting setting)
    {
        var world = setting.Market.World;
        await world.EnterAgentAsync("buyer-shop", "buyer-owner");
        await world.SendAsync("buyer-owner", new Content { Fund = new Fund { Account = World.Id("buyer-owner"), Amount = Steps.Cny(1), Reference = "used" } });
        var sender = setting.Deal is null ? "cashier" : setting.Deal.Buyer;
        return () =>
        {
            var fund = new Fund { Account = World.Id("buyer-owner"), Amount = Steps.Cny(1), Reference = "new" };
            var content = world.Fill(sender, new Content { Fund = fund }, World.HomeOf("buyer-owner"));
            foreach (var fault in setting.Faults)
            {
                fault.Change?.Invoke(setting, content);
                if (fault.Code is ErrorCode.AccountUnknown && setting.Faults.All(item => item.Code is not ErrorCode.HomeWrong)) content.Header.Home = World.HomeOf("buyer-shop");
            }
            return Sealing.Seal(content, world.KeyOf(sender));
        };
    }

    static Task<Func<Envelope>> Outside(Setting setting, string sender, Content content)
    {
        var world = setting.Market.World;
        return Task.FromResult<Func<Envelope>>(() => Sealing.Seal(Changed(setting, world.Fill(sender, content)), world.KeyOf(sender)));
    }
}
