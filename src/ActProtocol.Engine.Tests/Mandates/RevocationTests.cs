using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Transactions;
using ActProtocol.V1;

namespace ActProtocol.Engine.Mandates;

public sealed class RevocationTests : IAsyncLifetime
{
    Market _market = null!;

    public async ValueTask InitializeAsync() => _market = await Market.OpenAsync();

    public async ValueTask DisposeAsync() => await _market.DisposeAsync();

    [Fact]
    public async Task It_names_the_account_s_home_as_every_step_does()
    {
        // The bucket beside it is in the same partition.
        Assert.Equal(ErrorCode.HomeWrong, (await _market.TryAsync(_market.World.Seal("buyer-owner", Revocation, World.HomeOf("buyer-owner") ^ 1))).Code);
        Assert.NotNull((await _market.World.SendAsync("buyer-owner", Revocation)).Accepted);
    }

    [Fact]
    public async Task It_frees_what_was_held_and_stops_the_commit()
    {
        var deal = await _market.BringAsync(TransactionState.Confirmed);
        Assert.Equal("700.00 / 300.00", await _market.MoneyAsync("buyer-owner"));
        await _market.World.SendAsync("buyer-owner", Revocation);
        Assert.Equal("1000.00 / 0.00", await _market.MoneyAsync("buyer-owner"));
        Assert.Equal(ErrorCode.StepOutOfOrder, (await _market.TryAsync(deal, Role.Buyer, StepKind.Commit)).Code);
    }

    Content Revocation => new() { RevokeMandate = new() { Mandate = _market.Mandate.ToWire() } };
}
