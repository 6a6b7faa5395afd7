using Microsoft.Extensions.Hosting;

namespace ActProtocol.Client;

/// <summary>Runs one agent with the host. At a stop the record under way is finished, recorded and acknowledged, as long as the host waits.</summary>
/// <remarks>A mailbox that was taken over ends the service with <see cref="MailboxClosedException"/>, and by the host's default the host.</remarks>
sealed class AgentService(ActClient client, ActAgentOptions options, Func<ActClient, ActIdentity, IMailHandler> handlerFor) : BackgroundService
{
    readonly CancellationTokenSource _abort = new();
    ActIdentity _agent = null!;
    Inbox? _inbox;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // What is wrong with a key or an inbox ends the start, not the run.
        _agent = options.Identity();
        _inbox = options.Inbox is { } path ? Inbox.Open(path) : null;
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await using var late = cancellationToken.Register(_abort.Cancel);
        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        base.Dispose();
        _inbox?.Dispose();
        _abort.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        new MailLoop(client, _agent, handlerFor(client, _agent), _inbox).RunAsync(stoppingToken, _abort.Token);
}
