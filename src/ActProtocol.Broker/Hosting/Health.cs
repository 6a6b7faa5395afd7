using System.Net.Mime;
using System.Text.Json;
using ActProtocol.Engine.Hosting;
using Grpc.AspNetCore.HealthChecks;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ActProtocol.Broker.Hosting;

/// <summary>Live: the engine's loop runs; otherwise the process is of no use any more. Ready: it decides, everywhere, and is not about to stop; otherwise says why not.</summary>
static class Health
{
    public const string Live = "live";
    public const string Ready = "ready";

    public static void AddHealth(this IServiceCollection services)
    {
        services.AddHealthChecks().AddCheck<EngineLives>(Live, tags: [Live]).AddCheck<EngineDecides>(Ready, tags: [Ready]);
        services.AddGrpcHealthChecks(grpc =>
        {
            grpc.Services.Map("", result => result.Tags.Contains(Ready));
            grpc.Services.Map(V1.BrokerService.Descriptor.FullName, result => result.Tags.Contains(Ready));
            grpc.Services.Map(V1.DirectoryService.Descriptor.FullName, result => result.Tags.Contains(Ready));
            grpc.Services.Map(Live, result => result.Tags.Contains(Live));
        });
    }

    public static void MapHealth(this WebApplication app)
    {
        app.MapGrpcHealthChecksService();
        app.MapHealthChecks("/health", OptionsFor(Ready));
        app.MapHealthChecks("/health/ready", OptionsFor(Ready));
        app.MapHealthChecks("/health/live", OptionsFor(Live));
    }

    static HealthCheckOptions OptionsFor(string tag) => new()
    {
        Predicate = check => check.Tags.Contains(tag),
        ResponseWriter = (context, report) =>
        {
            context.Response.ContentType = MediaTypeNames.Application.Json;
            var why = report.Entries.Values.Select(entry => entry.Description).Where(text => !string.IsNullOrEmpty(text));
            return context.Response.WriteAsync(JsonSerializer.Serialize(new { status = report.Status.ToString(), why }), context.RequestAborted);
        },
    };

    sealed class EngineLives(EngineHost engine) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
            engine.Ended.IsCompleted ? HealthCheckResult.Unhealthy("the engine has ended") : HealthCheckResult.Healthy());
    }

    sealed class EngineDecides(EngineHost engine, Stopping stopping) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            List<string> why = [.. engine.Troubles];
            if (engine.Ended.IsCompleted) why.Add("the engine has ended");
            if (stopping.Begun) why.Add("the broker is about to stop");
            return Task.FromResult(why.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(string.Join("; ", why)));
        }
    }
}

/// <summary>Whether the broker is about to stop: then nothing new is taken.</summary>
sealed class Stopping
{
    volatile bool _begun;

    public bool Begun => _begun;

    public void Begin() => _begun = true;
}
