using ActProtocol.Conformance.Signing;
using ActProtocol.V1;

namespace ActProtocol.Conformance.Codecs;

/// <summary>One of the three values of a constraint.</summary>
enum Truth
{
    False,
    Undecidable,
    True,
}

/// <summary>Constraints whose value is known because they were built for it, over facts of their own.</summary>
sealed class Trees
{
    readonly Seeded _random;
    readonly List<V1.Attribute> _facts;

    public Trees(Seeded random, Parties parties)
    {
        _random = random;
        Number = random.Number(1_000_000);
        _facts =
        [
            Fact("count", new Value { Integer = Number }), Fact("word", new Value { Text = parties.Name() }), Fact("flag", new Value { Flag = true }),
            Fact("price", new Value { Money = Offers.Of(Number) }), Fact("when", new Value { TimeMs = Number }),
        ];
        Quote = new Quote { Total = Offers.Of(Number), Attributes = { _facts } };
    }

    /// <summary>What the integer, the amounts (in nanos) and the instant among the facts are.</summary>
    public long Number { get; }

    public Quote Quote { get; }

    /// <summary>A tree of at most this many levels with this value.</summary>
    public Constraint Draw(Truth wanted, int levels)
    {
        if (levels == 1) return Leaf(wanted);
        var below = levels - 1;
        switch (_random.Number(3))
        {
            case 0:
                return new Constraint { Not = new Not { Of = Draw((Truth)(2 - (int)wanted), below) } };
            // The least of the children's values: false before undecidable before true.
            case 1:
                return new Constraint { All = new All { Of = { Children(wanted, truth => truth >= wanted, below) } } };
            // The greatest.
            default:
                return new Constraint { Any = new Any { Of = { Children(wanted, truth => truth <= wanted, below) } } };
        }
    }

    public static Constraint Compare(string attribute, Relation relation, Value value) => new() { Compare = new Compare { Attribute = attribute, Relation = relation, Value = value } };

    IEnumerable<Constraint> Children(Truth decisive, Func<Truth, bool> allowed, int levels)
    {
        var others = Enum.GetValues<Truth>().Where(allowed).ToList();
        var children = Enumerable.Range(0, _random.Number(3)).Select(_ => _random.Pick(others)).ToList();
        children.Insert(_random.Number(children.Count + 1), decisive);
        return children.Select(child => Draw(child, 1 + _random.Number(levels))).ToList();
    }

    Constraint Leaf(Truth wanted) => wanted switch
    {
        Truth.True => _random.Pick<Constraint>(
        [
            Compare("count", Relation.AtMost, new Value { Integer = Number }), Compare("count", Relation.Greater, new Value { Integer = Number - 1 }), Compare("total", Relation.Less, new Value { Money = Offers.Of(Number + 1) }),
            Compare("flag", Relation.NotEqual, new Value { Flag = false }), Compare("when", Relation.Equal, new Value { TimeMs = Number }),
            new() { Between = new Between { Attribute = "price", From = new Value { Money = Offers.Of(Number) }, Until = new Value { Money = Offers.Of(Number + 1) } } },
            new() { OneOf = new OneOf { Attribute = "word", Values = { new Value { Integer = 1 }, _facts[1].Value } } },
        ]),
        Truth.False => _random.Pick<Constraint>(
        [
            Compare("count", Relation.Less, new Value { Integer = Number }), Compare("total", Relation.AtLeast, new Value { Money = Offers.Of(Number + 1) }), Compare("flag", Relation.Equal, new Value { Flag = false }),
            Compare("word", Relation.NotEqual, _facts[1].Value), Compare("seller", Relation.Equal, _facts[1].Value),
            new() { Between = new Between { Attribute = "when", From = new Value { TimeMs = Number - 1 }, Until = new Value { TimeMs = Number } } },
            new() { OneOf = new OneOf { Attribute = "count", Values = { new Value { Integer = Number + 1 }, new Value { Integer = Number - 1 } } } },
        ]),
        Truth.Undecidable => _random.Pick<Constraint>(
        [
            Compare("missing", Relation.Equal, new Value { Integer = Number }), Compare("count", Relation.NotEqual, new Value { Text = "x" }), Compare("when", Relation.AtMost, new Value { Integer = Number }),
            Compare("price", Relation.AtMost, new Value { Money = new() { CurrencyCode = "EUR", Units = long.MaxValue } }), Compare("total", Relation.Equal, new Value { TimeMs = Number }),
            new() { OneOf = new OneOf { Attribute = "word", Values = { new Value { Text = "" }, new Value { Flag = true } } } },
            new() { HoursOfDay = new HoursOfDay { Attribute = "count", Zone = "Etc/UTC", UntilMinute = 1440 } },
        ]),
    };

    static V1.Attribute Fact(string name, Value value) => new() { Name = name, Value = value };
}
