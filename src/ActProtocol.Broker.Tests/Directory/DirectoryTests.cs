using ActProtocol.Envelopes;
using ActProtocol.Errors;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;

namespace ActProtocol.Broker.Directory;

public class DirectoryTests
{
    [Fact]
    public async Task Keys_are_rotated_and_revoked_over_the_wire()
    {
        await using var broker = await TestBroker.StartAsync();
        var id = await broker.EnterAsync("a");
        using var next = SigningKey.Create();
        var rotate = new RotateKey { Id = id, SigningKey = ByteString.CopyFrom(next.PublicKey.Bytes.Span) };
        Assert.NotNull((await broker.SendAsync("a-owner", new Content { RotateKey = rotate })).Accepted);

        var entry = await broker.Directory.GetEntryAsync(new GetEntryRequest { Id = id }, cancellationToken: TestBroker.Stop);

        Assert.Equal(2, entry.Keys.Count);
        Assert.Equal((next.PublicKey.Thumbprint.ToWire(), 0L), (entry.Keys[0].Thumbprint, entry.Keys[0].RevokedAtMs));
        Assert.NotEqual(0, entry.Keys[1].RevokedAtMs);
        // The old key is refused at once, and the new one goes.
        Assert.Equal(ErrorCode.KeyRevoked, await RefusedAsync(() => broker.SendAsync("a", new Content { RevokeKey = new RevokeKey { Id = id, Key = entry.Keys[0].Thumbprint } })));

        Assert.NotNull((await broker.SendAsync("a-owner", new Content { RevokeKey = new RevokeKey { Id = id, Key = entry.Keys[0].Thumbprint } })).Accepted);
        entry = await broker.Directory.GetEntryAsync(new GetEntryRequest { Id = id }, cancellationToken: TestBroker.Stop);
        Assert.All(entry.Keys, key => Assert.NotEqual(0, key.RevokedAtMs));
    }

    [Fact]
    public async Task A_lost_key_is_recovered_after_the_public_delay_and_not_before()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var broker = await TestBroker.StartAsync(time: time);
        var id = await broker.EnterAsync("a");
        using var next = SigningKey.Create();
        var recover = new Content { RecoverKey = new RecoverKey { Id = id, SigningKey = ByteString.CopyFrom(next.PublicKey.Bytes.Span) } };
        // Nobody but an operator.
        Assert.Equal(ErrorCode.RoleMissing, await RefusedAsync(() => broker.SendAsync("a-owner", recover.Clone())));
        Assert.NotNull((await broker.SendAsOperatorAsync(recover.Clone())).Accepted);

        var waiting = await broker.Directory.GetEntryAsync(new GetEntryRequest { Id = id }, cancellationToken: TestBroker.Stop);
        Assert.Equal(ByteString.CopyFrom(next.PublicKey.Bytes.Span), waiting.RecoveryKey);
        Assert.Single(waiting.Keys);

        // The owner says that it was not lost; an operator tries again, and nobody says anything.
        Assert.NotNull((await broker.SendAsync("a-owner", new Content { CancelRecovery = new CancelRecovery { Id = id } })).Accepted);
        Assert.NotNull((await broker.SendAsOperatorAsync(recover.Clone())).Accepted);
        var taken = await broker.Directory.GetEntryAsync(new GetEntryRequest { Id = id }, cancellationToken: TestBroker.Stop);
        while (time.GetUtcNow().ToUnixTimeMilliseconds() < taken.RecoveryAtMs) time.Advance(TimeSpan.FromHours(8));
        // Whatever is decided next makes the loop look.
        while (taken.Keys.Count == 1)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            taken = await broker.Directory.GetEntryAsync(new GetEntryRequest { Id = id }, cancellationToken: TestBroker.Stop);
        }
        Assert.Equal(next.PublicKey.Thumbprint.ToWire(), taken.Keys[0].Thumbprint);
        Assert.NotEqual(0, taken.Keys[1].RevokedAtMs);
        Assert.True(taken.RecoveryKey.IsEmpty);
    }

    [Fact]
    public async Task Sellers_are_found_by_capability_a_page_at_a_time()
    {
        await using var broker = await TestBroker.StartAsync();
        for (var i = 0; i < 7; i++) await broker.EnterAsync($"s{i}", new Listing { Title = $"S{i}", Capabilities = { "travel.flight" } });
        await broker.EnterAsync("other", new Listing { Title = "Other", Capabilities = { "travel.train" } });

        List<string> found = [];
        var pages = 0;
        for (var token = ""; pages == 0 || token.Length > 0; pages++)
        {
            var page = await broker.Directory.FindSellersAsync(new FindSellersRequest { Capability = "travel.flight", PageSize = 3, PageToken = token }, cancellationToken: TestBroker.Stop);
            found.AddRange(page.Sellers.Select(seller => seller.Id));
            Assert.All(page.Sellers, seller => Assert.NotNull(seller.Standing));
            token = page.NextPageToken;
        }

        Assert.Equal(Enumerable.Range(0, 7).Select(i => TestBroker.IdOf($"s{i}")), found);
        Assert.Equal(3, pages);
        // A token of a seller that does not exist goes on behind where it would stand.
        var behind = await broker.Directory.FindSellersAsync(new FindSellersRequest { Capability = "travel.flight", PageToken = "act://local/s4x" }, cancellationToken: TestBroker.Stop);
        Assert.Equal([TestBroker.IdOf("s5"), TestBroker.IdOf("s6")], behind.Sellers.Select(seller => seller.Id));
        Assert.Empty((await broker.Directory.FindSellersAsync(new FindSellersRequest { Capability = "no.such" }, cancellationToken: TestBroker.Stop)).Sellers);
    }

    [Fact]
    public async Task Pages_of_the_longest_listings_end_where_a_frame_would()
    {
        await using var broker = await TestBroker.StartAsync();
        for (var i = 0; i < 40; i++)
        {
            var listing = new Listing { Title = new string('t', 128), Capabilities = { "x" }, Origins = { Enumerable.Repeat(new string('o', 256), 16) } };
            listing.Prices.AddRange(Enumerable.Range(0, 64).Select(_ => new ListedPrice { Item = new string('i', 128), Price = new() { CurrencyCode = "CNY", Units = long.MaxValue } }));
            await broker.EnterAsync($"s{i:D2}", listing);
        }
        List<string> found = [];
        for (var token = "start"; token.Length > 0;)
        {
            var page = await broker.Directory.FindSellersAsync(new FindSellersRequest { Capability = "x", PageSize = 100, PageToken = found.LastOrDefault() ?? "" }, cancellationToken: TestBroker.Stop);
            Assert.InRange(page.CalculateSize(), 1, EnvelopeLimits.FrameBytesMax + 8_192);
            found.AddRange(page.Sellers.Select(seller => seller.Id));
            token = page.NextPageToken;
        }

        Assert.Equal(40, found.Distinct().Count());
    }

    [Theory]
    [InlineData("", 0u, "")]
    [InlineData("x", 101u, "")]
    [InlineData("x", uint.MaxValue, "")]
    [InlineData("x", 1u, "not an id")]
    [InlineData("x", 1u, "act://local/\0")]
    public async Task Hostile_pages_are_malformed(string capability, uint size, string token)
    {
        await using var broker = await TestBroker.StartAsync();

        var code = await RefusedAsync(async () => await broker.Directory.FindSellersAsync(
            new FindSellersRequest { Capability = capability, PageSize = size, PageToken = token }, cancellationToken: TestBroker.Stop));

        Assert.Equal(ErrorCode.Malformed, code);
    }

    static async Task<ErrorCode> RefusedAsync(Func<Task> call) =>
        Refusal.FromWire((await Assert.ThrowsAnyAsync<RpcException>(call)).GetRpcStatus())!.Code;
}
