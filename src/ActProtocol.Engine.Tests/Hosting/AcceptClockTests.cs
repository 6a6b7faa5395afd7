using ActProtocol.Engine.Journal;
using ActProtocol.Engine.Partitions;
using ActProtocol.V1;

namespace ActProtocol.Engine.Hosting;

/// <summary>An operator's word on the clock (JRN-13).</summary>
public sealed class AcceptClockTests : IAsyncDisposable
{
    readonly World _world;

    public AcceptClockTests()
    {
        World? world = null;
        _world = world = new World(new MemoryLog(World.Partitions + 1))
        {
            Change = options => options with
            {
                Operators = new Dictionary<string, (Envelopes.VerifyingKey, OperatorRoles)>(options.Operators)
                {
                    [World.Id("referee")] = (world!.KeyOf("referee").PublicKey, OperatorRoles.Rules),
                },
            },
        };
    }

    public async ValueTask DisposeAsync() => await _world.Host.DisposeAsync();

    [Fact]
    public async Task An_operator_accepts_a_clock_that_was_set_and_hears_that_it_is_accepted()
    {
        await _world.StartAsync();
        _world.Time.Jump = TimeSpan.FromHours(1);
        await _world.TurnAsync();

        var decision = await _world.SendAsync("referee", new Content { AcceptClock = new() });

        Assert.NotNull(decision.Accepted);
        Assert.Equal((uint)World.Partitions, decision.Partition);
        Assert.Equal(_world.NowMs, decision.StampMs);
        await _world.EnterOwnerAsync("late");
    }

    [Fact]
    public async Task What_was_said_once_is_not_said_again()
    {
        await _world.StartAsync();
        var said = _world.Seal("referee", new Content { AcceptClock = new() });
        var decision = await _world.SendAsync(said);
        Assert.Equal(decision, await _world.SendAsync(said));

        _world.Time.Jump = TimeSpan.FromMinutes(30);
        await _world.TurnAsync();
        Assert.Equal(ErrorCode.ClockUnsure, (await _world.TrySendAsync(said)).Refused!.Code);
        Assert.NotEmpty(_world.Host.Troubles);
    }

    [Fact]
    public async Task Nobody_else_can()
    {
        await _world.StartAsync();
        await _world.EnterOwnerAsync("meddler");

        Assert.Equal(ErrorCode.RoleMissing, (await _world.TrySendAsync(_world.Seal("cashier", new Content { AcceptClock = new() }))).Refused!.Code);
        Assert.Equal(ErrorCode.RoleMissing, (await _world.TrySendAsync(_world.Seal("meddler-owner", new Content { AcceptClock = new() }))).Refused!.Code);

        _world.Time.Jump = TimeSpan.FromHours(1);
        await _world.TurnAsync();
        Assert.Equal(ErrorCode.ClockUnsure, (await _world.TrySendAsync(_world.Seal("cashier", new Content { AcceptClock = new() }))).Refused!.Code);
    }
}
