using System.CommandLine;

namespace ActProtocol.Tools;

/// <summary><c>act completions</c>: a script by which a shell asks <c>act [suggest]</c> what may come next.</summary>
static class CompletionsCommand
{
    const string Bash = """
        # act: completions for bash. In ~/.bashrc:  eval "$(act completions bash)"
        _act_complete() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(act "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _act_complete act

        """;

    const string Zsh = """
        # act: completions for zsh. In ~/.zshrc, after compinit:  eval "$(act completions zsh)"
        _act_complete() {
            local found=("${(@f)$(act "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            [[ -n "${found[1]}" ]] && compadd -- "${found[@]}" || _files
        }
        compdef _act_complete act

        """;

    const string Fish = """
        # act: completions for fish. In ~/.config/fish/config.fish:  act completions fish | source
        function _act_complete
            set -l line (commandline -cp)
            act "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c act -a '(_act_complete)'

        """;

    static readonly Argument<string> Shell = new("shell") { Description = "bash, zsh or fish" };

    public static ActCommand Create()
    {
        Shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new ActCommand("completions", "Print a script for completions in a shell.", """
            eval "$(act completions bash)"
            eval "$(act completions zsh)"
            act completions fish | source
            """)
        {
            Shell,
        };
        command.Does(call =>
        {
            var script = call.Value(Shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish };
            if (call.Screen.Json) call.Screen.Tell("completions", $"For {call.Value(Shell)}.", new { shell = call.Value(Shell), script });
            else call.Screen.Raw(script);
            return ExitCodes.Fine;
        });
        return command;
    }
}
