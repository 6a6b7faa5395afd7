using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Journal;
using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Engine.Mandates;

public sealed class RevocationTests : IAsyncLifetime
{
    readonly World _world = new(new MemoryLog(World.Partitions + 1));

    public async ValueTask InitializeAsync()
    {
        await _world.StartAsync();
        await _world.EnterAsync("buyer");
    }

    public async ValueTask DisposeAsync() => await _world.Host.DisposeAsync();

    [Fact]
    public async Task It_names_the_account_s_home_as_every_step_does()
    {
        var mandate = new Mandate
        {
            Agent = World.Id("buyer"),
            AgentKey = _world.KeyOf("buyer").PublicKey.Thumbprint.ToWire(),
            Account = World.Id("buyer-owner"),
            Limits = { new CurrencyLimit { Currency = "CNY" } },
            ValidUntilMs = _world.NowMs + 3_600_000,
        };
        var lodging = _world.Seal("buyer-owner", new Content { Mandate = mandate });
        await _world.SendAsync(lodging);
        var revocation = new Content { RevokeMandate = new() { Mandate = SignedBytes.DigestOf(lodging.Content.Span).ToWire() } };

        // The bucket beside it is in the same partition.
        var (_, refused) = await _world.TrySendAsync(_world.Seal("buyer-owner", revocation, World.HomeOf("buyer-owner") ^ 1));
        Assert.Equal(ErrorCode.HomeWrong, refused!.Code);

        Assert.NotNull((await _world.SendAsync("buyer-owner", revocation)).Accepted);
    }
}
