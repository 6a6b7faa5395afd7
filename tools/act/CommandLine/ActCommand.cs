using System.CommandLine;

namespace ActProtocol.Tools;

/// <summary>A command with examples in its help, whose faults all end in one sentence.</summary>
sealed class ActCommand(string name, string description, string examples = "") : Command(name, description)
{
    /// <summary>Whole lines, each a command as one types it.</summary>
    public string Examples => examples;

    /// <summary>What it does when called; its result is the exit code.</summary>
    public void Does(Func<Call, CancellationToken, Task<int>> run) => SetAction((parsed, cancellationToken) =>
    {
        var screen = new Screen(Console.Out, Console.Error, parsed.GetValue(Globals.Json));
        var call = new Call(parsed, screen);
        return Faults.GuardAsync(screen, parsed.GetValue(Globals.Verbose), () =>
            parsed.GetValue(Globals.EndWithInput) ? UntilInputEndsAsync(token => run(call, token), cancellationToken) : run(call, cancellationToken));
    });

    /// <summary>The same without waiting for anything.</summary>
    public void Does(Func<Call, int> run) => Does((call, _) => Task.FromResult(run(call)));

    /// <summary>Adds the options by which a command finds the broker and the keys.</summary>
    public void AddBroker()
    {
        foreach (var option in new Option[] { Globals.Broker, Globals.BrokerJson }) Add(option);
        AddKeys();
    }

    static async Task<int> UntilInputEndsAsync(Func<CancellationToken, Task<int>> run, CancellationToken cancellationToken)
    {
        // Not disposed: the thread may still hold it when the command is done. A thread of its own, since such reads cannot be cancelled.
        var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            Span<byte> dropped = stackalloc byte[256];
            while (input.Read(dropped) > 0) { }
            ended.Cancel();
        })
        { IsBackground = true }.Start();
        return await run(ended.Token);
    }

    public void AddKeys()
    {
        Add(Globals.Keys);
        Add(Globals.PassphraseFile);
    }
}
