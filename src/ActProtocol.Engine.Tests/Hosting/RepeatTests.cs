using ActProtocol.Engine.Transactions;
using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Engine.Hosting;

/// <summary>The same bytes, sent again: the same answer, for ever; and the way to learn what became of them.</summary>
public sealed class RepeatTests : IAsyncLifetime
{
    Market _market = null!;
    Deal _deal = null!;

    public async ValueTask InitializeAsync()
    {
        _market = await Market.OpenAsync();
        _deal = await _market.BringAsync(TransactionState.Quoted);
    }

    public async ValueTask DisposeAsync() => await _market.DisposeAsync();

    [Fact]
    public async Task The_same_bytes_get_the_same_answer_and_other_bytes_under_the_id_none()
    {
        var content = Steps.Of(StepKind.Lock, _deal);
        var envelope = _market.Write(_deal, Role.Buyer, content);
        var first = await _market.World.SendAsync(envelope);
        Assert.Equal(TransactionState.Locked, first.Accepted.State);
        Assert.Equal(first, await _market.World.SendAsync(envelope));
        await _market.World.Host.DisposeAsync();
        await _market.World.StartAsync();
        Assert.Equal(first, await _market.World.SendAsync(envelope));

        content.Header.ExpiresAtMs++;
        Assert.Equal(ErrorCode.MessageIdReused, (await _market.TryAsync(Sealing.Seal(content, _market.World.KeyOf("buyer")))).Code);
        Assert.Equal("700.00 / 300.00", await _market.MoneyAsync("buyer-owner"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_append_of_unknown_outcome_is_told_as_unknown_and_the_same_bytes_settle_it(bool written)
    {
        var envelope = _market.Write(_deal, Role.Buyer, Steps.Of(StepKind.Lock, _deal));
        _market.Log.UnknownNext(written);
        Assert.Equal(ErrorCode.Internal, (await _market.World.TrySendAsync(envelope)).Refused!.Code);

        Decision? decision = null;
        while (decision is null)
        {
            _market.World.Time.Advance(TimeSpan.FromSeconds(1));
            (decision, _) = await _market.World.TrySendAsync(envelope);
        }
        Assert.Equal(TransactionState.Locked, decision.Accepted.State);
        Assert.Equal("700.00 / 300.00", await _market.MoneyAsync("buyer-owner"));
    }
}
