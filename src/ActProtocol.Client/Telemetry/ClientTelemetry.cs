using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ActProtocol.Client;

/// <summary>What a client measures, under the name <c>ActProtocol.Client</c>.</summary>
static class ClientTelemetry
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "ActProtocol.Client";

    public static readonly ActivitySource Source = new(Name);

    static readonly Meter Meter = new(Name);
    static readonly Counter<long> Sends = Meter.CreateCounter<long>("act.client.sends", "{envelope}", "Attempts to send an envelope.");
    static readonly Counter<long> Reconnects = Meter.CreateCounter<long>("act.client.reconnects", "{stream}", "Streams that broke and were opened again.");
    static readonly Counter<long> Deliveries = Meter.CreateCounter<long>("act.client.deliveries", "{record}", "Records that arrived.");
    static readonly Histogram<double> Handling = Meter.CreateHistogram<double>("act.client.handling", "s", "Time a handler took for a record.");

    /// <summary>The W3C trace context of what is under way; empty when nothing is traced.</summary>
    public static string Traceparent => Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? id : "";

    public static void Sent(bool again) => Sends.Add(1, KeyValuePair.Create("again", (object?)again));

    public static void Reconnected() => Reconnects.Add(1);

    public static void Arrived(bool verified) => Deliveries.Add(1, KeyValuePair.Create("verified", (object?)verified));

    public static void Handled(TimeSpan time, bool well) => Handling.Record(time.TotalSeconds, KeyValuePair.Create("ok", (object?)well));
}
