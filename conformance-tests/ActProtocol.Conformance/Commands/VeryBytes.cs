using System.Text;
using ActProtocol.Conformance.Checks;
using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Reports;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Commands;

/// <summary>Sends the bytes of a bundle again, to subjects for which that means something.</summary>
static class VeryBytes
{
    static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);

    public static async Task<int> ReplayAsync(CaseRun run, string folder, Screen screen, CancellationToken cancellationToken)
    {
        if (ListCommand.KindOf("case.json", run.Case.Subject) is not (SubjectKind.Codec or SubjectKind.Verifier))
        {
            throw new BadInputException($"The very bytes can't be sent to a {run.Case.Subject} again: an envelope expires, and its parties and its id have been used (ENV-12, ENV-20). 'act-conformance replay {run.Case.Id}' runs the same seed and script with fresh ones.");
        }
        await using var process = SubjectProcess.Start(run.Case.Command);
        var differing = 0;
        foreach (var sent in Directory.EnumerateFiles(folder, "sent-*.bin").Order(StringComparer.Ordinal))
        {
            var line = await File.ReadAllBytesAsync(sent, cancellationToken);
            var number = int.Parse(Path.GetFileNameWithoutExtension(sent)["sent-".Length..], System.Globalization.CultureInfo.InvariantCulture);
            var received = Path.Combine(folder, $"received-{number + 1:00}.bin");
            using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            late.CancelAfter(AnswerWithin);
            byte[]? answer;
            try
            {
                await process.WriteLineAsync(line, late.Token);
                answer = await process.ReadLineAsync(late.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new SubjectGoneException($"'{run.Case.Command[0]}' does not answer {Path.GetFileName(sent)} in {AnswerWithin.TotalSeconds:0} s.");
            }
            catch (Exception fault) when (fault is IOException or InvalidDataException)
            {
                throw new SubjectGoneException($"'{run.Case.Command[0]}' does not answer {Path.GetFileName(sent)}: {fault.Message.TrimEnd('.')}.", fault);
            }
            if (answer is null) throw new SubjectGoneException($"'{run.Case.Command[0]}' does not answer {Path.GetFileName(sent)}: {await process.HowItEndedAsync()}.");
            var before = File.Exists(received) ? await File.ReadAllBytesAsync(received, cancellationToken) : null;
            var same = before is not null && answer.AsSpan().SequenceEqual(before);
            if (!same) differing++;
            screen.Line(("→ ", "blue"), (Encoding.UTF8.GetString(line), ""));
            screen.Line(("← ", "green"), (Encoding.UTF8.GetString(answer), ""), (same ? "  as before" : "  another answer than before", same ? "grey" : "yellow"));
        }
        var finding = run.Case.Finding is { } found ? $" It failed at {found.Where}: expected {found.Expected}, got {found.Got}." : "";
        screen.Say(differing == 0 ? $"The same bytes got the same answers.{finding}" : $"{differing} answers differ from those of the bundle.{finding}");
        return differing == 0 ? ExitCodes.Failed : ExitCodes.Untested;
    }
}
