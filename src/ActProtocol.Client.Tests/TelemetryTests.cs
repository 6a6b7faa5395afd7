using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using ActProtocol.V1;

namespace ActProtocol.Client;

/// <summary>What can be seen of a client from outside.</summary>
public class TelemetryTests
{
    [Fact]
    public async Task A_purchase_is_traced_and_its_envelopes_carry_the_trace()
    {
        var stopped = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ClientTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = stopped.Add,
        };
        ActivitySource.AddActivityListener(listener);
        await using var market = await Market.OpenAsync(await RunningBroker.SharedAsync());
        using var mine = new Activity("mine").SetIdFormat(ActivityIdFormat.W3C).Start();

        var bought = Assert.IsType<PurchaseResult.Bought>(await market.Buyer().BuyAsync("order", market.Order, Market.Cancelled));

        var purchase = Assert.Single(stopped, activity => activity.OperationName == "act.purchase" && activity.TraceId == mine.TraceId);
        Assert.Equal(3, stopped.Count(activity => activity.OperationName == "act.send" && activity.ParentSpanId == purchase.SpanId));
        var records = await market.Client.TransactionAsync(bought.Record.TransactionFor(market.Agent.Id), 0, market.Agent, market.Agent.Home, Market.Cancelled);
        var commit = records.Single(record => record.Step is StepKind.Commit);
        Assert.StartsWith($"00-{mine.TraceId}-", commit.Content!.Header.Traceparent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sends_and_sends_again_are_counted()
    {
        var counted = new ConcurrentBag<bool>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, to) =>
            {
                if (instrument.Meter.Name == ClientTelemetry.Name && instrument.Name == "act.client.sends") to.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => counted.Add(tags[0].Value is true));
        listener.Start();
        await using var broker = await ScriptedBroker.StartAsync();
        var attempts = 0;
        broker.OnSend = _ => Task.FromResult(++attempts == 1 ? null : new Decision { Accepted = new Accepted() });
        using var client = broker.NewClient();
        var sender = ScriptedBroker.Somebody();

        (await client.SendAsync(new Content { Header = client.NewHeader(sender), AcceptClock = new AcceptClock() }, sender, Market.Cancelled)).OrThrow();

        // Others send at the same time: these two at least.
        Assert.Contains(false, counted);
        Assert.Contains(true, counted);
    }
}
