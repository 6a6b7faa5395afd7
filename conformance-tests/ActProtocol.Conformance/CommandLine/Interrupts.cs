using System.Runtime.InteropServices;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.CommandLine;

/// <summary>The first SIGINT, SIGTERM or SIGHUP asks the run to end, with its report; the second ends it at once. Whatever the suite started ends either way.</summary>
sealed class Interrupts : IDisposable
{
    readonly CancellationTokenSource _source = new();
    readonly List<PosixSignalRegistration> _registrations = [];

    public Interrupts()
    {
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP })
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                if (!_source.IsCancellationRequested)
                {
                    // Not on the thread of signals: what is cancelled runs on.
                    ThreadPool.QueueUserWorkItem(_ => _source.Cancel());
                    return;
                }
                // Those who were started end by the guard that outlives this process.
                Environment.Exit(ExitCodes.Interrupted);
            }));
        }
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _source.Dispose();
    }
}
