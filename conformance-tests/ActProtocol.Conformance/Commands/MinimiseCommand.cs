using System.CommandLine;
using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Reports;
using ActProtocol.Conformance.Runs;

namespace ActProtocol.Conformance.Commands;

/// <summary><c>act-conformance minimise BUNDLE</c>: leaves out acts of the script while the same check still fails in the same way.</summary>
static class MinimiseCommand
{
    /// <summary>Times that a case is run.</summary>
    const int RunsMax = 200;

    static readonly Argument<string> Folder = new("bundle") { Description = "A folder that a failing check left" };
    static readonly Option<string?> Out = new("--out") { Description = "Where the smaller bundle is written [default: beside it, with -min]", HelpName = "folder" };

    public static SuiteCommand Create()
    {
        var command = new SuiteCommand("minimise", "Leave out acts of a bundle's script while its check still fails, and write what is left.", "act-conformance minimise failures/TXN-14.twice")
        {
            Folder, Out,
        };
        command.Does(RunAsync);
        return command;
    }

    static async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var folder = call.Value(Folder).TrimEnd('/');
        var bundled = Bundle.Read(folder);
        await using var run = await CaseRun.OpenAsync(bundled, cancellationToken);
        var first = await run.RunAsync(bundled.Steps?.ToHashSet(), null, cancellationToken);
        if (!first.IsBroken)
        {
            call.Screen.Fail($"{bundled.Id} does not fail any more with seed {bundled.Seed}: {ReportBuilder.NameOf(first.Verdict)}{(first.Reason is { } reason ? $", {reason}" : "")}. There is nothing to minimise.");
            return ExitCodes.Untested;
        }
        var steps = UnkindScript.StepsOf(first.Script);
        var (runs, last) = (0, first);
        async Task<bool> StillFailsAsync(IReadOnlyList<int> kept)
        {
            if (++runs > RunsMax) return false;
            var result = await run.RunAsync(kept.ToHashSet(), null, cancellationToken);
            // The same failure, not any: the words of what came may hold names and times of the one run.
            if (!result.IsBroken || result.Finding!.Where != first.Finding!.Where || result.Finding.Expected != first.Finding.Expected) return false;
            last = result;
            return true;
        }
        var left = await Ddmin.ReduceAsync(steps, StillFailsAsync);
        var place = call.Value(Out) ?? $"{folder}-min";
        Bundle.Write(place, bundled with { Steps = left, Suite = SuiteVersion.Version, Finding = run.Report(last).Finding }, run.Report(last));
        call.Screen.Say($"{bundled.Id} fails with {left.Count} of {steps.Count} unkind steps{(left.Count > 0 ? $" ({string.Join(", ", last.Script)})" : ": kindly, too")}, found in {runs} runs. Written: {place}");
        return ExitCodes.Fine;
    }
}

/// <summary>Delta debugging: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002.</summary>
static class Ddmin
{
    /// <summary>A part of <paramref name="items"/> that still fails, and of which no single one can be left out.</summary>
    /// <param name="items">All of them fail together.</param>
    /// <param name="failsAsync">Whether a part does.</param>
    public static async Task<IReadOnlyList<T>> ReduceAsync<T>(IReadOnlyList<T> items, Func<IReadOnlyList<T>, Task<bool>> failsAsync)
    {
        if (items.Count == 0 || await failsAsync([])) return [];
        var parts = 2;
        while (items.Count >= 2)
        {
            var chunks = items.Chunk((items.Count + parts - 1) / parts).ToList();
            var smaller = await FirstAsync(chunks, failsAsync) ?? await FirstAsync([.. chunks.Select(chunk => items.Except(chunk).ToArray())], failsAsync);
            if (smaller is not null) (items, parts) = (smaller, Math.Max(2, Math.Min(parts, smaller.Length)));
            else if (parts >= items.Count) break;
            else parts = Math.Min(items.Count, parts * 2);
        }
        return items;
    }

    static async Task<T[]?> FirstAsync<T>(List<T[]> parts, Func<IReadOnlyList<T>, Task<bool>> failsAsync)
    {
        foreach (var part in parts)
        {
            if (await failsAsync(part)) return part;
        }
        return null;
    }
}
