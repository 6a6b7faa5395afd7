using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.CommandLine;

/// <summary>Parses, and runs what was meant.</summary>
static class SuiteProgram
{
    public static Task<int> RunAsync(RootCommand root, string[] args)
    {
        foreach (var option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction usual } help)
            {
                help.Action = new Help(usual);
                help.Aliases.Clear();
                help.Aliases.Add("-h");
            }
            if (option is VersionOption version) version.Action = new TellVersion();
        }
        if (args is ["help", .. var about]) args = [.. about, "--help"];
        if (args.Length == 0) args = ["--help"];
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var refused = parsed.Errors.Count > 0 && parsed.Action is null or ParseErrorAction;
        if (refused || (parsed.Action is not Help && Typing.StrayOption(parsed) is not null))
        {
            new Screen(Console.Out, Console.Error).Fail(Typing.Sentence(parsed));
            return Task.FromResult(ExitCodes.BadInput);
        }
        // Signals are taken by Interrupts: the run ends with a report.
        return parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
    }

    sealed class TellVersion : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            Console.Out.WriteLine(SuiteVersion.Sentence);
            return ExitCodes.Fine;
        }
    }
}
