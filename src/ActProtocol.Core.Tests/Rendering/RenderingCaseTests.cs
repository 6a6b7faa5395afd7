using System.Diagnostics;
using System.Text.Json.Nodes;
using ActProtocol.V1;
using Google.Protobuf;

namespace ActProtocol.Rendering;

/// <summary>What the golden files are renderings of, and that another implementation, written from the page alone, renders the same.</summary>
public class RenderingCaseTests
{
    static readonly JsonFormatter Names = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));

    public static TheoryData<string> Cases => ["flight", "workshop", "demanding", "hostile-flight", "hostile-workshop", "hostile-demanding"];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_case_is_what_was_rendered(string name)
    {
        var (intent, quote) = Case(name);
        var json = new JsonObject { ["intent"] = Json(intent) };
        if (quote is not null) (json["seller"], json["quote"]) = (Purchases.Seller, Json(quote));
        Repository.AssertRendered($"spec/rendering/{name}.json", json.ToJsonString(new() { WriteIndented = true }) + "\n");
    }

    [Fact]
    public async Task Another_implementation_renders_the_same()
    {
        using var node = Process.Start(new ProcessStartInfo("node", [Repository.PathOf("spec/rendering/render.mjs"), "--check"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var (error, output) = (node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("", await error);
        Assert.Equal($"{2 * Cases.Count} renderings are the same\n", await output);
        Assert.Equal(0, node.ExitCode);
    }

    static (Intent Intent, Quote? Quote) Case(string name)
    {
        var nasty = name.StartsWith("hostile", StringComparison.Ordinal);
        switch (name.Split('-')[^1])
        {
            case "demanding":
                return (nasty ? Purchases.Demanding(RenderingTests.Nasty) : Purchases.Demanding(), null);
            case "workshop":
                return nasty ? Purchases.Workshop(RenderingTests.Nasty) : Purchases.Workshop();
            default:
                return nasty ? Purchases.Flight(RenderingTests.Nasty, RenderingTests.Nasty, RenderingTests.Nasty) : Purchases.Flight();
        }
    }

    // As it travels: what is no UTF-8 cannot come.
    static JsonNode Json<T>(T message) where T : IMessage => JsonNode.Parse(Names.Format(message.Descriptor.Parser.ParseFrom(message.ToByteString())))!;
}
