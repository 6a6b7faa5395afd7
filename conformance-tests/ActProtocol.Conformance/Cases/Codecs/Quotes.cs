using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.Codecs;
using ActProtocol.Conformance.Model;
using ActProtocol.V1;
using Google.Type;

namespace ActProtocol.Conformance.Cases.Codecs;

/// <summary>Amounts and quotes.</summary>
static class Quotes
{
    const long Day = 86_400_000;

    [Check("LED-02.fresh", "An amount never seen before is read to the nano, and written for people; one out of form is refused.")]
    public static async Task Amount(CodecScenario scenario)
    {
        var random = scenario.Random;
        for (var i = 0; i < 40; i++)
        {
            // Each part near one of its edges, in good and bad mixtures.
            var money = new Money
            {
                CurrencyCode = random.Pick(["XTS", "CNY", "EUR", "JPY", "KWD", "USD", "ABC", "", "usd"]),
                Units = random.Pick<long>([0, 1, -1, random.Number(1_000_000), long.MaxValue, -long.MaxValue, long.MinValue]),
                Nanos = random.Pick([0, 0, 1, -1, 500_000_000, -250_000_000, 999_999_999, -999_999_999, 1_000_000_000, int.MinValue]),
            };
            if (Amounts.FaultOf(money) is { } code)
            {
                await scenario.RefusedAsync(code, money.ToString(), Given.Amount(money), Given.Amount(Offers.Of(random.Number(1000))));
                continue;
            }
            var read = await scenario.OkAsync(money.ToString(), Given.Amount(money));
            Expectations.Equal($"nanos of {money}", Amounts.NanosOf(money).ToString(System.Globalization.CultureInfo.InvariantCulture), read.Text("nanos"));
            Expectations.Equal($"text of {money}", Amounts.Text(money), read.Text("text"));
        }
    }

    [Check("QUO-04.fresh-sums", "A quote whose lines, taxes and fees sum to its total is well-formed; with a nano more or less in any of them it is not.")]
    public static async Task FreshSums(CodecScenario scenario)
    {
        var offers = new Offers(scenario.Random.Of("offers"), scenario.Parties);
        for (var i = 0; i < 10; i++)
        {
            var quote = offers.Draw();
            quote.Taxes.Add(new Charge { Name = "tax", Amount = Offers.Of(offers.Nanos(10)) });
            Offers.Summed(quote);
            await scenario.RefusedAsync("totals_wrong", "a nano too much", Given.Total(With(quote, bad => bad.Total = Offers.Plus(bad.Total, 1))), Given.Total(quote));
            await scenario.RefusedAsync("totals_wrong", "a nano too little", Given.Total(With(quote, bad => bad.Total = Offers.Plus(bad.Total, -1))));
            await scenario.RefusedAsync("totals_wrong", "a tax that has a nano more", Given.Total(With(quote, bad => bad.Taxes[0].Amount = Offers.Plus(bad.Taxes[0].Amount, 1))));
            await scenario.RefusedAsync("totals_wrong", "a line that is a nano more than its price", Given.Total(With(quote, bad =>
            {
                bad.Lines[0].Amount = Offers.Plus(bad.Lines[0].Amount, 1);
                bad.Total = Offers.Plus(bad.Total, 1);
            })));
        }
    }

    [Check("QUO-04.wrapped-sum", "A sum that only a number of 64 bits would take for the total is wrong.", Values = ["units", "nanos", "product-of-units", "product-of-nanos"])]
    public static Task WrappedSum(CodecScenario scenario, string where)
    {
        var offers = new Offers(scenario.Random.Of("offers"), scenario.Parties);
        var (unit, twoTo64) = ((Int128)1_000_000_000, (Int128)1 << 64);
        var small = (Int128)(1 + scenario.Random.Number(1000));
        // Lines that sum to 2^64, of units or of nanos, and a little: what is left of it in 64 bits is the little.
        Quote Sum(Int128 scale) => new(offers.Plain(small * scale)) { Lines = { offers.Line((twoTo64 / 2 - 1) * scale, 1), offers.Line((twoTo64 / 2 - 1) * scale, 1), offers.Line(2 * scale, 1) } };
        // 2^16 times (2^48 + a little) is 2^64 and a little.
        Quote Product(Int128 scale)
        {
            var wrapped = small * 65_536 * scale;
            var quote = offers.Plain(wrapped);
            (quote.Lines[0].Quantity, quote.Lines[0].UnitPrice) = (65_536, Offers.Of((((Int128)1 << 48) + small) * scale));
            return quote;
        }
        var quote = where switch { "units" => Sum(unit), "nanos" => Sum(1), "product-of-units" => Product(unit), _ => Product(1) };
        return scenario.RefusedAsync("totals_wrong", where, Given.Total(quote), Given.Total(offers.Plain(small)));
    }

    [Check("QUO-04.large-sum", "Sums whose parts go beyond 64 bits on the way are exact.")]
    public static Task LargeSum(CodecScenario scenario)
    {
        var offers = new Offers(scenario.Random.Of("offers"), scenario.Parties);
        var most = (Int128)long.MaxValue * 1_000_000_000;
        var quote = offers.Plain(7);
        quote.Lines.Add([offers.Line(most, 1), offers.Line(most, 1), offers.Line(-most, 1), offers.Line(-most, 1)]);
        return scenario.OkAsync("four lines of the most there is, against each other", Given.Total(quote));
    }

    [Check("QUO-02.lines", "A line has its bounds, and its amount is quantity times price.",
        Values = ["quantity-0", "quantity-1000001", "description-257", "price-of-another-currency", "amount-of-another-currency", "amount-absent", "price-absent", "off-by-a-nano", "rounded"])]
    public static Task Lines(CodecScenario scenario, string fault)
    {
        var offers = new Offers(scenario.Random.Of("offers"), scenario.Parties);
        var twin = Offers.Summed(new Quote(offers.Plain(offers.Nanos(10) + 50_000_000_000)) { Lines = { offers.Line(offers.Nanos(10), 1_000_000), offers.Line(-offers.Nanos(10), 1) } });
        twin.Lines[1].Description = new string('é', 128);
        var (code, change) = fault switch
        {
            "quantity-0" => ("terms_invalid", (Action<Line>)(line => (line.Quantity, line.Amount) = (0, Offers.Of(0)))),
            "quantity-1000001" => ("terms_invalid", line => (line.Quantity, line.Amount) = (1_000_001, Offers.Plus(line.Amount, Amounts.NanosOf(line.UnitPrice)))),
            "description-257" => ("terms_invalid", line => line.Description = new string('é', 128) + "x"),
            "price-of-another-currency" => ("currency_mixed", line => line.UnitPrice.CurrencyCode = "EUR"),
            "amount-of-another-currency" => ("currency_mixed", line => line.Amount.CurrencyCode = "EUR"),
            "amount-absent" => ("amount_invalid", line => line.Amount = null),
            "price-absent" => ("amount_invalid", line => line.UnitPrice = null),
            "off-by-a-nano" => ("totals_wrong", line => line.UnitPrice = Offers.Plus(line.UnitPrice, 1)),
            _ => ("totals_wrong", line => (line.Quantity, line.UnitPrice, line.Amount) = (3, Offers.Of(333_333_333), Offers.Of(1_000_000_000))),
        };
        var bad = With(twin, quote => change(quote.Lines[1]));
        return scenario.RefusedAsync(code, fault, Given.Total(bad.Lines[1].Amount is null || fault.Contains("currency", StringComparison.Ordinal) ? bad : Offers.Summed(bad)), Given.Total(twin));
    }

    [Check("QUO-01.counts", "1 to 64 lines, and at most 64 taxes, fees and attributes and 16 payees.", Values = ["lines-0", "lines", "taxes", "fees", "attributes", "payees"])]
    public static Task Counts(CodecScenario scenario, string what)
    {
        var offers = new Offers(scenario.Random.Of("offers"), scenario.Parties);
        Quote With(bool over)
        {
            var quote = offers.Plain(1000);
            if (what == "lines-0" && over) quote.Lines.Clear();
            if (what == "lines") quote.Lines.Add(Enumerable.Range(0, over ? 64 : 63).Select(_ => offers.Line(1, 1)));
            if (what == "taxes") quote.Taxes.Add(Enumerable.Range(0, over ? 65 : 64).Select(_ => new Charge { Amount = Offers.Of(1) }));
            if (what == "fees") quote.Fees.Add(Enumerable.Range(0, over ? 65 : 64).Select(_ => new Charge { Amount = Offers.Of(1) }));
            if (what == "attributes") quote.Attributes.Add(Enumerable.Range(0, over ? 65 : 64).Select(i => new V1.Attribute { Name = $"a{i}", Value = new Value { Integer = i } }));
            Offers.Summed(quote);
            var payees = over ? 17 : 16;
            if (what == "payees") quote.Payees.Add(Enumerable.Range(0, payees).Select(i => new Payee { Account = $"act://{scenario.Parties.Name()}/p{i}", Amount = Offers.Of(i == 0 ? 1000 - payees + 1 : 1) }));
            return quote;
        }
        return scenario.RefusedAsync("terms_invalid", what, Given.Total(With(true)), Given.Total(With(false)));
    }

    [Check("QUO-03.charges", "Taxes and fees are amounts of the total's currency, not below zero.", Values = ["tax-negative", "fee-negative", "tax-of-another-currency", "fee-of-another-currency", "tax-name-257", "fee-absent"])]
    public static Task Charges(CodecScenario scenario, string fault)
    {
        var offers = new Offers(scenario.Random.Of("offers"), scenario.Parties);
        var twin = offers.Plain(offers.Nanos(100));
        twin.Taxes.Add(new Charge { Name = new string('é', 128), Amount = Offers.Of(3) });
        twin.Fees.Add(new Charge { Amount = Offers.Of(0) });
        Offers.Summed(twin);
        var bad = twin.Clone();
        var charge = fault.StartsWith("tax", StringComparison.Ordinal) ? bad.Taxes[0] : bad.Fees[0];
        var code = "amount_invalid";
        if (fault.EndsWith("negative", StringComparison.Ordinal)) charge.Amount = Offers.Of(-1);
        if (fault.EndsWith("negative", StringComparison.Ordinal)) Offers.Summed(bad);
        if (fault.EndsWith("currency", StringComparison.Ordinal)) (charge.Amount.CurrencyCode, code) = ("EUR", "currency_mixed");
        if (fault.EndsWith("257", StringComparison.Ordinal)) (charge.Name, code) = (new string('x', 257), "terms_invalid");
        if (fault.EndsWith("absent", StringComparison.Ordinal)) charge.Amount = null;
        return scenario.RefusedAsync(code, fault, Given.Total(bad), Given.Total(twin));
    }

    [Check("QUO-01.total", "A total is an amount, of a currency that there is, not below zero; zero is fine.", Values = ["absent", "negative", "currency-unknown", "not-normal"])]
    public static Task Total(CodecScenario scenario, string fault)
    {
        var offers = new Offers(scenario.Random.Of("offers"), scenario.Parties);
        var (code, bad) = fault switch
        {
            "absent" => ("amount_invalid", With(offers.Plain(0), quote => quote.Total = null)),
            "negative" => ("amount_invalid", offers.Plain(-1)),
            "currency-unknown" => ("currency_unknown", With(offers.Plain(0), quote => quote.Total.CurrencyCode = quote.Lines[0].Amount.CurrencyCode = quote.Lines[0].UnitPrice.CurrencyCode = "ABC")),
            _ => ("amount_invalid", With(offers.Plain(999_999_999), quote => quote.Total = new Money { CurrencyCode = Offers.Currency, Units = 1, Nanos = -1 })),
        };
        return scenario.RefusedAsync(code, fault, Given.Total(bad), Given.Total(offers.Plain(0)));
    }

    [Check("QUO-05.payees", "Payees are ids, none twice, each with an amount above zero, and sum to the total.", Values = ["no-id", "twice", "zero", "negative", "of-another-currency", "a-nano-more", "a-nano-less"])]
    public static Task Payees(CodecScenario scenario, string fault)
    {
        var offers = new Offers(scenario.Random.Of("offers"), scenario.Parties);
        Int128 share = offers.Nanos(100);
        var twin = offers.Plain(share + 5);
        twin.Payees.Add([new Payee { Account = scenario.Parties.Seller, Amount = Offers.Of(share) }, new Payee { Account = scenario.Parties.Broker, Amount = Offers.Of(5) }]);
        var bad = twin.Clone();
        var code = fault switch { "no-id" or "twice" => "terms_invalid", "zero" or "negative" => "amount_invalid", "of-another-currency" => "currency_mixed", _ => "totals_wrong" };
        if (fault == "no-id") bad.Payees[1].Account = "somebody";
        if (fault == "twice") bad.Payees[1].Account = scenario.Parties.Seller;
        if (fault == "of-another-currency") bad.Payees[1].Amount.CurrencyCode = "EUR";
        if (fault is "zero" or "negative")
        {
            bad.Payees[0].Amount = Offers.Of(share + (fault == "zero" ? 5 : 6));
            bad.Payees[1].Amount = Offers.Of(fault == "zero" ? 0 : -1);
        }
        if (fault == "a-nano-more") bad.Payees[0].Amount = Offers.Of(share + 1);
        if (fault == "a-nano-less") bad.Payees[0].Amount = Offers.Of(share - 1);
        return scenario.RefusedAsync(code, fault, Given.Total(bad), Given.Total(twin));
    }

    [Check("QUO-06.attributes", "Attributes have names of their own and values.", Values = ["name-65", "name-upper-case", "name-digit-first", "name-empty", "total", "seller", "twice", "no-value", "text-257", "money-not-normal"])]
    public static Task Attributes(CodecScenario scenario, string fault)
    {
        var offers = new Offers(scenario.Random.Of("offers"), scenario.Parties);
        var twin = offers.Plain(5);
        twin.Attributes.Add([
            new V1.Attribute { Name = $"a{new string('-', 60)}._9", Value = new Value { Text = new string('é', 128) } },
            new V1.Attribute { Name = "b", Value = new Value { Money = Offers.Of(-3) } },
        ]);
        var bad = twin.Clone();
        var code = fault == "money-not-normal" ? "amount_invalid" : "terms_invalid";
        if (fault == "name-65") bad.Attributes[0].Name += "x";
        if (fault == "name-upper-case") bad.Attributes[0].Name = "aB";
        if (fault == "name-digit-first") bad.Attributes[0].Name = "9a";
        if (fault == "name-empty") bad.Attributes[0].Name = "";
        if (fault is "total" or "seller") bad.Attributes[0].Name = fault;
        if (fault == "twice") bad.Attributes[0].Name = "b";
        if (fault == "no-value") bad.Attributes[0].Value = new Value();
        if (fault == "text-257") bad.Attributes[0].Value = new Value { Text = new string('é', 128) + "x" };
        if (fault == "money-not-normal") bad.Attributes[1].Value.Money.Units = 1;
        return scenario.RefusedAsync(code, fault, Given.Total(bad), Given.Total(twin));
    }

    [Check("QUO-07.terms", "Terms have their bounds and one settlement.",
        Values = ["absent", "no-settlement", "hold-999", "hold-30-days-and-1", "hold-negative", "cancel-unknown", "fulfil-999", "fulfil-90-days-and-1", "dispute-negative", "dispute-90-days-and-1", "resolve-999",
            "resolve-90-days-and-1", "arbiter-no-id", "arbiter-absent"])]
    public static Task Terms(CodecScenario scenario, string fault)
    {
        var offers = new Offers(scenario.Random.Of("offers"), scenario.Parties);
        var longest = fault.EndsWith("and-1", StringComparison.Ordinal);
        var twin = offers.Plain(offers.Nanos(5));
        twin.Terms = new Terms
        {
            HoldForMs = longest ? 30 * Day : 1000,
            Cancel = CancelTerms.UntilConfirm,
            Escrow = new Escrow { FulfilWithinMs = longest ? 90 * Day : 1000, DisputeWindowMs = longest ? 90 * Day : 0, ResolveWithinMs = longest ? 90 * Day : 1000, Arbiter = scenario.Parties.Broker },
        };
        var bad = twin.Clone();
        var by = longest ? 1 : -1;
        var terms = bad.Terms;
        if (fault == "absent") bad.Terms = null;
        if (fault == "no-settlement") terms.ClearSettlement();
        if (fault is "hold-999" or "hold-30-days-and-1") terms.HoldForMs += by;
        if (fault == "hold-negative") terms.HoldForMs = long.MinValue;
        if (fault == "cancel-unknown") terms.Cancel = (CancelTerms)(3 + scenario.Random.Number(100));
        if (fault.StartsWith("fulfil", StringComparison.Ordinal)) terms.Escrow.FulfilWithinMs += by;
        if (fault.StartsWith("dispute", StringComparison.Ordinal)) terms.Escrow.DisputeWindowMs += by;
        if (fault.StartsWith("resolve", StringComparison.Ordinal)) terms.Escrow.ResolveWithinMs += by;
        if (fault == "arbiter-no-id") terms.Escrow.Arbiter += "/x";
        if (fault == "arbiter-absent") terms.Escrow.Arbiter = "";
        return scenario.RefusedAsync("terms_invalid", fault, Given.Total(bad), Given.Total(twin));
    }

    [Check("ERR-02.first-row-of-a-quote", "Of several faults of a quote the one is told whose row comes first in the registry.",
        Values = ["amount-and-currency", "currency-and-totals", "totals-and-terms", "amount-and-terms", "unknown-and-mixed", "too-many-and-all"])]
    public static Task FirstRow(CodecScenario scenario, string pair)
    {
        var offers = new Offers(scenario.Random.Of("offers"), scenario.Parties);
        var twin = offers.Plain(offers.Nanos(5));
        twin.Taxes.Add(new Charge { Amount = Offers.Of(3) });
        Offers.Summed(twin);
        var bad = twin.Clone();
        void Mixed() => bad.Lines[0].Amount.CurrencyCode = bad.Lines[0].UnitPrice.CurrencyCode = "EUR";
        void Wrong() => bad.Total = Offers.Plus(bad.Total, 1);
        void NoTerms() => bad.Terms = null;
        void Negative() => bad.Taxes[0].Amount = Offers.Of(-1);
        var (code, faults) = pair switch
        {
            "amount-and-currency" => ("amount_invalid", (Action[])[Negative, Mixed]),
            "currency-and-totals" => ("currency_mixed", [Mixed, Wrong]),
            "totals-and-terms" => ("totals_wrong", [Wrong, NoTerms]),
            "amount-and-terms" => ("amount_invalid", [Negative, NoTerms]),
            "unknown-and-mixed" => ("currency_unknown", [Mixed, () => bad.Taxes[0].Amount.CurrencyCode = "ABC"]),
            _ => ("terms_invalid", [Mixed, Wrong, Negative, () => bad.Fees.Add(Enumerable.Range(0, 65).Select(_ => new Charge()))]),
        };
        foreach (var fault in faults) fault();
        return scenario.RefusedAsync(code, pair, Given.Total(bad), Given.Total(twin));
    }

    static Quote With(Quote quote, Action<Quote> change)
    {
        var bad = quote.Clone();
        change(bad);
        return bad;
    }
}
