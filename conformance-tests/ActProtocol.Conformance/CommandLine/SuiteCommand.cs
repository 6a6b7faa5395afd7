using System.CommandLine;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.CommandLine;

/// <summary>One command as it was called: its arguments, and where to tell what happens.</summary>
sealed record Call(ParseResult Parsed, Screen Screen)
{
    public T Value<T>(Option<T> option) => Parsed.GetValue(option)!;

    public T Value<T>(Argument<T> argument) => Parsed.GetValue(argument)!;

    public bool Has(Option option) => Parsed.GetResult(option) is { Implicit: false };
}

/// <summary>A command with examples in its help, whose faults all end in one sentence.</summary>
sealed class SuiteCommand(string name, string description, string examples = "") : Command(name, description)
{
    static readonly Option<bool> Verbose = new("--verbose") { Description = "Show the trace of a fault of the suite" };

    /// <summary>Whole lines, each a command as one types it.</summary>
    public string Examples => examples;

    /// <summary>What it does when called; its result is the exit code.</summary>
    public void Does(Func<Call, CancellationToken, Task<int>> run)
    {
        Add(Verbose);
        SetAction((parsed, _) => GuardAsync(new Call(parsed, new Screen(Console.Out, Console.Error)), run));
    }

    /// <summary>The same without waiting for anything.</summary>
    public void Does(Func<Call, int> run) => Does((call, _) => Task.FromResult(run(call)));

    // The one place where a fault becomes a sentence and an exit code.
    static async Task<int> GuardAsync(Call call, Func<Call, CancellationToken, Task<int>> run)
    {
        using var interrupts = new Interrupts();
        try
        {
            return await run(call, interrupts.Token);
        }
        catch (Exception fault)
        {
            var (code, sentence) = Sentence(fault, call.Value(Verbose));
            call.Screen.Fail(sentence);
            if (call.Value(Verbose)) await Console.Error.WriteLineAsync(fault.ToString());
            return code;
        }
    }

    static (int Code, string Sentence) Sentence(Exception fault, bool verbose) => fault switch
    {
        OperationCanceledException => (ExitCodes.Interrupted, "Interrupted before anything was tested."),
        BadInputException => (ExitCodes.BadInput, fault.Message),
        SubjectGoneException => (ExitCodes.SubjectGone, fault.Message),
        NotWrittenException => (ExitCodes.HarnessError, fault.Message),
        // Files are written and read elsewhere, with sentences of their own.
        IOException => (ExitCodes.HarnessError, $"The output could not be written: {fault.Message.TrimEnd('.')}."),
        _ => (ExitCodes.HarnessError, $"A fault of the suite itself ({fault.GetType().Name}): {fault.Message.TrimEnd('.')}."
            + (verbose ? "" : " Run it again with --verbose to see where, and report that.")),
    };
}
