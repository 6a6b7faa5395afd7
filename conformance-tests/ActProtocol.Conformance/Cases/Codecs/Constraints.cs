using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Codecs;
using ActProtocol.V1;
using Google.Type;

namespace ActProtocol.Conformance.Cases.Codecs;

static class Constraints
{
    static readonly string[] Verdicts = ["not_satisfied", "undecidable", "satisfied"];

    [Check("CON-05.fresh-trees", "Trees of any shape have the value that their leaves give them.")]
    public static async Task FreshTrees(CodecScenario scenario)
    {
        for (var i = 0; i < 60; i++)
        {
            var trees = new Trees(scenario.Random.Of($"tree {i}"), scenario.Parties);
            var wanted = (Truth)(i % 3);
            var tree = trees.Draw(wanted, 1 + (i % 5));
            // Beyond the bounds of a constraint it says something else.
            if (Nodes(tree) > 64) continue;
            await DecidedAsync(scenario, tree.ToString(), Verdicts[(int)wanted], tree, trees.Quote);
        }
    }

    [Check("CON-01.orders", "Integers, instants and amounts compare exactly, at both sides of the edge.", Values = ["integer", "time", "money"])]
    public static async Task Orders(CodecScenario scenario, string type)
    {
        long[] edges = [0, 1, -1, scenario.Random.Number(1_000_000), long.MaxValue, long.MinValue, (1L << 53) + 1];
        foreach (var edge in edges)
        {
            Value Of(int difference) => type switch
            {
                "integer" => new Value { Integer = edge + difference },
                "time" => new Value { TimeMs = edge + difference },
                _ => new Value { Money = Offers.Of(edge + (Int128)difference) },
            };
            var quote = new Quote { Total = Offers.Of(0), Attributes = { new V1.Attribute { Name = "fact", Value = Of(0) } } };
            foreach (var difference in new[] { -1, 0, 1 })
            {
                if (type != "money" && ((edge == long.MaxValue && difference > 0) || (edge == long.MinValue && difference < 0))) continue;
                foreach (var (relation, holds) in ((Relation, bool)[])
                    [(Relation.Equal, difference == 0), (Relation.NotEqual, difference != 0), (Relation.Less, difference > 0), (Relation.AtMost, difference >= 0), (Relation.Greater, difference < 0), (Relation.AtLeast, difference <= 0)])
                {
                    await DecidedAsync(scenario, $"{edge} {relation} {edge}{difference:+0;-0;+0}", holds ? "satisfied" : "not_satisfied", Trees.Compare("fact", relation, Of(difference)), quote);
                }
            }
        }
    }

    [Check("CON-01.texts", "Texts are equal byte by byte, without folding or normalising.", Values = ["case", "normal-form", "space-at-the-end", "zero-width", "width", "empty"])]
    public static async Task Texts(CodecScenario scenario, string kind)
    {
        var name = scenario.Parties.Name();
        var (left, right) = kind switch
        {
            "case" => (name, name.ToUpperInvariant()),
            "normal-form" => ($"{name}\u00e9", $"{name}e\u0301"),
            "space-at-the-end" => (name, $"{name} "),
            "zero-width" => (name, $"{name}\u200b"),
            "width" => ($"{name}1", $"{name}\uff11"),
            _ => (name, ""),
        };
        var quote = new Quote { Total = Offers.Of(0), Attributes = { new V1.Attribute { Name = "fact", Value = new Value { Text = left } } } };
        await DecidedAsync(scenario, "is the other", "not_satisfied", Trees.Compare("fact", Relation.Equal, new Value { Text = right }), quote);
        await DecidedAsync(scenario, "is not the other", "satisfied", Trees.Compare("fact", Relation.NotEqual, new Value { Text = right }), quote);
        await DecidedAsync(scenario, "is itself", "satisfied", Trees.Compare("fact", Relation.Equal, new Value { Text = left }), quote);
    }

    [Check("CON-04.unlike", "Values of unlike types never compare: neither the comparison nor its negation holds.", Values = ["text", "integer", "flag", "money", "time"])]
    public static async Task Unlike(CodecScenario scenario, string type)
    {
        var number = scenario.Random.Number(1000);
        var all = new Dictionary<string, Value>
        {
            ["text"] = new() { Text = $"{number}" },
            ["integer"] = new() { Integer = number },
            ["flag"] = new() { Flag = number > 0 },
            ["money"] = new() { Money = Offers.Of(number) },
            ["time"] = new() { TimeMs = number },
        };
        var quote = new Quote { Total = Offers.Of(0), Attributes = { new V1.Attribute { Name = "fact", Value = all[type] } } };
        await DecidedAsync(scenario, "itself", "satisfied", Trees.Compare("fact", Relation.Equal, all[type]), quote);
        foreach (var (other, value) in all.Where(one => one.Key != type))
        {
            foreach (var relation in new[] { Relation.Equal, Relation.NotEqual })
            {
                var compare = Trees.Compare("fact", relation, value);
                await DecidedAsync(scenario, $"{type} {relation} {other}", "undecidable", compare, quote);
                await DecidedAsync(scenario, $"not: {type} {relation} {other}", "undecidable", new Constraint { Not = new Not { Of = compare } }, quote);
            }
        }
    }

    [Check("CON-04.unlike-currency", "Amounts of two currencies never compare, the total's as little as an attribute's.")]
    public static async Task UnlikeCurrency(CodecScenario scenario)
    {
        var quote = new Quote { Total = Offers.Of(5), Attributes = { new V1.Attribute { Name = "fact", Value = new Value { Money = Offers.Of(5) } } } };
        foreach (var attribute in new[] { "total", "fact" })
        {
            foreach (var relation in new[] { Relation.Equal, Relation.NotEqual, Relation.AtMost, Relation.Greater })
            {
                await DecidedAsync(scenario, $"{attribute} {relation}", "undecidable", Trees.Compare(attribute, relation, new Value { Money = new Money { CurrencyCode = "EUR", Nanos = 5 } }), quote);
            }
            await DecidedAsync(scenario, attribute, "satisfied", Trees.Compare(attribute, Relation.AtMost, new Value { Money = Offers.Of(5) }), quote);
        }
    }

    [Check("CON-03.half-open", "A time of day lies in a range from its beginning on, and before its end; over midnight too; and in the zone that is named.",
        Values = ["at-from", "before-from", "last-minute", "at-until", "over-midnight-late", "over-midnight-early", "over-midnight-out", "all-day", "until-midnight"])]
    public static Task HalfOpen(CodecScenario scenario, string kind)
    {
        // 2026-06-15, a day without any change of clocks; Kathmandu is 5 h 45 min ahead.
        const long Midnight = 1_781_481_600_000;
        var (hour, from, until, holds) = kind switch
        {
            "at-from" => (360, 360, 1320, true),
            "before-from" => (359, 360, 1320, false),
            "last-minute" => (1319, 360, 1320, true),
            "at-until" => (1320, 360, 1320, false),
            "over-midnight-late" => (1439, 1320, 360, true),
            "over-midnight-early" => (359, 1320, 360, true),
            "over-midnight-out" => (360, 1320, 360, false),
            "all-day" => (scenario.Random.Number(1440), 77, 77, true),
            _ => (1439, 1000, 1440, true),
        };
        var (zone, ahead) = scenario.Random.Pick<(string, int)>([("Etc/UTC", 0), ("Asia/Kathmandu", 345), ("Asia/Shanghai", 480), ("America/Phoenix", -420)]);
        var at = Midnight + ((hour - ahead) * 60_000L) + scenario.Random.Number(60_000);
        var quote = new Quote { Total = Offers.Of(0), Attributes = { new V1.Attribute { Name = "when", Value = new Value { TimeMs = at } } } };
        return DecidedAsync(scenario, $"{hour / 60:00}:{hour % 60:00} in {zone}", holds ? "satisfied" : "not_satisfied", Hours(from, until, zone), quote);
    }

    [Check("CON-03.summer-time", "The local time follows the changes of clocks, also where the clock shows an hour twice.")]
    public static async Task SummerTime(CodecScenario scenario)
    {
        // Berlin, 25 October 2026: at 01:00 UTC the clock goes back from 03:00 to 02:00. 29 March 2026: at 01:00 UTC it goes on from 02:00 to 03:00.
        foreach (var (utc, minute) in ((long, int)[])[(1_792_888_200_000, 150), (1_792_891_800_000, 150), (1_792_895_400_000, 210), (1_774_745_940_000, 119), (1_774_746_000_000, 180)])
        {
            var quote = new Quote { Total = Offers.Of(0), Attributes = { new V1.Attribute { Name = "when", Value = new Value { TimeMs = utc } } } };
            await DecidedAsync(scenario, $"minute {minute} at {utc}", "satisfied", Hours(minute, minute + 1, "Europe/Berlin"), quote);
            await DecidedAsync(scenario, $"another minute than {minute} at {utc}", "not_satisfied", Hours(minute + 1, minute, "Europe/Berlin"), quote);
        }
    }

    [Check("CON-03.no-local-time", "An instant that the calendar does not have makes a time of day undecidable, on any range.")]
    public static async Task NoLocalTime(CodecScenario scenario)
    {
        foreach (var (utc, verdict) in ((long, string)[])
            [(long.MinValue, "undecidable"), (long.MaxValue, "undecidable"), (-62_135_510_400_001, "undecidable"), (-62_135_510_400_000, "satisfied"), (253_402_214_400_000, "undecidable"), (253_402_214_399_999, "satisfied")])
        {
            var quote = new Quote { Total = Offers.Of(0), Attributes = { new V1.Attribute { Name = "when", Value = new Value { TimeMs = utc } } } };
            await DecidedAsync(scenario, $"at {utc}", verdict, Hours(0, 1440, "Etc/UTC"), quote);
        }
    }

    [Check("CON-06.bounds", "A constraint has at most 64 nodes, 8 levels, 16 children and 32 values.", Values = ["nodes", "levels", "children-of-all", "children-of-any", "values", "all-of-none", "any-of-none", "not-of-none", "one-of-none", "empty"])]
    public static Task Bounds(CodecScenario scenario, string what)
    {
        var trees = new Trees(scenario.Random.Of("tree"), scenario.Parties);
        Constraint One() => Trees.Compare("count", Relation.AtMost, new Value { Integer = trees.Number });
        Constraint All(int count) => new() { All = new All { Of = { Enumerable.Range(0, count).Select(_ => One()) } } };
        Constraint Any(int count) => new() { Any = new Any { Of = { Enumerable.Range(0, count).Select(_ => One()) } } };
        Constraint Nested(int levels) => levels == 1 ? One() : new Constraint { Not = new Not { Of = Nested(levels - 1) } };
        Constraint Values(int count) => new() { OneOf = new OneOf { Attribute = "count", Values = { Enumerable.Range(0, count).Select(i => new Value { Integer = i }) } } };
        // 1 + 3 · 17 and the rest.
        Constraint Many(int nodes) => new() { All = new All { Of = { All(16), All(16), Any(16), Any(nodes - 53) } } };
        var (bad, good) = what switch
        {
            "nodes" => (Many(65), Many(64)),
            "levels" => (Nested(9), Nested(8)),
            "children-of-all" => (All(17), All(16)),
            "children-of-any" => (Any(17), Any(16)),
            "values" => (Values(33), Values(32)),
            "all-of-none" => (All(0), All(1)),
            "any-of-none" => (Any(0), Any(1)),
            "not-of-none" => (new Constraint { Not = new Not() }, Nested(2)),
            "one-of-none" => (Values(0), Values(1)),
            _ => (new Constraint(), One()),
        };
        return UnsupportedAsync(scenario, what, bad, good, trees.Quote);
    }

    [Check("CON-06.anywhere", "What is not supported refuses the whole constraint, wherever it stands and whatever decides beside it.", Values = ["first-child", "last-child", "below-not", "beside-what-decides"])]
    public static Task Anywhere(CodecScenario scenario, string where)
    {
        var trees = new Trees(scenario.Random.Of("tree"), scenario.Parties);
        var fine = Trees.Compare("count", Relation.AtMost, new Value { Integer = trees.Number });
        var unknown = Trees.Compare("count", (Relation)(7 + scenario.Random.Number(90)), new Value { Integer = trees.Number });
        Constraint With(Constraint part) => where switch
        {
            "first-child" => new Constraint { All = new All { Of = { part, fine } } },
            "last-child" => new Constraint { All = new All { Of = { fine, fine, part } } },
            "below-not" => new Constraint { Not = new Not { Of = new Constraint { Not = new Not { Of = part } } } },
            _ => new Constraint { Any = new Any { Of = { fine, part } } },
        };
        return UnsupportedAsync(scenario, where, With(unknown), With(fine), trees.Quote);
    }

    [Check("CON-07.leaves", "A leaf that cannot be decided by its types is refused.",
        Values = ["name-empty", "name-65", "name-digit-first", "name-upper-case", "value-absent", "value-without-kind", "relation-0", "relation-unknown", "text-less", "flag-at-least", "text-257", "money-not-normal",
            "money-currency-unknown", "between-texts", "between-unlike", "between-open", "from-1440", "until-1441", "zone-unknown", "zone-empty", "zone-in-another-case", "zone-offset"])]
    public static Task Leaves(CodecScenario scenario, string fault)
    {
        var trees = new Trees(scenario.Random.Of("tree"), scenario.Parties);
        var number = new Value { Integer = trees.Number };
        static Constraint Between(string attribute, Value? from, Value? until) => new() { Between = new Between { Attribute = attribute, From = from, Until = until } };
        var (bad, good) = fault switch
        {
            "name-empty" => (Trees.Compare("", Relation.Equal, number), Trees.Compare("a", Relation.Equal, number)),
            "name-65" => (Trees.Compare(new string('a', 65), Relation.Equal, number), Trees.Compare(new string('a', 64), Relation.Equal, number)),
            "name-digit-first" => (Trees.Compare("9a", Relation.Equal, number), Trees.Compare("a9", Relation.Equal, number)),
            "name-upper-case" => (Trees.Compare("aB", Relation.Equal, number), Trees.Compare("a-._b", Relation.Equal, number)),
            "value-absent" => (new Constraint { Compare = new Compare { Attribute = "count", Relation = Relation.Equal } }, Trees.Compare("count", Relation.Equal, number)),
            "value-without-kind" => (Trees.Compare("count", Relation.Equal, new Value()), Trees.Compare("count", Relation.Equal, number)),
            "relation-0" => (Trees.Compare("count", Relation.Unspecified, number), Trees.Compare("count", Relation.Equal, number)),
            "relation-unknown" => (Trees.Compare("count", (Relation)7, number), Trees.Compare("count", Relation.AtLeast, number)),
            "text-less" => (Trees.Compare("word", Relation.Less, new Value { Text = "x" }), Trees.Compare("word", Relation.NotEqual, new Value { Text = "x" })),
            "flag-at-least" => (Trees.Compare("flag", Relation.AtLeast, new Value { Flag = true }), Trees.Compare("flag", Relation.Equal, new Value { Flag = true })),
            "text-257" => (Trees.Compare("word", Relation.Equal, new Value { Text = new string('é', 128) + "x" }), Trees.Compare("word", Relation.Equal, new Value { Text = new string('é', 128) })),
            "money-not-normal" => (Trees.Compare("price", Relation.Less, new Value { Money = new Money { CurrencyCode = "XTS", Units = 1, Nanos = -1 } }), Trees.Compare("price", Relation.Less, new Value { Money = Offers.Of(1) })),
            "money-currency-unknown" => (Trees.Compare("price", Relation.Less, new Value { Money = new Money { CurrencyCode = "ABC" } }), Trees.Compare("price", Relation.Less, new Value { Money = Offers.Of(0) })),
            "between-texts" => (Between("word", new Value { Text = "a" }, new Value { Text = "b" }), Between("word", number, number)),
            "between-unlike" => (Between("count", number, new Value { TimeMs = trees.Number }), Between("count", number, number)),
            "between-open" => (Between("count", number, null), Between("count", number, number)),
            "from-1440" => (Hours(1440, 5, "Etc/UTC"), Hours(1439, 5, "Etc/UTC")),
            "until-1441" => (Hours(5, 1441, "Etc/UTC"), Hours(5, 1440, "Etc/UTC")),
            "zone-unknown" => (Hours(5, 6, "Mars/Olympus"), Hours(5, 6, "US/Pacific")),
            "zone-empty" => (Hours(5, 6, ""), Hours(5, 6, "Europe/Berlin")),
            "zone-in-another-case" => (Hours(5, 6, "europe/berlin"), Hours(5, 6, "Europe/Berlin")),
            _ => (Hours(5, 6, "+08:00"), Hours(5, 6, "Asia/Shanghai")),
        };
        return UnsupportedAsync(scenario, fault, bad, good, trees.Quote);
    }

    static async Task DecidedAsync(CodecScenario scenario, string what, string verdict, Constraint constraint, Quote quote) =>
        Expectations.Equal(what, verdict, (await scenario.OkAsync(what, Given.Satisfies(constraint, quote, scenario.Parties.Seller))).Text("verdict"));

    static Task UnsupportedAsync(CodecScenario scenario, string what, Constraint bad, Constraint good, Quote quote) =>
        scenario.RefusedAsync("constraint_unsupported", what, Given.Satisfies(bad, quote, scenario.Parties.Seller), Given.Satisfies(good, quote, scenario.Parties.Seller));

    static Constraint Hours(int from, int until, string zone) => new() { HoursOfDay = new HoursOfDay { Attribute = "when", FromMinute = (uint)from, UntilMinute = (uint)until, Zone = zone } };

    static int Nodes(Constraint node) => 1 + node.KindCase switch
    {
        Constraint.KindOneofCase.All => node.All.Of.Sum(Nodes),
        Constraint.KindOneofCase.Any => node.Any.Of.Sum(Nodes),
        Constraint.KindOneofCase.Not => Nodes(node.Not.Of),
        Constraint.KindOneofCase.Compare or Constraint.KindOneofCase.OneOf or Constraint.KindOneofCase.Between or Constraint.KindOneofCase.HoursOfDay or Constraint.KindOneofCase.None => 0,
    };
}
