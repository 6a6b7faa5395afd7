using System.Diagnostics;
using System.Globalization;
using ActProtocol.Conformance.Configs;
using ActProtocol.Conformance.Runs;
using Google.Type;

namespace ActProtocol.Conformance.Brokers;

/// <summary>Hooks that are commands of the config, and the restart of a broker that the suite started.</summary>
sealed class CommandHooks(ConfigFile config, StartedBroker? started) : IBrokerHooks
{
    readonly HooksConfig _hooks = config.Value.Hooks;

    public bool Has(string hook) => hook switch
    {
        IBrokerHooks.Fund => config.Value.Provision.Command.Count > 0,
        IBrokerHooks.Operator => config.Value.Provision.OperatorKey is not null,
        IBrokerHooks.Restart => _hooks.Restart.Count > 0 || started is not null,
        IBrokerHooks.Clock => _hooks.Clock.Count > 0,
        IBrokerHooks.Powercut => _hooks.Powercut.Count > 0,
        _ => false,
    };

    public Task FundAsync(string account, Money amount, string reference, CancellationToken cancellationToken) => RunAsync(IBrokerHooks.Fund, config.Value.Provision.Command, text => text
        .Replace("{account}", account, StringComparison.Ordinal)
        .Replace("{amount}", string.Create(CultureInfo.InvariantCulture, $"{amount.Units}.{amount.Nanos:000000000}").TrimEnd('0').TrimEnd('.'), StringComparison.Ordinal)
        .Replace("{currency}", amount.CurrencyCode, StringComparison.Ordinal)
        .Replace("{reference}", reference, StringComparison.Ordinal), cancellationToken);

    public Task RestartAsync(CancellationToken cancellationToken) =>
        _hooks.Restart.Count > 0 ? RunAsync(IBrokerHooks.Restart, _hooks.Restart, text => text, cancellationToken) : started!.RestartAsync(config.Value.Target.Json ?? config.Value.Target.Grpc, cancellationToken);

    public Task PowercutAsync(CancellationToken cancellationToken) => RunAsync(IBrokerHooks.Powercut, _hooks.Powercut, text => text, cancellationToken);

    public Task AdvanceClockAsync(TimeSpan by, CancellationToken cancellationToken) =>
        RunAsync(IBrokerHooks.Clock, _hooks.Clock, text => text.Replace("{ms}", ((long)by.TotalMilliseconds).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal), cancellationToken);

    // What a hook starts may stay, a restarted broker above all: it ends with the suite, by the mark of the run.
    async Task RunAsync(string hook, IReadOnlyList<string> command, Func<string, string> fill, CancellationToken cancellationToken)
    {
        var words = command.Select(word => fill(started?.Fill(word) ?? word)).ToList();
        var program = words[0].Contains('/', StringComparison.Ordinal) ? config.Resolve(words[0]) : words[0];
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(_hooks.Within);
        var mark = new ProcessMark();
        // What it writes is nobody's, and what it starts must not hold the suite's own output open.
        using var process = mark.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" > /dev/null 2>&1 < /dev/null", program, .. words.Skip(1)]) { WorkingDirectory = config.Folder });
        try
        {
            await process.WaitForExitAsync(late.Token);
            if (process.ExitCode != 0) throw new UntestedException($"The hook '{hook}' ('{program}') {(process.ExitCode is 126 or 127 ? "can't be started" : "failed")}: exit code {process.ExitCode}.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            mark.Kill(process);
            throw new UntestedException($"The hook '{hook}' had not ended after {Durations.Show(_hooks.Within)}.");
        }
    }
}
