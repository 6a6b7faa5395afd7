using ActProtocol.Engine.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ActProtocol.Broker.Hosting;

/// <summary>Healthy while every partition decides and the clock is trusted; otherwise says why not.</summary>
sealed class EngineHealth(EngineHost engine) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        engine.Troubles is [] ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(string.Join("; ", engine.Troubles)));
}
