using System.Text;

namespace ActProtocol.Tools;

/// <summary>A transcript: files, commands, and what they answer, in one text file.</summary>
/// <remarks>
/// <code>
/// # Words for people.
/// -- name --            a file with the lines that follow, up to the next command
/// $ act keys list       a command; what follows is its output, "! " before what goes to the error stream
/// = 2                   its exit code, when it is not 0
/// &gt; TX = transaction    a member of its last JSON line, from now on $TX
/// &amp; act sell …          a command that goes on until "&amp; end" or the script's end; waits until it is ready
/// </code>
/// </remarks>
sealed class Script(string path)
{
    /// <summary>Steps in their order.</summary>
    public IReadOnlyList<Step> Steps { get; } = Parse(File.ReadAllLines(path));

    /// <summary>The whole text with other outcomes.</summary>
    public static string Write(IEnumerable<Step> steps)
    {
        var text = new StringBuilder();
        foreach (var step in steps)
        {
            text.Append(step.Head).Append('\n');
            foreach (var line in step.Body) text.Append(line).Append('\n');
            if (step.Kind is not '#' and not '>' and not '&') text.Append('\n');
        }
        return text.ToString().TrimEnd('\n') + "\n";
    }

    static List<Step> Parse(string[] lines)
    {
        List<Step> steps = [];
        var before = "";
        foreach (var line in lines)
        {
            // Output may begin with '#' too, but stands right below its command.
            var isWords = line.StartsWith("# ", StringComparison.Ordinal) && (before.Length == 0 || before[0] is '#' or '&' or '>' && steps[^1].Kind == before[0]);
            var isCommand = line.Length > 1 && line[0] is '$' or '&' or '>' && line[1] == ' ';
            before = line;
            if (isWords || isCommand || (line.StartsWith("-- ", StringComparison.Ordinal) && line.EndsWith(" --", StringComparison.Ordinal)))
            {
                steps.Add(new Step(line[0], line, []));
            }
            else if (steps.Count > 0 && (steps[^1].Kind is '$' or '-' || line.Length > 0)) steps[^1].Body.Add(line);
        }
        foreach (var step in steps) while (step.Body.Count > 0 && step.Body[^1].Length == 0) step.Body.RemoveAt(step.Body.Count - 1);
        return steps;
    }

    /// <param name="Kind">'$', '&amp;', '&gt;', '#', or '-' for a file.</param>
    public sealed record Step(char Kind, string Head, List<string> Body)
    {
        public string Command => Head[2..];

        public string FileName => Head[3..^3];
    }
}
