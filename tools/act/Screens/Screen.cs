using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActProtocol.Tools;

/// <summary>Tells what happens: sentences and tables for people, or one JSON object a line for machines. The last line is the result.</summary>
sealed class Screen(TextWriter output, TextWriter error, bool json)
{
    // Lines are cut by nobody where nobody looks: whatever reads them wants them whole.
    const int WidthOfAPipe = 2_000;

    // Letters of all languages and marks as they are; what must not reach a terminal is escaped by Inert.Json.
    static readonly JsonSerializerOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    readonly IAnsiConsole _console = Open(output);

    public bool Json => json;

    /// <summary>Whether somebody sits there who can be asked.</summary>
    public bool IsInteractive => !json && !Console.IsInputRedirected && !Console.IsOutputRedirected;

    /// <summary>One thing that happened.</summary>
    /// <param name="details">An object whose members become members of the JSON line.</param>
    public void Tell(string what, string sentence, object? details = null, string style = "")
    {
        if (json) WriteJson(what, sentence, details ?? new { });
        else Say(sentence, style);
    }

    /// <summary>For people only.</summary>
    public void Say(string sentence, string style = "")
    {
        if (json) return;
        foreach (var line in sentence.Split('\n'))
        {
            _console.Write(Cell(line, style));
            _console.WriteLine();
        }
    }

    /// <summary>For people only: a hint at what to do next.</summary>
    public void Next(string sentence) => Say(sentence, "grey");

    /// <summary>For people only: what was made of <see cref="Cell"/>s.</summary>
    public void Show(IRenderable block)
    {
        if (json) return;
        _console.Write(block);
        // Tables and grids end their last line; other blocks do not.
        if (block is not (Spectre.Console.Table or Grid)) _console.WriteLine();
    }

    /// <summary>A piece of a block, made inert.</summary>
    public static Text Cell(string text, string style = "") => new(Inert.Line(text), StyleOf(style));

    /// <summary>A table with plain heads.</summary>
    public static Table Table(params string[] heads)
    {
        var table = new Table().Border(TableBorder.Simple).BorderColor(Color.Grey);
        foreach (var head in heads) table.AddColumn(new TableColumn(Cell(head, "bold")));
        return table;
    }

    /// <summary>Text that is data, such as a diagram or a key: as it is, to the output.</summary>
    public void Raw(string text) => output.Write(text);

    /// <summary>What went wrong, in one sentence; for machines the last line as well.</summary>
    public void Fail(string sentence, int exitCode, string? code = null)
    {
        error.WriteLine(Inert.Line(sentence));
        if (json) WriteJson("error", sentence, new { exit_code = exitCode, code });
    }

    /// <summary>Details as members, named as machines name them: snake_case.</summary>
    public static JsonObject Members(object details) => JsonSerializer.SerializeToNode(details, Plain)!.AsObject();

    /// <summary>What <see cref="Members"/> made, read back.</summary>
    public static T Read<T>(JsonElement members) => members.Deserialize<T>(Plain)!;

    void WriteJson(string what, string sentence, object details)
    {
        var fields = Members(details);
        var line = new JsonObject { ["event"] = what };
        foreach (var (name, value) in fields.ToList())
        {
            fields.Remove(name);
            line[name] = value;
        }
        line["sentence"] = sentence;
        output.WriteLine(Inert.Json(line.ToJsonString(Plain)));
        output.Flush();
    }

    static Style StyleOf(string style) => style.Length == 0 ? Style.Plain : Style.Parse(style);

    static IAnsiConsole Open(TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        if (Console.IsOutputRedirected) console.Profile.Width = WidthOfAPipe;
        return console;
    }
}
