using System.CommandLine;
using System.Globalization;
using ActProtocol.Client;
using ActProtocol.V1;
using Spectre.Console;

namespace ActProtocol.Tools;

/// <summary><c>act inbox</c>: what waits for an agent or a principal.</summary>
static class InboxCommand
{
    static readonly TimeSpan AcknowledgeWithin = TimeSpan.FromSeconds(30);

    static readonly Option<string> As = new("--as") { Description = "Whose mailbox", Required = true, HelpName = "name" };
    static readonly Option<bool> Follow = new("--follow") { Description = "Go on as more arrives, until Ctrl-C. A seller that runs under this name loses its stream" };
    static readonly Option<bool> Acknowledge = new("--acknowledge", "--ack") { Description = "Say of what is shown that it was dealt with: it does not come again" };
    static readonly Option<bool> Dead = new("--dead") { Description = "Dead letters: what was delivered ten times and never dealt with" };
    static readonly Argument<string> Letter1 = new("letter") { Description = "As 'act inbox --dead' names it, such as 3.17" };

    public static ActCommand Create()
    {
        var command = new ActCommand("inbox", "Show what waits in a mailbox.", """
            act inbox --as alice
            act inbox --as tea-house --follow --acknowledge --json
            act inbox --as tea-house --dead
            act inbox replay 3.17 --as tea-house
            """)
        {
            As, Follow, Acknowledge, Dead, Replay(),
        };
        command.AddBroker();
        command.Does(RunAsync);
        return command;
    }

    static ActCommand Replay()
    {
        var command = new ActCommand("replay", "Put a dead letter back among what waits.", "act inbox replay 3.17 --as tea-house") { Letter1, As };
        command.AddBroker();
        command.Does(async (call, cancellationToken) =>
        {
            var parts = call.Value(Letter1).Split('.');
            if (parts.Length != 2 || !uint.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
                || !ulong.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var position))
            {
                throw new BadInputException($"the letter: '{call.Value(Letter1)}' is none: write one as 'act inbox --dead' names it, such as 3.17.");
            }
            using var session = await call.ConnectAsync(cancellationToken);
            var agent = session.Keys.Load(call.Value(As));
            var content = new Content { Header = session.Client.NewHeader(agent), ReplayMail = new ReplayMail { Partition = partition, Position = position } };
            (await session.Client.SendAsync(content, agent, cancellationToken)).OrThrow();
            session.Screen.Tell("replayed", $"Letter {call.Value(Letter1)} waits again for {agent.Id}.", new { letter = call.Value(Letter1) }, "green");
            return ExitCodes.Fine;
        });
        return command;
    }

    static async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var (follow, acknowledge, dead) = (call.Value(Follow), call.Value(Acknowledge), call.Value(Dead));
        if (dead && (follow || acknowledge)) throw new BadInputException("--dead goes with neither --follow nor --acknowledge: 'act inbox replay LETTER' puts one back.");
        using var session = await call.ConnectAsync(cancellationToken);
        var agent = session.Keys.Load(call.Value(As));
        if (follow) return await FollowAsync(session, agent, acknowledge, cancellationToken);

        var letters = await Letter.ReadAsync(session, agent, dead, cancellationToken);
        if (acknowledge && letters.Count > 0) await AcknowledgeAsync(session, agent, letters, cancellationToken);
        var table = Screen.Table("letter", "when", "from", "does", "verdict", "money", "transaction", "");
        foreach (var letter in letters)
        {
            if (session.Screen.Json) Tell(session.Screen, agent, letter);
            else table.AddRow(Row(agent, letter));
        }
        if (letters.Count > 0) session.Screen.Show(table);
        session.Screen.Tell(
            "inbox",
            $"{Words.Count(letters.Count, dead ? "dead letter" : "letter")} for {agent.Id}{(acknowledge ? ", acknowledged" : "")}.",
            new { count = letters.Count, acknowledged = acknowledge, dead });
        if (dead && letters.Count > 0) session.Screen.Next($"Next: act inbox replay {letters[0].Id} --as {Words.Short(agent.Id)}");
        return ExitCodes.Fine;
    }

    static async Task<int> FollowAsync(Session session, ActIdentity agent, bool acknowledge, CancellationToken cancellationToken)
    {
        var (timeline, count) = (new Timeline(session.Screen, TimeProvider.System), 0);
        var connection = new MailConnection(session.Client, agent);
        try
        {
            await foreach (var mail in connection.ReadAsync(cancellationToken))
            {
                var letter = new Letter(new TransactionRecord(mail.Receipt, mail.Record), mail.Cursor);
                if (acknowledge) await connection.AcknowledgeAsync(mail, cancellationToken);
                if (session.Screen.Json) Tell(session.Screen, agent, letter);
                else timeline.Tell("letter", RecordLine.Who(letter.Record), $"{RecordLine.What(letter.Record)} {RecordLine.Verdict(letter.Record)} {RecordLine.Money(letter.Record)} {TransactionOf(agent, letter)} {RecordLine.Note(letter.Record)}");
                count++;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how following ends.
            session.Screen.Tell("ended", $"{Words.Count(count, "letter")}.", new { count });
        }
        return ExitCodes.Fine;
    }

    // Acknowledging needs a stream, and nothing answers it: it is done when the mailbox says so.
    static async Task AcknowledgeAsync(Session session, ActIdentity agent, IReadOnlyList<Letter> letters, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(AcknowledgeWithin);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        var shown = letters.Select(letter => letter.Id).ToHashSet();
        try
        {
            while ((await Letter.ReadAsync(session, agent, dead: false, either.Token)).Select(letter => letter.Id).Where(shown.Contains).ToHashSet() is { Count: > 0 } open)
            {
                await AcknowledgeAsync(new MailConnection(session.Client, agent), open, either.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new FailedException("Not all of it could be acknowledged in time: it will come again.");
        }
    }

    static async Task AcknowledgeAsync(MailConnection connection, HashSet<string> open, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await foreach (var mail in connection.ReadAsync(enough.Token))
            {
                if (open.Remove($"{mail.Record.Partition}.{mail.Record.Position}")) await connection.AcknowledgeAsync(mail, cancellationToken);
                // Cancelled rather than left: so the stream ends in order, and what was written last arrives.
                if (open.Count == 0) await enough.CancelAsync();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Enough: whether all of it arrived, the mailbox says.
        }
    }

    static void Tell(Screen screen, ActIdentity agent, Letter letter)
    {
        var fields = Screen.Members(RecordLine.Json(letter.Record));
        fields["letter"] = letter.Id;
        fields["transaction"] = TransactionOf(agent, letter);
        var sentence = $"{RecordLine.Who(letter.Record)} {RecordLine.What(letter.Record)} {RecordLine.Verdict(letter.Record)}";
        if (letter.Record.Record.Step is { Entry.Length: > 0 } step)
        {
            (fields["entry"], fields["key"]) = (step.Entry, Convert.ToHexStringLower(step.Key.Span));
            if (step.EffectiveMs != 0) fields["effective_ms"] = step.EffectiveMs;
            sentence = RecordLine.Note(letter.Record);
        }
        screen.Tell("letter", sentence, fields);
    }

    static Spectre.Console.Rendering.IRenderable[] Row(ActIdentity agent, Letter letter) =>
    [
        Screen.Cell(letter.Id),
        Screen.Cell(Words.Time(letter.Record.Record.StampMs, "HH:mm:ss"), "grey"),
        Screen.Cell(RecordLine.Who(letter.Record), "bold"),
        Screen.Cell(RecordLine.What(letter.Record)),
        Screen.Cell(RecordLine.Verdict(letter.Record), letter.Record.Accepted is null ? "red" : ""),
        Screen.Cell(RecordLine.Money(letter.Record), "yellow"),
        Screen.Cell(TransactionOf(agent, letter)),
        Screen.Cell(RecordLine.Note(letter.Record)),
    ];

    // An intent opens one for each seller; which is this seller's follows from the intent.
    static string TransactionOf(ActIdentity agent, Letter letter)
    {
        var record = letter.Record;
        var id = record.Content is null ? Envelopes.Id16.FromWire(record.Record.Step.TransactionId)
            : record.Content.BodyCase is Content.BodyOneofCase.Intent ? Envelopes.DerivedIds.Transaction(record.Digest, agent.Id)
            : Envelopes.Id16.FromWire(record.Content.Header.TransactionId);
        return id.IsNone ? "" : id.ToString();
    }
}
