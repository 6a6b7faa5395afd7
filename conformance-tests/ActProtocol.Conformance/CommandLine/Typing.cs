using System.CommandLine;
using System.CommandLine.Parsing;

namespace ActProtocol.Conformance.CommandLine;

/// <summary>What was typed cannot be understood: one sentence, with the nearest right word.</summary>
static class Typing
{
    public static string Sentence(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var help = $"See '{Path(parsed)} --help'.";
        // What looks like an option and was taken for the subject's command is a mistyped option of ours, unless it stands behind '--'.
        var word = parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens[0] : StrayOption(parsed);
        if (word is not null)
        {
            if (word.StartsWith('-')) return $"There is no option '{word}'.{Near.Hint(word.Split('=')[0], OptionsOf(parsed))} {help}";
            return command.Subcommands.Count > 0
                ? $"There is no command '{word}'.{Near.Hint(word, command.Subcommands.Select(sub => sub.Name))} {help}"
                : $"'{word}' is one argument too many. {help}";
        }
        var error = string.Join(' ', parsed.Errors[0].Message.TrimEnd('.').Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Replace("'System.Int32'", "a whole number", StringComparison.Ordinal)
            .Replace("'System.Int64'", "a whole number", StringComparison.Ordinal);
        if (command.Subcommands.Count > 0 && command.Action is null) error = $"'{Path(parsed)}' needs to be told what: {string.Join(", ", command.Subcommands.Select(sub => sub.Name))}";
        return $"{error}. {help}";
    }

    /// <summary>A word before '--' that begins with '-' and is no option.</summary>
    public static string? StrayOption(ParseResult parsed)
    {
        var before = parsed.Tokens.TakeWhile(token => token.Type is not TokenType.DoubleDash).ToList();
        var taken = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).ToHashSet();
        return before.FirstOrDefault(token => token.Type is TokenType.Argument && token.Value.StartsWith("--", StringComparison.Ordinal) && taken.Contains(token))?.Value;
    }

    static IEnumerable<string> OptionsOf(ParseResult parsed)
    {
        for (var at = parsed.CommandResult; at is not null; at = at.Parent as CommandResult)
        {
            foreach (var option in at.Command.Options) yield return option.Name;
        }
    }

    static string Path(ParseResult parsed)
    {
        Stack<string> names = [];
        for (var at = parsed.CommandResult; at.Parent is CommandResult parent; at = parent) names.Push(at.Command.Name);
        names.Push("act-conformance");
        return string.Join(' ', names);
    }
}
