using ActProtocol.V1;

namespace ActProtocol.Rendering;

/// <summary>Intents and quotes for the renderings' tests. What others write is a parameter.</summary>
static class Purchases
{
    public const string Seller = "act://local/day-air";

    public static (Intent Intent, Quote Quote) Flight(string words = "A flight to Hangzhou within CNY 800, no red-eye.", string title = "DA 555 to Hangzhou, 14:25", string city = "HGH") => (
        new Intent
        {
            Words = words,
            Budget = Cny(800),
            Constraint = new()
            {
                All = new()
                {
                    Of =
                    {
                        new Constraint { Compare = new() { Attribute = "flight.destination", Relation = Relation.Equal, Value = new() { Text = city } } },
                        new Constraint { HoursOfDay = new() { Attribute = "flight.departure", Zone = "Asia/Shanghai", FromMinute = 360, UntilMinute = 1320 } },
                    },
                },
            },
        },
        new Quote
        {
            Lines = { new Line { Description = title, Quantity = 1, UnitPrice = Cny(780), Amount = Cny(780) } },
            Total = Cny(780),
            Attributes =
            {
                new V1.Attribute { Name = "flight.destination", Value = new() { Text = city } },
                new V1.Attribute { Name = "flight.departure", Value = new() { TimeMs = 1_798_093_500_000 } },
            },
            Terms = new() { Instant = new(), HoldForMs = 600_000 },
        });

    /// <summary>Escrow, a discount, taxes, fees and payees.</summary>
    public static (Intent Intent, Quote Quote) Workshop(string text = "oak") => (
        new Intent { Words = $"A table, {text}", Budget = Eur(2000, 500_000_000), MaxLocks = 3 },
        new Quote
        {
            Lines =
            {
                new Line { Description = $"Table, {text}", Quantity = 2, UnitPrice = Eur(900), Amount = Eur(1800) },
                new Line { Description = $"For friends, {text}", Quantity = 1, UnitPrice = Eur(-100), Amount = Eur(-100) },
            },
            Taxes = { new Charge { Name = $"VAT {text}", Amount = Eur(323) } },
            Fees = { new Charge { Name = $"Transport {text}", Amount = Eur(12, 345_678_901) } },
            Total = Eur(2035, 345_678_901),
            Payees =
            {
                new Payee { Account = "act://local/joiner-owner", Amount = Eur(2023) },
                new Payee { Account = "act://local/carrier", Amount = Eur(12, 345_678_901) },
            },
            Attributes =
            {
                new V1.Attribute { Name = "wood", Value = new() { Text = text } },
                new V1.Attribute { Name = "weight", Value = new() { Integer = -3 } },
                new V1.Attribute { Name = "varnished", Value = new() { Flag = true } },
                new V1.Attribute { Name = "deposit", Value = new() { Money = new() { CurrencyCode = "JPY", Units = 12 } } },
                new V1.Attribute { Name = "made", Value = new() { TimeMs = long.MaxValue } },
            },
            Terms = new()
            {
                Escrow = new() { FulfilWithinMs = 86_400_000, DisputeWindowMs = 1_500, ResolveWithinMs = 3_600_000, Arbiter = "act://local/judge" },
                HoldForMs = 1_001,
                Cancel = CancelTerms.UntilConfirm,
            },
        });

    /// <summary>Every kind of constraint.</summary>
    public static Intent Demanding(string text = "oak") => new()
    {
        Words = "",
        Budget = new() { CurrencyCode = "JPY", Units = 12_000 },
        Constraint = new()
        {
            Any = new()
            {
                Of =
                {
                    new Constraint { Not = new() { Of = new() { Compare = new() { Attribute = "wood", Relation = Relation.NotEqual, Value = new() { Text = text } } } } },
                    new Constraint { OneOf = new() { Attribute = "wood", Values = { new Value { Text = text }, new Value { Integer = 5 }, new Value { Flag = false } } } },
                    new Constraint { Between = new() { Attribute = "made", From = new() { TimeMs = 0 }, Until = new() { TimeMs = 1_798_093_500_000 } } },
                    new Constraint
                    {
                        All = new()
                        {
                            Of =
                            {
                                new Constraint { Compare = new() { Attribute = "total", Relation = Relation.AtMost, Value = new() { Money = new() { CurrencyCode = "JPY", Units = 9_999 } } } },
                                new Constraint { Compare = new() { Attribute = "weight", Relation = Relation.Less, Value = new() { Integer = 9 } } },
                                new Constraint { Compare = new() { Attribute = "weight", Relation = Relation.Greater, Value = new() { Integer = 1 } } },
                                new Constraint { Compare = new() { Attribute = "weight", Relation = Relation.AtLeast, Value = new() { Integer = 2 } } },
                            },
                        },
                    },
                },
            },
        },
    };

    static Google.Type.Money Cny(long units) => new() { CurrencyCode = "CNY", Units = units };

    static Google.Type.Money Eur(long units, int nanos = 0) => new() { CurrencyCode = "EUR", Units = units, Nanos = nanos };
}
