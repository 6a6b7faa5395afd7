using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ActProtocol.Client;

/// <summary>Runs one agent with the host. At a stop the record under way is finished, recorded and acknowledged, as long as the host waits.</summary>
/// <remarks>A mailbox that was taken over ends the service with <see cref="MailboxClosedException"/>, and by the host's default the host.</remarks>
sealed class AgentService(IServiceProvider services, string name, Func<IServiceProvider, ActClient, ActIdentity, IMailHandler> handlerFor) : BackgroundService
{
    readonly CancellationTokenSource _abort = new();
    ActClient _client = null!;
    ActIdentity _agent = null!;
    Inbox? _inbox;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Not before: the host checks all options first. What is wrong with a key or an inbox ends the start, not the run.
        var options = services.GetRequiredService<IOptionsMonitor<ActAgentOptions>>().Get(name);
        _client = services.GetRequiredService<ActClient>();
        _agent = options.Identity();
        _inbox = options.Inbox is { } path ? Inbox.Open(path) : null;
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await using var late = cancellationToken.Register(_abort.Cancel);
        await base.StopAsync(cancellationToken);
        // Another process may go on from here.
        if (ExecuteTask is null or { IsCompleted: true }) _inbox?.Dispose();
    }

    public override void Dispose()
    {
        base.Dispose();
        _inbox?.Dispose();
        _abort.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        new MailLoop(_client, _agent, handlerFor(services, _client, _agent), _inbox).RunAsync(stoppingToken, _abort.Token);
}
