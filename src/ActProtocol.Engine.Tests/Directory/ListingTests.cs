using ActProtocol.Engine.Hosting;
using ActProtocol.Engine.Transactions;
using ActProtocol.V1;

namespace ActProtocol.Engine.Directory;

/// <summary>What an entry offers can be changed by itself and its principal, and buyers find it by what it says last.</summary>
public sealed class ListingTests
{
    [Theory]
    [InlineData("shop")]
    [InlineData("shop-owner")]
    public async Task A_seller_is_found_by_its_last_listing_alone(string by)
    {
        await using var market = await Market.OpenAsync();
        await market.World.EnterAsync("shop", Offering("goods.tea", "goods.cups"));

        Assert.NotNull((await market.World.SendAsync(by, Update("shop", Offering("goods.tea", "goods.pots")))).Accepted);
        Assert.Equal(["goods.tea", "goods.pots"], Found(market.World));
        Assert.Equal(["goods.tea", "goods.pots"], market.World.Host.Gate.FindEntry(World.Id("shop"))!.Listing.Capabilities);
        var drawn = market.IntentTo();
        drawn.Intent.Capability = "goods.pots";
        Assert.Equal(World.Id("shop"), Assert.Single((await market.World.SendAsync("buyer", drawn)).Accepted.Transactions).Seller);

        await market.World.Host.DisposeAsync();
        await market.World.StartAsync();
        Assert.Equal(["goods.tea", "goods.pots"], Found(market.World));

        Assert.NotNull((await market.World.SendAsync(by, Update("shop", null))).Accepted);
        Assert.Empty(Found(market.World));
        Assert.Null(market.World.Host.Gate.FindEntry(World.Id("shop"))!.Listing);
    }

    [Fact]
    public async Task Nobody_else_changes_it_and_its_form_is_a_listings()
    {
        await using var market = await Market.OpenAsync();
        await market.World.EnterAsync("shop", Offering("goods.tea"));
        foreach (var (by, update, code) in (ValueTuple<string, Content, ErrorCode>[])
        [
            ("seller", Update("shop", null), ErrorCode.AgentUnknown),
            ("seller-owner", Update("shop", null), ErrorCode.AgentUnknown),
            ("shop", Update("nobody", null), ErrorCode.AgentUnknown),
            ("shop", Update("shop", Offering("No Capability")), ErrorCode.Malformed),
        ])
        {
            Assert.Equal(code, (await market.TryAsync(market.World.Seal(by, update))).Code);
        }
        Assert.Equal(["goods.tea"], Found(market.World));
    }

    static Listing Offering(params string[] capabilities) => new() { Title = "Shop", Capabilities = { capabilities } };

    static Content Update(string name, Listing? listing) => new() { UpdateListing = new UpdateListing { Id = World.Id(name), Listing = listing } };

    static IEnumerable<string> Found(World world) => ((string[])["goods.tea", "goods.cups", "goods.pots"])
        .Where(capability => world.Host.Gate.FindSellers(capability, "", 10).Any(entry => entry.Id == World.Id("shop")));
}
