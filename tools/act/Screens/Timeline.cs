using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace ActProtocol.Tools;

/// <summary>What happens, one line each: how long after the start, who, what.</summary>
sealed class Timeline(Screen screen, TimeProvider time)
{
    const int WhoWidth = 12;

    readonly long _started = time.GetTimestamp();

    public TimeSpan Elapsed => time.GetElapsedTime(_started);

    /// <param name="details">Further members of the JSON line.</param>
    public void Tell(string what, string who, string sentence, object? details = null, string style = "")
    {
        if (screen.Json)
        {
            var fields = Screen.Members(details ?? new { });
            fields.Insert(0, "who", JsonValue.Create(who));
            screen.Tell(what, sentence, fields);
            return;
        }
        var grid = new Grid().AddColumn(Column(10)).AddColumn(Column(WhoWidth)).AddColumn(new GridColumn { Padding = new Padding(2, 0, 0, 0) });
        grid.AddRow(
            Screen.Cell($"{Elapsed.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture),6} s", "grey"),
            Screen.Cell(who.Length <= WhoWidth ? who : $"{who[..(WhoWidth - 1)]}…", "bold"),
            Screen.Cell(sentence, style));
        screen.Show(grid);
    }

    static GridColumn Column(int width) => new() { Width = width, NoWrap = true, Padding = new Padding(0, 0, 0, 0) };
}
