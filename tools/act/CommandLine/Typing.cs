using System.CommandLine;

namespace ActProtocol.Tools;

/// <summary>What was typed cannot be understood: one sentence, with the nearest right word.</summary>
static class Typing
{
    public static string Sentence(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var help = $"See '{Path(parsed)} --help'.";
        if (parsed.UnmatchedTokens.Count > 0)
        {
            var word = parsed.UnmatchedTokens[0];
            if (word.StartsWith('-')) return $"There is no option '{word}'.{Near.Hint(word, OptionsOf(parsed))} {help}";
            if (word.Length == 3 && word.All(char.IsAsciiLetterUpper)) return $"'{word}' stands alone: write an amount as one word, in quotation marks, such as '20 {word}'. {help}";
            return command.Subcommands.Count > 0
                ? $"There is no command '{word}'.{Near.Hint(word, command.Subcommands.Select(sub => sub.Name))} {help}"
                : $"'{word}' is one argument too many. {help}";
        }
        var error = string.Join(' ', parsed.Errors[0].Message.TrimEnd('.').Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Replace("'System.Int32'", "a whole number", StringComparison.Ordinal);
        if (command.Subcommands.Count > 0 && command.Action is null) error = $"'{Path(parsed)}' needs to be told what: {string.Join(", ", command.Subcommands.Select(sub => sub.Name))}";
        return $"{error}. {help}";
    }

    static IEnumerable<string> OptionsOf(ParseResult parsed)
    {
        for (var at = parsed.CommandResult; at is not null; at = at.Parent as System.CommandLine.Parsing.CommandResult)
        {
            foreach (var option in at.Command.Options) yield return option.Name;
        }
    }

    static string Path(ParseResult parsed)
    {
        Stack<string> names = [];
        for (var at = parsed.CommandResult; at.Parent is System.CommandLine.Parsing.CommandResult parent; at = parent) names.Push(at.Command.Name);
        names.Push("act");
        return string.Join(' ', names);
    }
}
