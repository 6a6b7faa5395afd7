using System.Globalization;
using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.V1;
using Google.Protobuf;
using Google.Type;
using static ActProtocol.Conformance.Brokers.Expectations;

namespace ActProtocol.Conformance.Cases.Brokers;

static class Constraints
{
    [Check("CON-01.verdicts", "A comparison of each type and relation lets a lock pass exactly when the vectors call it satisfied.")]
    public static Task Comparisons(BrokerScenario scenario) => VerdictsAsync(scenario, "CON-01");

    [Check("CON-02.verdicts", "One-of and between let a lock pass exactly when the vectors call them satisfied: from is within, until is not.")]
    public static Task Sets(BrokerScenario scenario) => VerdictsAsync(scenario, "CON-02");

    [Check("CON-03.verdicts", "Hours of the day let a lock pass exactly when the vectors call them satisfied.")]
    public static Task Hours(BrokerScenario scenario) => VerdictsAsync(scenario, "CON-03");

    [Check("CON-04.verdicts", "What is missing, of another type or of another currency is undecidable: no lock passes, negated or not.")]
    public static Task Undecidable(BrokerScenario scenario) => VerdictsAsync(scenario, "CON-04");

    [Check("CON-05.verdicts", "All, any and not follow the three values: what is unknown is never satisfied.")]
    public static Task Connectives(BrokerScenario scenario) => VerdictsAsync(scenario, "CON-05");

    [Check("CON-06.bounds", "A tree at its bounds of nodes, levels, children and values is taken; one beyond, or a node without a kind, is constraint_unsupported at the intent.")]
    public static Task Bounds(BrokerScenario scenario) => VerdictsAsync(scenario, "CON-06");

    [Check("CON-07.types", "A leaf that its types cannot decide is constraint_unsupported at the intent, never ignored and never left to the lock.")]
    public static Task Types(BrokerScenario scenario) => VerdictsAsync(scenario, "CON-07");

    [Check("CON-07.counter", "A counter with a constraint that is not supported is refused like an intent.", Also = ["INT-08"])]
    public static async Task Counter(BrokerScenario scenario)
    {
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Quoted);
        await scenario.RefusedAsync("constraint_unsupported", "a counter with a node of no kind", sale.Counter(intent => intent.Constraint = new Constraint()), sale.Counter());
    }

    static async Task VerdictsAsync(BrokerScenario scenario, string requirement)
    {
        var first = await scenario.SaleAsync(mandate: mandate => mandate.Limits.Add(new CurrencyLimit { Currency = "CNY" }));
        await scenario.FundAsync(first.Principal, new Money { CurrencyCode = "CNY", Units = 1_000 });
        var before = await Snapshot.TakeAsync(scenario);
        foreach (var vector in SpecFiles.ReadJson("vectors/constraints/verdicts.json").EnumerateArray())
        {
            var id = vector.GetProperty("id").GetString()!;
            if (!id.StartsWith(requirement, StringComparison.Ordinal)) continue;
            var constraint = JsonParser.Default.Parse<Constraint>(vector.GetProperty("constraint").GetRawText().Replace(vector.GetProperty("seller").GetString()!, first.Seller.Id, StringComparison.Ordinal));
            var facts = JsonParser.Default.Parse<Quote>(vector.GetProperty("quote").GetRawText());
            var sale = scenario.Another(first);
            var intent = sale.Intent(intent => (intent.Constraint, intent.Budget) = (constraint, new Money { CurrencyCode = "CNY", Units = 1_000 }));
            if (vector.GetProperty("verdict").GetString() == "unsupported")
            {
                scenario.Controls.Expect(intent);
                AsRefused("constraint_unsupported", id, await scenario.SendAsync(intent));
                continue;
            }
            await scenario.AcceptedAsync($"the intent of {id}", intent);
            var quote = sale.NewQuote(facts.Total);
            quote.Attributes.Add(facts.Attributes);
            await scenario.AcceptedAsync($"the quote of {id}", sale.Step(sale.Seller, quote));
            await LockAsync(scenario, sale, id, satisfied: vector.GetProperty("verdict").GetString() == "satisfied");
        }
        if (requirement == "CON-07" && (await Snapshot.TakeAsync(scenario)).DifferenceFrom(before) is { } change) throw Failed("all these refusals", "nothing changed", change);
        // What is refused shows something beside what is not.
        var control = await scenario.Another(first).UntilAsync(TransactionState.Quoted);
        await scenario.AcceptedAsync("control: a lock without a constraint", control.Lock());
    }

    static async Task LockAsync(BrokerScenario scenario, Sale sale, string what, bool satisfied)
    {
        if (!satisfied)
        {
            var refused = sale.Lock();
            scenario.Controls.Expect(refused);
            AsRefused("constraint_unsatisfied", what, await scenario.SendAsync(refused));
            Equal($"the state after {what}", TransactionState.Quoted, await scenario.StateOfAsync(sale));
            return;
        }
        await scenario.AcceptedAsync(what, sale.Lock());
        await scenario.AcceptedAsync($"what was locked for {what} is free again", sale.Cancel());
    }

    static readonly Dictionary<string, (string Attribute, Value Good, Value Bad, Constraint Demand)> Kinds = new()
    {
        ["text"] = Compared(new Value { Text = "HGH" }, new Value { Text = "hgh" }, Relation.Equal),
        ["integer"] = Compared(new Value { Integer = 3 }, new Value { Integer = 4 }, Relation.AtMost),
        ["flag"] = Compared(new Value { Flag = true }, new Value { Flag = false }, Relation.Equal),
        ["money"] = Compared(new Value { Money = Xts.Of(5) }, new Value { Money = Xts.Of(5, 1) }, Relation.AtMost),
        ["instant"] = Compared(new Value { TimeMs = 1_800_000_000_000 }, new Value { TimeMs = 1_800_000_000_001 }, Relation.AtMost),
        ["one-of"] = ("fact", new Value { Integer = 2 }, new Value { Integer = 3 }, new Constraint { OneOf = new OneOf { Attribute = "fact", Values = { new Value { Integer = 1 }, new Value { Integer = 2 } } } }),
        ["between"] = ("fact", new Value { Integer = 1 }, new Value { Integer = 2 }, new Constraint
        {
            Between = new Between { Attribute = "fact", From = new Value { Integer = 1 }, Until = new Value { Integer = 2 } },
        }),
        ["not"] = ("fact", new Value { Integer = 1 }, new Value { Integer = 2 }, new Constraint { Not = new Not { Of = Equals("fact", new Value { Integer = 2 }) } }),
    };

    [Check("CON-08.each-kind-broken-alone", "A quote that breaks one demand of each kind alone can't be locked, and with that one mended it can.", Values =
    [
        "text", "integer", "flag", "money", "instant", "one-of", "between", "not",
    ])]
    public static async Task EachKindBrokenAlone(BrokerScenario scenario, string value)
    {
        var (attribute, good, bad, demand) = Kinds[value];
        var whole = new Constraint { All = new All { Of = { Equals("other", new Value { Text = "as it should be" }), demand } } };
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open, intent => intent.Constraint = whole);
        foreach (var (fact, satisfied) in new[] { (bad, false), (good, true) })
        {
            await scenario.AcceptedAsync("a quote", sale.Quote(quote =>
            {
                quote.Attributes.Add(new V1.Attribute { Name = "other", Value = new Value { Text = "as it should be" } });
                quote.Attributes.Add(new V1.Attribute { Name = attribute, Value = fact });
            }));
            await LockAsync(scenario, sale, $"{value}, {(satisfied ? "kept" : "broken")}", satisfied);
        }
    }

    [Check("CON-08.missing-attribute", "A quote that does not state what is demanded can't be locked, whether it is demanded or forbidden.", Also = ["CON-04"], Values = ["demanded", "forbidden"])]
    public static async Task MissingAttribute(BrokerScenario scenario, string value)
    {
        var equal = Equals("smoke", new Value { Flag = value == "demanded" });
        var demand = value == "demanded" ? equal : new Constraint { Not = new Not { Of = Equals("smoke", new Value { Flag = true }) } };
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Quoted, intent => intent.Constraint = demand);
        await LockAsync(scenario, sale, $"{value}, and not stated", satisfied: false);
        await scenario.AcceptedAsync("a quote that states it", sale.Quote(quote => quote.Attributes.Add(new V1.Attribute { Name = "smoke", Value = new Value { Flag = value == "demanded" } })));
        await LockAsync(scenario, sale, $"{value}, and stated", satisfied: true);
    }

    // An instant, the zone, and whether it lies outside of 22:00 to 06:00 there.
    static readonly Dictionary<string, (string Instant, string Zone, bool Outside)> Nights = new()
    {
        ["one-second-before-ten"] = ("2026-07-01T19:59:59Z", "Europe/Berlin", true),
        ["ten-o-clock"] = ("2026-07-01T20:00:00Z", "Europe/Berlin", false),
        ["last-second-of-the-night"] = ("2026-07-02T03:59:59.999Z", "Europe/Berlin", false),
        ["six-o-clock"] = ("2026-07-02T04:00:00Z", "Europe/Berlin", true),
        ["six-o-clock-in-winter"] = ("2026-01-02T05:00:00Z", "Europe/Berlin", true),
        ["five-in-winter"] = ("2026-01-02T04:00:00Z", "Europe/Berlin", false),
        ["hour-shown-twice"] = ("2026-10-25T01:30:00Z", "Europe/Berlin", false),
        ["hour-that-is-not-shown"] = ("2026-03-29T01:30:00Z", "Europe/Berlin", false),
        ["quarter-of-an-hour"] = ("2026-07-02T00:15:00Z", "Asia/Kathmandu", true),
        ["before-the-quarter"] = ("2026-07-02T00:14:59Z", "Asia/Kathmandu", false),
        ["across-the-date-line"] = ("2026-07-01T09:00:00Z", "Pacific/Kiritimati", false),
        ["another-name-of-the-zone"] = ("2026-07-01T20:30:00Z", "Asia/Calcutta", false),
    };

    [Check("CON-03.nights", "Not between 22:00 and 06:00 goes by the local time of the zone, half-open at both ends, over midnight, and where the clock is changed.", Values =
    [
        "one-second-before-ten", "ten-o-clock", "last-second-of-the-night", "six-o-clock", "six-o-clock-in-winter", "five-in-winter", "hour-shown-twice", "hour-that-is-not-shown",
        "quarter-of-an-hour", "before-the-quarter", "across-the-date-line", "another-name-of-the-zone",
    ])]
    public static async Task NightHours(BrokerScenario scenario, string value)
    {
        var (instant, zone, outside) = Nights[value];
        var nights = new Constraint { Not = new Not { Of = new Constraint { HoursOfDay = new HoursOfDay { Attribute = "departure", Zone = zone, FromMinute = 22 * 60, UntilMinute = 6 * 60 } } } };
        var sale = await (await scenario.SaleAsync()).UntilAsync(TransactionState.Open, intent => intent.Constraint = nights);
        var departure = DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
        foreach (var (at, satisfied) in outside ? [(departure, true)] : new[] { (departure, false), (departure + (12 * 3_600_000), true) })
        {
            await scenario.AcceptedAsync("a quote", sale.Quote(quote => quote.Attributes.Add(new V1.Attribute { Name = "departure", Value = new Value { TimeMs = at } })));
            await LockAsync(scenario, sale, $"{instant} in {zone}", satisfied);
        }
    }

    [Check("CON-08.total-and-seller", "A constraint may speak of the quote's total and of the seller's id, without an attribute that states them.", Also = ["CON-01"])]
    public static async Task TotalAndSeller(BrokerScenario scenario)
    {
        var sale = await scenario.SaleAsync();
        var demand = new Constraint { All = new All { Of = { Equals("seller", new Value { Text = sale.Seller.Id }), Relating("total", Relation.Less, new Value { Money = Xts.Of(100) }) } } };
        await sale.UntilAsync(TransactionState.Quoted, intent => intent.Constraint = demand);
        await LockAsync(scenario, sale, "a total that is not below 100", satisfied: false);
        await scenario.AcceptedAsync("a quote one nano cheaper", sale.Step(sale.Seller, sale.NewQuote(Xts.Of(99, 999_999_999))));
        await LockAsync(scenario, sale, "a total one nano below 100", satisfied: true);
    }

    static (string, Value, Value, Constraint) Compared(Value good, Value bad, Relation relation) => ("fact", good, bad, Relating("fact", relation, good));

    static Constraint Equals(string attribute, Value value) => Relating(attribute, Relation.Equal, value);

    static Constraint Relating(string attribute, Relation relation, Value value) => new() { Compare = new Compare { Attribute = attribute, Relation = relation, Value = value } };
}
