using ActProtocol.Conformance.Brokers;
using ActProtocol.Conformance.Runs;
using ActProtocol.V1;

namespace ActProtocol.Conformance.Agents;

/// <summary>Ordinary purchases of a buyer: by the hook, or of whatever it wants by itself.</summary>
static class BuyerTalk
{
    const int OrdersMax = 4;

    public static Task RunAsync(BuyerScenario scenario) => scenario.IsHooked ? OrdersAsync(scenario) : WatchAsync(scenario);

    static async Task OrdersAsync(BuyerScenario scenario)
    {
        await scenario.OpenAsync();
        for (var i = 0; i < OrdersMax; i++)
        {
            var deals = await scenario.WantAsync(1 + (i % 3), $"order-{i}");
            foreach (var deal in deals) deal.Quote();
            await deals[0].LockedAsync();
            deals[0].Confirm();
            await deals[0].PaidAsync();
        }
        var cancelled = (await scenario.WantAsync(1, "cancelled"))[0];
        cancelled.Quote();
        BuyerDeal.Ok("cancel", await cancelled.CancelAsync());
        await cancelled.SaidAsync(StepKind.Cancel);
    }

    // Every seller that it asks quotes, confirms and is paid; until the command ends, or the time to watch is over.
    static async Task WatchAsync(BuyerScenario scenario)
    {
        await scenario.ObserveAsync();
        var stage = scenario.Stage;
        HashSet<(string, StepKind)> done = [];
        using var watched = CancellationTokenSource.CreateLinkedTokenSource(scenario.CancellationToken);
        watched.CancelAfter(scenario.Options.ObserveMax * scenario.Options.Waits.Slow);
        var ended = EndAsync(scenario, watched.Token);
        while (!ended.IsCompleted)
        {
            var next = stage.UntilAsync("a step of the buyer's", () => stage.Transactions.FirstOrDefault(one => Due(one) is { } due && !done.Contains((one.Hex, due))), scenario.Options.ObserveMax);
            if (await Task.WhenAny(ended, next) == ended) break;
            var transaction = await next;
            done.Add((transaction.Hex, Due(transaction)!.Value));
            var deal = new BuyerDeal(scenario, "", stage.PartyOf(transaction.Seller), transaction);
            if (transaction.State is TransactionState.Open) deal.Quote(quote => Fit(quote, transaction.Intent));
            else deal.Confirm();
        }
        if (stage.Steps.Count == 0) throw new UntestedException($"It sent nothing: {await scenario.Process.HowItEndedAsync()}.");
    }

    static async Task EndAsync(BuyerScenario scenario, CancellationToken cancellationToken)
    {
        try
        {
            while (await scenario.Process.ReadLineAsync(cancellationToken) is not null) continue;
        }
        catch (Exception fault) when (fault is OperationCanceledException or InvalidDataException or IOException)
        {
            // Watched long enough, or what it writes is nobody's business.
        }
    }

    static StepKind? Due(StageTransaction transaction) => transaction.State switch
    {
        TransactionState.Open => StepKind.Quote,
        TransactionState.Locked => StepKind.Confirm,
        _ => null,
    };

    static void Fit(Quote quote, Intent intent)
    {
        var half = Model.Amounts.Of(Model.Amounts.NanosOf(intent.Budget) / 2, intent.Budget.CurrencyCode);
        (quote.Total, quote.Lines[0].UnitPrice, quote.Lines[0].Amount) = (half, half, half);
        Satisfaction.Satisfy(quote, intent.Constraint);
    }
}

/// <summary>Attributes by which a quote satisfies a constraint, for the usual shapes of one: all of compares and hours.</summary>
static class Satisfaction
{
    public static void Satisfy(Quote quote, Constraint? constraint)
    {
        if (constraint?.All is { } all)
        {
            foreach (var one in all.Of) Satisfy(quote, one);
        }
        if (constraint?.Compare is { } compare && compare.Attribute is not ("total" or "seller") && compare.Relation is Relation.Equal or Relation.AtMost or Relation.AtLeast) Add(quote, compare.Attribute, compare.Value);
        // Noon of a day far from any change of the clock; the zone moves it, so a whole day is gone through.
        if (constraint?.HoursOfDay is { } hours) Add(quote, hours.Attribute, new Value { TimeMs = Instant(hours) });
    }

    static long Instant(HoursOfDay hours)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(hours.Zone);
        var day = DateTimeOffset.FromUnixTimeSeconds(1_900_000_000).Date;
        return new DateTimeOffset(day.AddMinutes(hours.FromMinute + 1), zone.GetUtcOffset(day)).ToUnixTimeMilliseconds();
    }

    static void Add(Quote quote, string name, Value value)
    {
        if (quote.Attributes.All(one => one.Name != name)) quote.Attributes.Add(new V1.Attribute { Name = name, Value = value });
    }
}
