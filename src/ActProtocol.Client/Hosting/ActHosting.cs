using ActProtocol.Envelopes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ActProtocol.Client;

/// <summary>Agents in a .NET host: <c>services.AddActClient(…).AddActSeller&lt;MyHandler&gt;(…)</c>.</summary>
/// <remarks>Options are checked when the host starts, all faults at once; bind them from configuration with
/// <c>services.AddOptions&lt;ActClientOptions&gt;().BindConfiguration("Act")</c>.</remarks>
public static class ActHosting
{
    /// <summary>An <see cref="ActClient"/> for the broker that the options name.</summary>
    public static IServiceCollection AddActClient(this IServiceCollection services, Action<ActClientOptions>? configure = null)
    {
        var options = services.AddOptions<ActClientOptions>();
        if (configure is not null) options.Configure(configure);
        options.ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ActClientOptions>, ClientOptionsValidation>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider =>
        {
            var read = provider.GetRequiredService<IOptions<ActClientOptions>>().Value;
            return new ActClient(read, BrokerInfo.LoadOrFetch(read.BrokerKeys, read.WellKnown), provider.GetRequiredService<TimeProvider>(), LoggerFor(provider));
        });
        return services;
    }

    /// <summary>A seller that runs with the host.</summary>
    /// <typeparam name="THandler">What it decides; a singleton, made by the host.</typeparam>
    public static IServiceCollection AddActSeller<THandler>(this IServiceCollection services, Action<ActAgentOptions> configure) where THandler : SellerHandler
    {
        services.TryAddSingleton<THandler>();
        return services.AddAgent(
            configure, $"seller {typeof(THandler).FullName}",
            (provider, client, agent) => new SellerDesk(client, agent, provider.GetRequiredService<THandler>()));
    }

    /// <summary>Any agent that runs with the host and deals with its mail itself.</summary>
    /// <typeparam name="THandler">Deals with the records; a singleton, made by the host.</typeparam>
    public static IServiceCollection AddActAgent<THandler>(this IServiceCollection services, Action<ActAgentOptions> configure) where THandler : class, IMailHandler
    {
        services.TryAddSingleton<THandler>();
        return services.AddAgent(configure, $"agent {typeof(THandler).FullName}", (provider, _, _) => provider.GetRequiredService<THandler>());
    }

    /// <summary>A <see cref="Buyer"/>: a singleton, to be asked for where things are bought.</summary>
    public static IServiceCollection AddActBuyer(this IServiceCollection services, Action<ActBuyerOptions> configure)
    {
        services.AddOptions<ActBuyerOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ActBuyerOptions>, BuyerOptionsValidation>());
        services.TryAddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<ActBuyerOptions>>().Value;
            var mandate = new Digest(Convert.FromHexString(options.Mandate));
            return new Buyer(provider.GetRequiredService<ActClient>(), options.Identity(), mandate) { Purchases = options.Purchases };
        });
        return services;
    }

    static IServiceCollection AddAgent(
        this IServiceCollection services, Action<ActAgentOptions> configure, string name, Func<IServiceProvider, ActClient, ActIdentity, IMailHandler> handlerFor)
    {
        services.AddOptions<ActAgentOptions>(name).Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ActAgentOptions>, AgentOptionsValidation>());
        return services.AddSingleton<IHostedService>(provider => new AgentService(provider, name, handlerFor));
    }

    static ILogger LoggerFor(IServiceProvider provider) =>
        provider.GetService<ILoggerFactory>()?.CreateLogger(ClientTelemetry.Name) ?? NullLogger.Instance;

    sealed class ClientOptionsValidation : IValidateOptions<ActClientOptions>
    {
        public ValidateOptionsResult Validate(string? name, ActClientOptions options) => Result(options.Faults());
    }

    sealed class AgentOptionsValidation : IValidateOptions<ActAgentOptions>
    {
        public ValidateOptionsResult Validate(string? name, ActAgentOptions options) => Result(options.Faults());
    }

    sealed class BuyerOptionsValidation : IValidateOptions<ActBuyerOptions>
    {
        public ValidateOptionsResult Validate(string? name, ActBuyerOptions options) => Result(options.Faults());
    }

    static ValidateOptionsResult Result(IEnumerable<string> faults) =>
        faults.ToList() is { Count: > 0 } wrong ? ValidateOptionsResult.Fail(wrong) : ValidateOptionsResult.Success;
}
