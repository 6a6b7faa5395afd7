using System.CommandLine;
using System.CommandLine.Help;

namespace ActProtocol.Tools;

/// <summary>Parses, and runs what was meant.</summary>
static class ActProgram
{
    static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(10);

    public static Task<int> RunAsync(RootCommand root, string[] args)
    {
        foreach (var option in root.Options)
        {
            if (option is not HelpOption { Action: HelpAction usual } help) continue;
            help.Action = new Help(usual);
            // One short name: the others would only stand among the completions.
            help.Aliases.Clear();
            help.Aliases.Add("-h");
        }
        // 'act help buy' is what many type first.
        if (args is ["help", .. var about]) args = [.. about, "--help"];
        var parsed = root.Parse(args);
        // Help and [suggest] take what is incomplete; whatever else does not parse gets one sentence.
        if (parsed.Errors.Count > 0 && parsed.Action is null or System.CommandLine.Invocation.ParseErrorAction)
        {
            var screen = new Screen(Console.Out, Console.Error, args.Contains(Globals.Json.Name));
            if (args.Length == 0) return root.Parse("--help").InvokeAsync();
            screen.Fail(Typing.Sentence(parsed), ExitCodes.BadInput);
            return Task.FromResult(ExitCodes.BadInput);
        }
        return parsed.InvokeAsync(new InvocationConfiguration
        {
            // A broker answers what has come before it ends, within a bound of its own.
            ProcessTerminationTimeout = parsed.CommandResult.Command.Name == "up" ? null : EndWithin,
            EnableDefaultExceptionHandler = false,
        });
    }
}
