using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Transactions;
using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Engine.Directory;

/// <summary>Sellers that the broker draws for a capability.</summary>
public sealed class DrawTests : IAsyncLifetime
{
    const int Principals = 20;

    Market _market = null!;

    public async ValueTask InitializeAsync()
    {
        _market = await Market.OpenAsync();
        var listing = new Listing { Capabilities = { "travel.flight" } };
        for (var owner = 0; owner < Principals; owner++)
        {
            await _market.World.EnterAsync($"shop-{owner}", listing);
            await _market.World.EnterAgentAsync($"shop-{owner}-too", $"shop-{owner}-owner", listing);
        }
        await _market.World.EnterAgentAsync("buyers-shop", "buyer-owner", listing);
    }

    public async ValueTask DisposeAsync() => await _market.DisposeAsync();

    [Theory]
    [InlineData(0, 16)]
    [InlineData(3, 3)]
    public async Task At_most_as_many_as_asked_for_one_a_principal_and_none_of_the_buyers(uint asked, int drawn)
    {
        var (sellers, _) = await DrawAsync(asked);
        Assert.Equal(drawn, sellers.Count);
        Assert.Equal(drawn, sellers.Select(seller => _market.World.Host.Gate.FindEntry(seller)!.Principal).Distinct().Count());
        Assert.DoesNotContain(World.Id("buyers-shop"), sellers);
    }

    [Fact]
    public async Task The_intents_digest_is_the_seed_so_that_whoever_has_it_can_draw_again()
    {
        var (first, envelope) = await DrawAsync(3);
        var digest = SignedBytes.DigestOf(envelope.Content.Span);
        string[] all = [.. Enumerable.Range(0, Principals).SelectMany(owner => new[] { World.Id($"shop-{owner}"), World.Id($"shop-{owner}-too") })];
        var again = all
            .OrderBy(id => SignedBytes.HashOf([.. digest.ToArray(), .. System.Text.Encoding.ASCII.GetBytes(id)]))
            .DistinctBy(id => id.Replace("-too", "", StringComparison.Ordinal)).Take(3);
        Assert.Equal(again, first);

        // Another intent draws others; a replay of the journal draws none, and finds these in the record.
        HashSet<string> seen = [.. first];
        for (var more = 0; more < 10; more++) seen.UnionWith((await DrawAsync(3)).Sellers);
        Assert.True(seen.Count > 6);
        await _market.AssertReplaysAsync();
    }

    async Task<(List<string> Sellers, Envelope Envelope)> DrawAsync(uint asked)
    {
        var intent = _market.IntentTo();
        (intent.Intent.Capability, intent.Intent.SellersMax) = ("travel.flight", asked);
        var envelope = _market.World.Seal("buyer", intent);
        var accepted = (await _market.World.SendAsync(envelope)).Accepted;
        return ([.. accepted.Transactions.Select(opened => opened.Seller)], envelope);
    }
}
