using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Runs;
using ActProtocol.Conformance.Signing;
using ActProtocol.V1;
using Google.Protobuf;
using static ActProtocol.Conformance.Brokers.Expectations;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Directory
{
    [Check("DIR-01.form", "A registration beyond its form is malformed: kinds, keys, validity, and each bound of a listing; at the bounds it is entered.")]
    public static async Task Form(BrokerScenario scenario)
    {
        var owner = await scenario.PrincipalAsync("firm");
        Envelope Of(Action<Register> change)
        {
            var party = scenario.NewParty("seller", owner);
            var body = BrokerScenario.Registration(party);
            body.Listing = new Listing { Title = "Goods" };
            change(body);
            return BrokerScenario.Seal(party, scenario.Draft(party, body), owner);
        }
        static ByteString Zeros(int count) => ByteString.CopyFrom(new byte[count]);
        static IEnumerable<string> Many(int count, string prefix = "tests.") => Enumerable.Range(0, count).Select(n => $"{prefix}{n}");
        await scenario.AllRefusedAsync("malformed",
        [
            ("no kind", Of(body => body.Kind = 0)), ("kind 77", Of(body => body.Kind = (EntryKind)77)), ("a principal that has one", Of(body => body.Kind = EntryKind.Principal)), ("an agent without one", Of(body => body.Principal = "")),
            ("a principal that is no id", Of(body => body.Principal = "firm")), ("a key of 31 bytes", Of(body => body.SigningKey = Zeros(31))), ("a key of 33 bytes", Of(body => body.SigningKey = Zeros(33))), ("no key", Of(body => body.SigningKey = Zeros(0))),
            ("a sealing key of 31 bytes", Of(body => body.SealingKey = Zeros(31))), ("valid from before 1970", Of(body => body.ValidFromMs = -1)), ("valid until before 1970", Of(body => body.ValidUntilMs = -1)),
            ("valid until when it begins", Of(body => (body.ValidFromMs, body.ValidUntilMs) = (5, 5))), ("valid until before it begins", Of(body => (body.ValidFromMs, body.ValidUntilMs) = (5, 4))),
            ("a title of 129 bytes", Of(body => body.Listing.Title = new string('a', 129))), ("a title of 129 bytes in 65 characters", Of(body => body.Listing.Title = new string('é', 64) + "a")),
            ("33 capabilities", Of(body => body.Listing.Capabilities.Add(Many(33)))), ("17 categories", Of(body => body.Listing.Categories.Add(Many(17)))), ("17 origins", Of(body => body.Listing.Origins.Add(Many(17, "https://")))),
            ("65 prices", Of(body => body.Listing.Prices.Add(Many(65).Select(item => new ListedPrice { Item = item })))), ("an empty capability", Of(body => body.Listing.Capabilities.Add(""))),
            ("a capability of 65", Of(body => body.Listing.Capabilities.Add(new string('a', 65)))), ("a capability in upper case", Of(body => body.Listing.Capabilities.Add("Travel"))), ("a capability with an underscore", Of(body => body.Listing.Capabilities.Add("a_b"))),
            ("an empty category", Of(body => body.Listing.Categories.Add(""))), ("a category of 65", Of(body => body.Listing.Categories.Add(new string('a', 65)))), ("an empty origin", Of(body => body.Listing.Origins.Add(""))),
            ("an origin of 257", Of(body => body.Listing.Origins.Add(new string('a', 257)))), ("a price without an item", Of(body => body.Listing.Prices.Add(new ListedPrice()))), ("an item of 129", Of(body => body.Listing.Prices.Add(new ListedPrice { Item = new string('a', 129) }))),
        ], Of(body => body.Listing = new Listing
        {
            Title = new string('é', 64),
            Capabilities = { Many(31).Append($"{new string('z', 60)}.-09") },
            Categories = { Many(15).Append(new string('a', 64)) },
            Origins = { Many(15, "https://").Append(new string('a', 256)) },
            Prices = { Many(63).Append(new string('a', 128)).Select(item => new ListedPrice { Item = item, Price = Xts.Of(1) }) },
        }));
    }

    [Check("DIR-02.names", "A name under another authority is authority_foreign; a name that is entered, or the broker's, is name_taken; an operator's is signature_invalid.")]
    public static async Task Names(BrokerScenario scenario)
    {
        var entered = await scenario.AnybodyAsync();
        Envelope Of(string id)
        {
            var party = new Party(id, scenario.NewParty("key").Key);
            return scenario.Seal(party, BrokerScenario.Registration(party));
        }
        await scenario.RefusedAsync("authority_foreign", "another authority", Of("act://elsewhere.example/somebody"));
        await scenario.RefusedAsync("name_taken", "a name that is entered", Of(entered.Id));
        await scenario.RefusedAsync("name_taken", "the broker's own", Of(scenario.Target.Id));
        foreach (var id in scenario.Target.Discovery.Operators) await scenario.RefusedAsync("signature_invalid", "an operator's", Of(id));
        await scenario.AcceptedAsync("a name that is free", Of(scenario.NewParty("somebody").Id));
    }

    [Check("DIR-03.who-signs", "A registration is signed by the key that it brings, an agent's also by its principal; otherwise signature_invalid.", Values =
        ["by-another-key", "agent-alone", "principal-alone", "another-principal", "a-key-of-nobody", "principal-with-another-key", "sender-key-twice"])]
    public static async Task WhoSigns(BrokerScenario scenario, string value)
    {
        var (owner, other) = (await scenario.PrincipalAsync("firm"), await scenario.AnybodyAsync());
        var agent = scenario.NewParty("agent", owner);
        var good = scenario.Seal(agent, BrokerScenario.Registration(agent), owner);
        Signature By(Party party) => party.Key.SignContent(good.Content);
        var faulty = value switch
        {
            "by-another-key" => good.With(By(scenario.NewParty("stranger")), By(owner)),
            "agent-alone" => good.With(By(agent)),
            "principal-alone" => good.With(By(owner)),
            "another-principal" => good.With(By(agent), By(other)),
            "a-key-of-nobody" => good.With(By(agent), By(scenario.NewParty("stranger"))),
            "sender-key-twice" => good.With(By(agent), By(agent)),
            _ => scenario.Seal(scenario.NewParty("principal") with { Key = scenario.NewParty("stranger").Key }, BrokerScenario.Registration(scenario.NewParty("principal"))),
        };
        await scenario.RefusedAsync("signature_invalid", value, faulty, good);
    }

    [Check("DIR-04.principal", "An agent of an agent is agent_unknown, of nobody signature_invalid; an agent of a principal is entered.", Also = ["DIR-03"])]
    public static async Task AgentOfWhom(BrokerScenario scenario)
    {
        var owner = await scenario.PrincipalAsync("firm");
        var agent = await scenario.AgentAsync("agent", owner);
        Envelope Of(Party principal)
        {
            var party = scenario.NewParty("sub", principal);
            return scenario.Seal(party, BrokerScenario.Registration(party), principal);
        }
        await scenario.RefusedAsync("agent_unknown", "of an agent", Of(agent));
        await scenario.RefusedAsync("signature_invalid", "of nobody", Of(scenario.NewParty("stranger")), Of(owner));
    }

    [Check("DIR-13.entry", "GetEntry shows an entry as it was registered; what is no id is malformed, an unknown id agent_unknown.")]
    public static async Task Entry(BrokerScenario scenario)
    {
        var owner = await scenario.PrincipalAsync("firm");
        var listing = new Listing { Title = "Goods", Capabilities = { "tests.a", "tests.b" }, Categories = { "c" }, Origins = { "https://goods.example" }, Prices = { new ListedPrice { Item = "One", Price = Xts.Of(5) } } };
        var seller = await scenario.AgentAsync("seller", owner, listing);
        var entry = await scenario.EntryAsync(seller.Id);
        Equal("its id, kind and principal", $"{seller.Id}, {EntryKind.Agent}, {owner.Id}", $"{entry.Id}, {entry.Kind}, {entry.Principal}");
        Equal("its listing", listing.ToString(), entry.Listing?.ToString());
        Equal("its sealing key", ByteString.CopyFrom(seller.Key.Public), entry.SealingKey);
        True("its key", entry.Keys is [var key] && key.SigningKey.Span.SequenceEqual(seller.Key.Public) && key.Thumbprint.Span.SequenceEqual(seller.Key.Thumbprint) && key is { RevokedAtMs: 0, ValidUntilMs: 0 }, "the one that was registered", entry.Keys);
        Equal("its standing", new Standing(), entry.Standing);
        True("that it is foreign, or has a recovery", entry is { Foreign: false, RecoveryKey.IsEmpty: true, RecoveryAtMs: 0 }, "no", "yes");
        var principal = await scenario.EntryAsync(owner.Id);
        Equal("the principal's kind and principal", $"{EntryKind.Principal}, ", $"{principal.Kind}, {principal.Principal}");
        foreach (var wrong in new[] { "", "nobody", $"{seller.Id}/", seller.Id.ToUpperInvariant(), "act://local/\n" }) AsRefused("malformed", $"the entry of '{wrong}'", await scenario.FindEntryAsync(wrong));
        AsRefused("agent_unknown", "the entry of nobody", await scenario.FindEntryAsync(scenario.NewParty("nobody").Id));
        AsRefused("agent_unknown", "the entry of a foreigner", await scenario.FindEntryAsync("act://elsewhere.example/nobody"));
    }

    [Check("DIR-14.pages", "FindSellers gives the entries with exactly that capability in the order of their ids, page by page, each once.")]
    public static async Task Pages(BrokerScenario scenario)
    {
        var capability = Capability(scenario);
        var firm = await scenario.PrincipalAsync("firm");
        List<string> ids = [];
        for (var n = 0; n < 7; n++) ids.Add((await scenario.AgentAsync($"s{7 - n}", firm, new Listing { Title = "Goods", Capabilities = { "tests.other", capability } })).Id);
        await scenario.AgentAsync("near", firm, new Listing { Title = "Goods", Capabilities = { $"{capability}.more", capability[..^1] } });
        ids.Sort(StringComparer.Ordinal);
        foreach (var size in new uint[] { 1, 3, 7, 100, 0 })
        {
            List<string> found = [];
            var token = "";
            do
            {
                var page = await scenario.SellersAsync(new FindSellersRequest { Capability = capability, PageSize = size, PageToken = token });
                True($"a page of {size}", page.Sellers.Count > 0 && page.Sellers.Count <= (size == 0 ? 50 : (int)size), "at most that many, and one at least", page.Sellers.Count);
                found.AddRange(page.Sellers.Select(seller => seller.Id));
                True("its token", page.NextPageToken.Length == 0 || page.NextPageToken == found[^1], "the last seller's id, or nothing", page.NextPageToken);
                token = page.NextPageToken;
            }
            while (token.Length > 0 && found.Count <= ids.Count);
            Equal($"the sellers by pages of {size}", string.Join(' ', ids), string.Join(' ', found));
        }
        Equal("sellers after the last", 0, (await scenario.SellersAsync(new FindSellersRequest { Capability = capability, PageToken = ids[^1] })).Sellers.Count);
        Equal("sellers after a token that is nobody's", 7, (await scenario.SellersAsync(new FindSellersRequest { Capability = capability, PageToken = "act://a/a" })).Sellers.Count);
        Equal("sellers of what nobody has", 0, (await scenario.SellersAsync(new FindSellersRequest { Capability = $"{capability}.none" })).Sellers.Count);
    }

    [Check("DIR-14.refused", "A capability that is empty or too long, a page above 100, and a token that is no id are malformed.", Values = ["empty", "65-characters", "page-of-101", "largest-page", "token-no-id"])]
    public static async Task FindRefused(BrokerScenario scenario, string value)
    {
        var request = value switch
        {
            "empty" => new FindSellersRequest(),
            "65-characters" => new FindSellersRequest { Capability = new string('a', 65) },
            "page-of-101" => new FindSellersRequest { Capability = "tests", PageSize = 101 },
            "largest-page" => new FindSellersRequest { Capability = "tests", PageSize = uint.MaxValue },
            _ => new FindSellersRequest { Capability = "tests", PageToken = "5" },
        };
        AsRefused("malformed", value, await scenario.FindAsync(request));
        True("at its bounds", await scenario.FindAsync(new FindSellersRequest { Capability = new string('a', 64), PageSize = 100, PageToken = "act://a/a" }) is Outcome.Answered, "answered", "refused");
    }

    [Check("DIR-15.standing", "Standing counts what was settled and who paid, for the seller alone: two purchases of one buyer are two settled and one payer.")]
    public static async Task StandingCounts(BrokerScenario scenario)
    {
        var first = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Settled);
        await scenario.Track(new Sale(scenario, first.Buyer, first.Seller, first.Mandate)).UntilAsync(TransactionState.Settled);
        await scenario.Track(new Sale(scenario, first.Buyer, first.Seller, first.Mandate)).UntilAsync(TransactionState.Locked);
        Equal("the seller's", new Standing { Settled = 2, DistinctPayers = 1 }, (await scenario.EntryAsync(first.Seller.Id)).Standing);
        Equal("the buyer's", new Standing(), (await scenario.EntryAsync(first.Buyer.Id)).Standing);
    }

    [Check("DIR-16.drawn", "The sellers for a capability are those with the least SHA-256(digest of the intent, id), one of each principal, none of the buyer's own.", Also = ["INT-06"])]
    public static async Task Drawn(BrokerScenario scenario)
    {
        var capability = Capability(scenario);
        var sale = await scenario.SaleAsync();
        List<Party> sellers = [];
        var listing = new Listing { Title = "Goods", Capabilities = { capability } };
        for (var firm = 0; firm < 3; firm++)
        {
            var owner = await scenario.PrincipalAsync("firm");
            for (var agent = 0; agent < 2; agent++) sellers.Add(await scenario.AgentAsync("seller", owner, listing));
        }
        await scenario.AgentAsync("own", sale.Buyer.Owner, listing);
        foreach (var count in new uint[] { 1, 2, 3, 0 })
        {
            var content = scenario.Draft(sale.Buyer, new Intent { Capability = capability, SellersMax = count, Budget = Xts.Of(5), ExpiresAtMs = scenario.NowMs + 3_600_000 });
            content.Header.Mandate = ByteString.CopyFrom(sale.Mandate);
            var intent = BrokerScenario.Seal(sale.Buyer, content);
            var digest = Tags.Digest(intent.Content.Span);
            var expected = sellers.OrderBy(seller => System.Security.Cryptography.SHA256.HashData([.. digest, .. System.Text.Encoding.ASCII.GetBytes(seller.Id)]).AsText(), StringComparer.Ordinal)
                .DistinctBy(seller => seller.Principal!.Id).Take(count == 0 ? 16 : (int)count).Select(seller => seller.Id);
            var taken = await scenario.AcceptedAsync($"an intent for {count} sellers", intent);
            Equal($"the draw for {count} sellers", string.Join(' ', expected), string.Join(' ', taken.Accepted.Transactions.Select(opened => opened.Seller)));
        }
    }

    [Check("DIR-17.published", "The broker publishes its id, versions and keys: each a JWK with its thumbprint as kid, its use, whose it is and since when; keys for receipts, challenges and operators differ.", Also = ["DIR-18"])]
    public static async Task Published(BrokerScenario scenario)
    {
        var answer = await scenario.JsonAsync(HttpMethod.Get, "/.well-known/act.json");
        Equal("HTTP status", 200, answer.HttpStatus);
        var document = JsonView.Of("what is published", answer);
        Equal("versions", "1.0-1.0", document["versions"].Text);
        Dictionary<string, string> uses = [];
        foreach (var key in document["keys"]["keys"].Items)
        {
            Equal("a published key", "OKP Ed25519 EdDSA sig", $"{key["kty"].Text} {key["crv"].Text} {key["alg"].Text} {key["use"].Text}");
            True("its x", key["x"].Text.Length == 43 && System.Buffers.Text.Base64Url.IsValid(key["x"].Text), "32 bytes in base64url", key["x"].Text);
            Equal("its kid", System.Buffers.Text.Base64Url.EncodeToString(Tags.Thumbprint(System.Buffers.Text.Base64Url.DecodeFromChars(key["x"].Text))), key["kid"].Text);
            var (use, of) = (key["act_use"].Text, key["act_id"].Text);
            True("its use", use is "receipt" or "challenge" or "operator", "receipt, challenge or operator", use);
            True("whose it is", use is "operator" ? of.StartsWith("act://", StringComparison.Ordinal) : of == scenario.Target.Id, "an operator's id, or the broker's", of);
            True("since when", key["act_from_ms"].Number <= scenario.NowMs + 60_000, "an instant that has passed", key["act_from_ms"].Number);
            True("a key for one use", uses.TryAdd(key["x"].Text, use), "another for each", use);
        }
        True("keys for receipts and for challenges", uses.ContainsValue("receipt") && uses.ContainsValue("challenge"), "one of each at least", string.Join(' ', uses.Values));
    }

    [Check("DIR-21.listing", "UpdateListing replaces a listing or takes it away, by the entry or its principal, and the entry is found by the new one alone; from anybody else it is agent_unknown.")]
    public static async Task ListingUpdated(BrokerScenario scenario)
    {
        var owner = await scenario.PrincipalAsync("firm");
        var (before, after) = (Capability(scenario), Capability(scenario));
        var seller = await scenario.AgentAsync("seller", owner, new Listing { Title = "Before", Capabilities = { before } });
        Envelope By(Party party, Listing? listing, string? id = null) => scenario.Seal(party, new UpdateListing { Id = id ?? seller.Id, Listing = listing });
        async Task FoundAsync(string capability, int count) =>
            Equal($"sellers with {(capability == before ? "the old" : "the new")} capability", count, (await scenario.SellersAsync(new FindSellersRequest { Capability = capability })).Sellers.Count);
        var listing = new Listing { Title = "After", Capabilities = { after } };
        await scenario.RefusedAsync("agent_unknown", "by another principal", By(await scenario.AnybodyAsync(), listing));
        await scenario.RefusedAsync("agent_unknown", "of the principal, by the agent", By(seller, listing, owner.Id));
        await scenario.RefusedAsync("agent_unknown", "of nobody", By(owner, listing, scenario.NewParty("nobody").Id));
        await FoundAsync(before, 1);
        await scenario.AcceptedAsync("by the agent", By(seller, listing));
        await FoundAsync(before, 0);
        await FoundAsync(after, 1);
        Equal("what it offers", listing.ToString(), (await scenario.EntryAsync(seller.Id)).Listing?.ToString());
        await scenario.AcceptedAsync("by the principal: nothing any more", By(owner, null));
        await FoundAsync(after, 0);
        Equal("what it offers", null, (await scenario.EntryAsync(seller.Id)).Listing);
    }

    static string Capability(BrokerScenario scenario) => $"tests.{scenario.Nonce}.{scenario.Random.Number(1 << 30):x}";
}
