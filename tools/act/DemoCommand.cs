using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ActProtocol.Client;
using Spectre.Console;

namespace ActProtocol.Tools;

/// <summary><c>act demo</c>: every party a process of its own, on a fresh data folder.</summary>
static class DemoCommand
{
    const string Intent = """
        {
          "words": "A flight to Hangzhou within CNY 800, no red-eye.",
          "budget": "2000 CNY",
          "sellers": ["act://local/golden-air", "act://local/night-air", "act://local/day-air"],
          "constraint": { "all": { "of": [
            { "compare": { "attribute": "total", "relation": "RELATION_AT_MOST", "value": { "money": { "currencyCode": "CNY", "units": "800" } } } },
            { "compare": { "attribute": "flight.destination", "relation": "RELATION_EQUAL", "value": { "text": "HGH" } } },
            { "hoursOfDay": { "attribute": "flight.departure", "zone": "Asia/Shanghai", "fromMinute": 360, "untilMinute": 1320 } }
          ] } }
        }
        """;

    static readonly (string Seller, string Title, string Price, string Departure)[] Sellers =
    [
        ("golden-air", "GA 101 to Hangzhou, 10:00", "1180 CNY", "2026-12-24T10:00+08:00"),
        ("night-air",  "NA 909 to Hangzhou, 23:40", "799 CNY",  "2026-12-24T23:40+08:00"),
        ("day-air",    "DA 555 to Hangzhou, 14:25", "780 CNY",  "2026-12-24T14:25+08:00"),
    ];

    public static async Task<int> RunAsync(bool json, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        var folder = Directory.CreateTempSubdirectory("act-demo-").FullName;
        List<Child> children = [];
        try
        {
            var broker = Child.Start(children, ["up", "--data", Path.Combine(folder, "broker"), "--port", "0", "--json-port", "0", "--play"]);
            var ready = JsonDocument.Parse(await broker.LineAsync(_ => true, cancellationToken)).RootElement;
            var (grpc, web) = (ready.GetProperty("grpc").GetString()!, ready.GetProperty("json").GetString()!);
            string[] there = ["--broker", grpc, "--broker-json", web, "--keys", Path.Combine(folder, "keys"), "--json"];

            // What a verifier keeps from before: the broker's id and public keys.
            var trusted = await BrokerInfo.FetchAsync(web, cancellationToken);
            var selling = Sellers.Select(seller => Child.Start(children, ["sell", "--catalogue", Catalogue(folder, seller), .. there])).ToList();
            foreach (var seller in selling) await seller.LineAsync(line => line.Contains("\"ready\"", StringComparison.Ordinal), cancellationToken);

            var intent = Path.Combine(folder, "intent.json");
            await File.WriteAllTextAsync(intent, Intent, cancellationToken);
            var receipt = Path.Combine(folder, "receipt.bin");
            var buying = Child.Start(children, ["buy", "--intent", intent, "--as", "traveller", "--fund", "2000 CNY", "--receipt", receipt, "--dearest-first", .. there]);
            var (refused, paid) = (0, "");
            await foreach (var line in buying.LinesAsync(cancellationToken))
            {
                var happened = JsonDocument.Parse(line).RootElement;
                if (happened.GetProperty("event").ValueEquals("lock_refused")) refused++;
                if (happened.GetProperty("event").ValueEquals("bought")) paid = happened.GetProperty("paid").GetString()!;
                Show(line, happened, json, started);
            }
            var verified = File.Exists(receipt) && ReceiptCommand.Check(trusted, await File.ReadAllBytesAsync(receipt, cancellationToken)).Record is not null;
            var seconds = Math.Round(TimeProvider.System.GetElapsedTime(started).TotalSeconds, 2);
            if (json) Console.Out.WriteLine(JsonSerializer.Serialize(new { receipt_verified = verified, refused_locks = refused, paid, seconds }));
            else Summarise(verified, refused, paid, seconds);
            return verified && refused == 2 && paid.Length > 0 ? ExitCodes.Fine : ExitCodes.Failed;
        }
        finally
        {
            foreach (var child in children.AsEnumerable().Reverse()) child.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    static string Catalogue(string folder, (string Seller, string Title, string Price, string Departure) seller)
    {
        var path = Path.Combine(folder, $"{seller.Seller}.json");
        File.WriteAllText(path, JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["seller"] = seller.Seller,
            ["capability"] = "travel.flight",
            ["title"] = seller.Title,
            ["price"] = seller.Price,
            ["stock"] = 3,
            ["attributes"] = new Dictionary<string, string> { ["flight.destination"] = "HGH", ["flight.departure"] = seller.Departure },
        }));
        return path;
    }

    static void Show(string line, JsonElement happened, bool json, long started)
    {
        if (json)
        {
            Console.Out.WriteLine(line);
            return;
        }
        var at = TimeProvider.System.GetElapsedTime(started).TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture);
        var colour = happened.GetProperty("event").GetString() switch
        {
            "lock_refused" => "red",
            "money_before" or "money_after" => "yellow",
            "bought" => "green",
            _ => "white",
        };
        AnsiConsole.MarkupLine($"[grey]{at,6} s[/]  [{colour}]{happened.GetProperty("sentence").GetString().EscapeMarkup()}[/]");
    }

    static void Summarise(bool verified, int refused, string paid, double seconds)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("A flight to Hangzhou").AddColumn("");
        table.AddRow("paid", paid.EscapeMarkup());
        table.AddRow("locks that the broker refused", refused.ToString(CultureInfo.InvariantCulture));
        table.AddRow("receipt, checked offline", verified ? "[green]verified[/]" : "[red]not verified[/]");
        table.AddRow("took", $"{seconds.ToString(CultureInfo.InvariantCulture)} s");
        AnsiConsole.Write(table);
    }
}
