using Spectre.Console;

namespace ActProtocol.Conformance.CommandLine;

/// <summary>Tells people what happens. All text is made inert on the way, so that nothing that a subject sent is obeyed by a terminal.</summary>
sealed class Screen(TextWriter output, TextWriter error)
{
    // Lines are cut by nobody where nobody looks: whatever reads them wants them whole.
    const int WidthOfAPipe = 20_000;

    readonly IAnsiConsole _console = Open(output);
    readonly Lock _lock = new();
    bool _progressShown;

    /// <summary>Whether somebody looks, so that a line may be written over.</summary>
    public static bool IsTerminal => !Console.IsOutputRedirected;

    /// <summary>One line of pieces, each in a style of Spectre.Console.</summary>
    public void Line(params ReadOnlySpan<(string Text, string Style)> pieces)
    {
        lock (_lock)
        {
            ClearProgress();
            foreach (var (text, style) in pieces) _console.Write(new Text(Inert.Line(text), style.Length == 0 ? Style.Plain : Style.Parse(style)));
            _console.WriteLine();
        }
    }

    public void Say(string text, string style = "") => Line((text, style));

    /// <summary>How far it is: on a terminal one line that is written over, else a line.</summary>
    public void Progress(string text)
    {
        if (!IsTerminal)
        {
            Say(text, "grey");
            return;
        }
        lock (_lock)
        {
            ClearProgress();
            var width = Math.Max(20, _console.Profile.Width - 1);
            output.Write(Inert.Line(text, width));
            output.Flush();
            _progressShown = true;
        }
    }

    /// <summary>Text that is data: as it is.</summary>
    public void Raw(string text) => output.Write(text);

    /// <summary>What went wrong, in one sentence.</summary>
    public void Fail(string sentence)
    {
        lock (_lock)
        {
            ClearProgress();
            error.WriteLine(Inert.Line(sentence));
        }
    }

    void ClearProgress()
    {
        if (!_progressShown) return;
        output.Write("\r\u001b[2K");
        _progressShown = false;
    }

    static IAnsiConsole Open(TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        if (Console.IsOutputRedirected) console.Profile.Width = WidthOfAPipe;
        return console;
    }
}
