namespace ActProtocol.Client.Transactions;

/// <summary>The file of a purchase: cut writes, damage, and files of others.</summary>
public class PurchaseFileTests
{
    [Fact]
    public async Task A_file_that_lost_its_end_at_any_byte_finds_what_was_bought_and_buys_nothing_again()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync());
        var bought = Assert.IsType<PurchaseResult.Bought>(await market.Buyer().BuyAsync("order", market.Order, Market.Cancelled));
        var path = PathOf(market);
        var whole = await File.ReadAllBytesAsync(path, Market.Cancelled);
        var lines = File.ReadAllLines(path);
        Assert.Equal(["for", "said", "opened", "said", "said", "bought"], lines.Select(line => line.Split(' ')[0]));

        // From the first byte after what was opened; each line's beginning and end, and some in between.
        var from = lines.Take(3).Sum(line => line.Length + 1);
        foreach (var length in Enumerable.Range(from, whole.Length - from).Where(at => at % 61 == 0 || whole[at - 1] == '\n' || whole[at] == '\n'))
        {
            await File.WriteAllBytesAsync(path, whole[..length], Market.Cancelled);
            var again = Assert.IsType<PurchaseResult.Bought>(await market.Buyer().BuyAsync("order", market.Order, Market.Cancelled));
            Assert.Equal(bought.Record.Record, again.Record.Record);
        }
        Assert.Equal(Market.Cny("30 CNY"), await market.SpentAsync());
    }

    [Fact]
    public async Task Damage_before_the_end_stops_the_purchase_and_names_the_file()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync());
        await market.Buyer().BuyAsync("order", market.Order, Market.Cancelled);
        var path = PathOf(market);
        var bytes = await File.ReadAllBytesAsync(path, Market.Cancelled);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Market.Cancelled);

        var fault = await Assert.ThrowsAsync<FormatException>(() => market.Buyer().BuyAsync("order", market.Order, Market.Cancelled));

        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_of_another_purchase_or_agent_is_not_gone_on_with()
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync());
        await market.Buyer().BuyAsync("order", market.Order, Market.Cancelled);
        var other = new Buyer(market.Client, market.Agent with { Id = "act://local/another" }, market.Mandate) { Purchases = Path.Combine(market.Folder, "purchases") };

        var fault = await Assert.ThrowsAsync<FormatException>(() => other.BuyAsync("order", market.Order, Market.Cancelled));

        Assert.Contains("act://local/another", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two\nlines")]
    public async Task A_key_is_a_line(string key)
    {
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync(), selling: false);

        await Assert.ThrowsAsync<ArgumentException>(() => market.Buyer().BuyAsync(key, market.Order, Market.Cancelled));
    }

    static string PathOf(Market market) => Directory.GetFiles(Path.Combine(market.Folder, "purchases")).Single();
}
