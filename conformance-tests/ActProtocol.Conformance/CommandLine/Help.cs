using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace ActProtocol.Conformance.CommandLine;

/// <summary>The library's help, with our examples and the exit codes below it.</summary>
sealed class Help(HelpAction usual) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        // As wide as the screen, but the same everywhere when nobody looks.
        if (Console.IsOutputRedirected) usual.MaxWidth = 140;
        usual.Invoke(parseResult);
        var command = parseResult.CommandResult.Command;
        if (command is SuiteCommand { Examples.Length: > 0 } ours)
        {
            Console.Out.WriteLine("Examples:");
            foreach (var line in ours.Examples.Split('\n')) Console.Out.WriteLine(line.Length == 0 ? "" : $"  {line}");
            Console.Out.WriteLine();
        }
        Console.Out.WriteLine(ExitCodes.Help);
        return ExitCodes.Fine;
    }
}
