using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ActProtocol.Client;
using Spectre.Console;

namespace ActProtocol.Tools;

/// <summary><c>act demo</c>: every party a process of its own, on a fresh data folder that is gone afterwards.</summary>
static class DemoCommand
{
    const string Buyer = "traveller";

    const string Intent = """
        {
          "words": "A flight to Hangzhou within CNY 800, no red-eye.",
          "budget": "2000 CNY",
          "sellers": ["act://local/golden-air", "act://local/night-air", "act://local/day-air"],
          "constraint": { "all": { "of": [
            { "compare": { "attribute": "total", "relation": "AT_MOST", "value": "800 CNY" } },
            { "compare": { "attribute": "flight.destination", "relation": "EQUAL", "value": "HGH" } },
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

    public static ActCommand Create()
    {
        var command = new ActCommand("demo", "A broker, three sellers and a buyer, each a process: a flight to Hangzhou within CNY 800, no red-eye.", "act demo\nact demo --json");
        command.Does((call, cancellationToken) => RunAsync(call.Screen, cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(Screen screen, CancellationToken cancellationToken)
    {
        var timeline = new Timeline(screen, TimeProvider.System);
        var folder = Directory.CreateTempSubdirectory("act-demo-").FullName;
        List<Child> children = [];
        try
        {
            screen.Say("A flight to Hangzhou within CNY 800, no red-eye. Play money; each party is a process of its own.\n", "bold");
            var broker = await StartBrokerAsync(timeline, folder, children, cancellationToken);
            string[] there = ["--broker", broker.Grpc, "--broker-json", broker.Json, "--keys", Path.Combine(folder, "keys")];

            // What a verifier keeps from before: the broker's id and public keys.
            var trusted = await BrokerDocument.FetchAsync(broker.Json, cancellationToken);
            await StartSellersAsync(timeline, folder, children, there, cancellationToken);
            var receipt = Path.Combine(folder, "receipt.bin");
            var bought = await BuyAsync(screen, timeline, folder, children, there, receipt, cancellationToken);

            var verified = File.Exists(receipt) && ReceiptCommand.Check(trusted.Info, await File.ReadAllBytesAsync(receipt, cancellationToken)).Record is not null;
            timeline.Tell("receipt", "anybody", verified ? "Checks the receipt offline, with the broker's public key alone: verified." : "Checks the receipt: not verified.", new { verified }, verified ? "green" : "red");
            using (var session = await Session.OpenAsync(broker.Grpc, broker.Json, new KeyRing(there[^1], null), screen, cancellationToken))
            {
                await ShowMoneyAsync(session, bought, cancellationToken);
            }
            var seconds = Math.Round(timeline.Elapsed.TotalSeconds, 2);
            var good = verified && bought.Refused == 2 && bought.Paid.Length > 0;
            screen.Tell(
                "demo",
                $"{(good ? "Bought" : "Not as it should be: bought")} for {bought.Paid}, {bought.Refused} locks refused, receipt {(verified ? "verified" : "not verified")}, in {seconds.ToString(CultureInfo.InvariantCulture)} s. Nothing is left behind.",
                new { receipt_verified = verified, refused_locks = bought.Refused, paid = bought.Paid, seconds },
                good ? "bold green" : "bold red");
            screen.Next("Next: act up --play, and the same with files of your own: act buy --help, act sell --help");
            return good ? ExitCodes.Fine : ExitCodes.Failed;
        }
        finally
        {
            foreach (var child in children.AsEnumerable().Reverse()) child.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    static async Task<(string Grpc, string Json)> StartBrokerAsync(Timeline timeline, string folder, List<Child> children, CancellationToken cancellationToken)
    {
        var broker = Child.Start(children, "broker", ["up", "--data", Path.Combine(folder, "broker"), "--port", "0", "--json-port", "0", "--play"]);
        var ready = await broker.EventAsync("ready", cancellationToken);
        var id = ready.GetProperty("broker").GetString()!;
        timeline.Tell("broker", "broker", $"{id} is up, with an empty journal.", new { broker = id });
        return (ready.GetProperty("grpc").GetString()!, ready.GetProperty("json").GetString()!);
    }

    static async Task StartSellersAsync(Timeline timeline, string folder, List<Child> children, string[] there, CancellationToken cancellationToken)
    {
        var selling = Sellers.Select(seller => (seller, Child.Start(children, seller.Seller, ["sell", "--catalogue", Catalogue(folder, seller), .. there]))).ToList();
        foreach (var (seller, child) in selling)
        {
            await child.EventAsync("ready", cancellationToken);
            timeline.Tell("seller", seller.Seller, $"Sells {Inert.Quote(seller.Title)} at {seller.Price}.", new { seller = seller.Seller });
        }
    }

    static async Task<Bought> BuyAsync(
        Screen screen, Timeline timeline, string folder, List<Child> children, string[] there, string receipt, CancellationToken cancellationToken)
    {
        var intent = Path.Combine(folder, "intent.json");
        await File.WriteAllTextAsync(intent, Intent, cancellationToken);
        var buying = Child.Start(children, Buyer, ["buy", "--intent", intent, "--as", Buyer, "--fund", "2000 CNY", "--limit", "2000 CNY", "--receipt", receipt, "--dearest-first", .. there]);
        var bought = new Bought(0, "", "");
        await foreach (var (line, happened) in buying.EventsAsync(cancellationToken))
        {
            var what = happened.GetProperty("event").GetString()!;
            if (what == "lock_refused") bought = bought with { Refused = bought.Refused + 1 };
            if (what == "money_before") bought = bought with { Before = happened.GetProperty("money").GetString()! };
            if (what == "bought") bought = bought with { Paid = happened.GetProperty("paid").GetString()! };
            if (screen.Json) screen.Raw(line + "\n");
            else Show(screen, timeline, what, happened);
        }
        return bought;
    }

    static void Show(Screen screen, Timeline timeline, string what, JsonElement happened)
    {
        if (what == "offers")
        {
            var offers = Screen.Read<List<Offer>>(happened.GetProperty("offers"));
            screen.Show(Offer.Compare(offers));
            return;
        }
        // Its file is gone when the demo ends, and its money stands in the table at the end.
        if (what is "money_after" or "bought") return;
        // The offers are compared in a table when all are there.
        if (what is "mail" && happened.GetProperty("step").ValueEquals("quote")) return;
        var style = what switch { "lock_refused" => "red", "money_before" => "yellow", "error" => "red", _ => "" };
        timeline.Tell(what, happened.TryGetProperty("who", out var who) ? who.GetString()! : Buyer, happened.GetProperty("sentence").GetString()!, null, style);
    }

    // Money before and after. What is paid crosses to the seller's partition by the broker's own steps, a moment after the settlement.
    static async Task ShowMoneyAsync(Session session, Bought bought, CancellationToken cancellationToken)
    {
        var (buyer, seller) = (session.Keys.Load($"{Buyer}-owner"), session.Keys.Load("day-air-owner"));
        var balances = await session.BalancesOfAsync(seller.Id, seller, cancellationToken);
        for (var tries = 0; bought.Paid.Length > 0 && balances.Count == 0 && tries < 100; tries++)
        {
            await Task.Delay(20, cancellationToken);
            balances = await session.BalancesOfAsync(seller.Id, seller, cancellationToken);
        }
        var table = Screen.Table("money", "before", "after");
        var after = await session.MoneyOfAsync(buyer, cancellationToken);
        table.AddRow(Screen.Cell(Buyer), Screen.Cell(bought.Before), Screen.Cell(after, "yellow"));
        table.AddRow(Screen.Cell("day-air"), Screen.Cell("no money"), Screen.Cell(Words.Of(balances), "yellow"));
        session.Screen.Show(table);
        if (session.Screen.Json) session.Screen.Tell("money", "Money before and after.", new { buyer_before = bought.Before, buyer_after = after, seller_after = Words.Of(balances) });
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

    sealed record Bought(int Refused, string Before, string Paid);
}
