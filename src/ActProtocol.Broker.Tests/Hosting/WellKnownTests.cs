using System.Text.Json.Nodes;
using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Broker.Hosting;

public class WellKnownTests
{
    [Fact]
    public async Task A_retired_key_stays_published_with_its_validity_and_a_new_one_is_made()
    {
        var folder = TestBroker.NewFolder();
        JsonNode before;
        await using (var broker = await TestBroker.StartAsync(options => options with { Data = folder })) before = await ReadAsync(broker);
        File.Move(Path.Combine(folder, "keys", "receipt.key"), Path.Combine(folder, "keys", "receipt.retired"));

        await using var again = await TestBroker.StartAsync(options => options with { Data = folder });
        var after = await ReadAsync(again);

        Assert.Equal(["challenge", "operator", "receipt"], UsesOf(before));
        Assert.Equal(["challenge", "operator", "receipt", "receipt"], UsesOf(after));
        var receipts = Keys(after).Where(key => (string?)key["act_use"] == "receipt").ToList();
        Assert.Equal((string?)Keys(before).Single(key => (string?)key["act_use"] == "receipt")["x"], (string?)receipts[0]["x"]);
        Assert.True((long)receipts[0]["act_until_ms"]! >= (long)receipts[0]["act_from_ms"]!);
        Assert.Null(receipts[1]["act_until_ms"]);
        Assert.Equal(Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions.GetRequiredService<Keys.BrokerKeys>(again.Host.Services).Receipt.PublicKey.Thumbprint.ToArray(), System.Buffers.Text.Base64Url.DecodeFromChars((string?)receipts[1]["kid"]));
    }

    [Fact]
    public async Task A_key_that_was_lost_is_not_replaced()
    {
        var folder = TestBroker.NewFolder();
        await (await TestBroker.StartAsync(options => options with { Data = folder })).DisposeAsync();
        File.Delete(Path.Combine(folder, "keys", "receipt.key"));
        await Assert.ThrowsAsync<FormatException>(() => TestBroker.StartAsync(options => options with { Data = folder }));

        // Nor does a file of some other key make it retired.
        File.WriteAllText(Path.Combine(folder, "keys", "receipt.retired"), new string('7', 64));
        await Assert.ThrowsAsync<FormatException>(() => TestBroker.StartAsync(options => options with { Data = folder }));
    }

    [Fact]
    public async Task Operators_with_keys_of_their_own_have_their_own_roles()
    {
        var folder = TestBroker.NewFolder();
        using var key = SigningKey.Create();
        System.IO.Directory.CreateDirectory(Path.Combine(folder, "keys", "operators"));
        var x = System.Buffers.Text.Base64Url.EncodeToString(key.PublicKey.Bytes.Span);
        File.WriteAllText(Path.Combine(folder, "keys", "operators", "auditor.json"), $$"""{"x":"{{x}}","roles":["view"]}""");

        await using var broker = await TestBroker.StartAsync(options => options with { Data = folder });
        var auditor = Keys(await ReadAsync(broker)).Single(known => (string?)known["act_use"] == "operator");

        Assert.Equal((x, "act://local/auditor", "view"), ((string?)auditor["x"], (string?)auditor["act_id"], (string?)auditor["act_roles"]!.AsArray().Single()));
        Assert.False(File.Exists(Path.Combine(folder, "keys", "operator.key")));
    }

    [Theory]
    [InlineData("""{"x":"AA","roles":["view"]}""")]
    [InlineData("""{"x":"","roles":["king"]}""")]
    [InlineData("""{"x":""}""")]
    [InlineData("[]")]
    public async Task A_file_that_names_no_operator_is_told_by_its_name(string text)
    {
        var folder = TestBroker.NewFolder();
        System.IO.Directory.CreateDirectory(Path.Combine(folder, "keys", "operators"));
        File.WriteAllText(Path.Combine(folder, "keys", "operators", "auditor.json"), text);

        var fault = await Assert.ThrowsAsync<FormatException>(() => TestBroker.StartAsync(options => options with { Data = folder }));

        Assert.Contains("auditor.json", fault.Message, StringComparison.Ordinal);
    }

    static async Task<JsonNode> ReadAsync(TestBroker broker) => JsonNode.Parse(await broker.Http.GetStringAsync(WellKnown.Path, TestBroker.Stop))!;

    static IEnumerable<JsonNode> Keys(JsonNode document) => document["keys"]!["keys"]!.AsArray()!;

    static IEnumerable<string?> UsesOf(JsonNode document) => Keys(document).Select(key => (string?)key["act_use"]).Order(StringComparer.Ordinal);
}
