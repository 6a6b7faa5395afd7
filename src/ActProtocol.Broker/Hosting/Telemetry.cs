using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ActProtocol.Broker.Hosting;

/// <summary>Metrics for Prometheus at <see cref="MetricsPath"/>; metrics and traces by OTLP where the usual environment variables name a collector.</summary>
static class Telemetry
{
    public const string MetricsPath = "/metrics";

    public static void AddTelemetry(this IServiceCollection services, string broker)
    {
        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("act-broker", serviceInstanceId: broker));
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(StepTelemetry.Name, "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Hosting").AddRuntimeInstrumentation().AddPrometheusExporter();
            if (Exports("METRICS")) metrics.AddOtlpExporter();
        });
        // Without a collector nobody listens, and no activity is made.
        if (Exports("TRACES")) telemetry.WithTracing(traces => traces.AddSource(StepTelemetry.Name).AddOtlpExporter());
    }

    static bool Exports(string signal) =>
        Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 } || Environment.GetEnvironmentVariable($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT") is { Length: > 0 };
}
