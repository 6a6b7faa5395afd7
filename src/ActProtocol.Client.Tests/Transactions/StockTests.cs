using ActProtocol.Envelopes;

namespace ActProtocol.Client.Transactions;

/// <summary>Stock: never more holders than items, over restarts and cut writes.</summary>
public class StockTests
{
    readonly string _path = Path.Combine(Folders.New(fast: true), "stock");

    [Fact]
    public void What_is_held_is_held_after_a_restart_and_can_be_freed()
    {
        using (var stock = Stock.Open(_path, 2))
        {
            Assert.True(stock.TryHold(new Id16(1)));
            Assert.True(stock.TryHold(new Id16(2)));
            Assert.True(stock.TryHold(new Id16(2)));
            Assert.False(stock.TryHold(new Id16(3)));
        }
        using (var stock = Stock.Open(_path, 2))
        {
            Assert.False(stock.TryHold(new Id16(3)));
            stock.Free(new Id16(1));
            stock.Free(new Id16(9));
        }
        using var again = Stock.Open(_path, 2);
        Assert.True(again.TryHold(new Id16(3)));
        Assert.False(again.TryHold(new Id16(1)));
    }

    [Fact]
    public void A_line_that_was_cut_short_holds_nothing_and_spoils_nothing()
    {
        using (var stock = Stock.Open(_path, 2)) stock.TryHold(new Id16(1));
        var whole = File.ReadAllBytes(_path);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_path, whole[..length]);
            using (var cut = Stock.Open(_path, 1)) Assert.True(cut.TryHold(new Id16(2)));
            using var after = Stock.Open(_path, 1);
            Assert.False(after.TryHold(new Id16(1)));
        }
    }

    [Fact]
    public void A_damaged_line_is_named_and_promises_nothing()
    {
        using (var stock = Stock.Open(_path, 2))
        {
            stock.TryHold(new Id16(1));
            stock.TryHold(new Id16(2));
        }
        var whole = File.ReadAllBytes(_path);
        for (var at = 0; at < whole.Length; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] = (byte)'?';
            File.WriteAllBytes(_path, damaged);
            // The last line holds nothing when its end is missing; here it has one, and is not what was written.
            var fault = Assert.Throws<FormatException>(() => Stock.Open(_path, 2));
            Assert.StartsWith($"{_path}:{(at * 2 / whole.Length) + 1}: ", fault.Message, StringComparison.Ordinal);
            Assert.Equal(damaged, File.ReadAllBytes(_path));
        }
        File.WriteAllBytes(_path, whole);
        using var mended = Stock.Open(_path, 2);
        Assert.Equal(0, mended.Left);
        Assert.True(mended.TryHold(new Id16(1)));
    }

    [Fact]
    public async Task The_last_seat_is_sold_to_one_of_two_buyers()
    {
        using var seats = Stock.Open(_path, 1);
        var broker = await RunningBroker.SharedAsync();
        await using var market = await Market.OpenAsync(broker, new Seats(seats));
        var impatient = market.Order with { QuotesWithin = TimeSpan.FromSeconds(30) };

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(at => market.Buyer().BuyAsync($"order {at}", impatient, Market.Cancelled)));

        Assert.Single(results.OfType<PurchaseResult.Bought>());
        Assert.Equal(3, results.OfType<PurchaseResult.NothingBought>().Count());
        Assert.Equal(Market.Cny("30 CNY"), await market.SpentAsync());
    }

    sealed class Seats(Stock stock) : SellerHandler
    {
        public override Task<V1.Quote?> QuoteAsync(V1.Intent intent, Sale sale, CancellationToken cancellationToken) => Task.FromResult<V1.Quote?>(Market.Quote());

        public override Task<bool> HoldAsync(Sale sale, CancellationToken cancellationToken) => Task.FromResult(stock.TryHold(sale.Transaction));
    }
}
