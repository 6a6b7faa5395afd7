using ActProtocol.Conformance.CommandLine;
using ActProtocol.Conformance.Reports;

namespace ActProtocol.Conformance.Runs;

/// <summary>Tells what fails as it fails, and how far the run is.</summary>
sealed class Progress(Screen screen, int all, TimeProvider time, Func<string, string> replay)
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    static readonly TimeSpan EveryOnTerminal = TimeSpan.FromMilliseconds(200);

    readonly Lock _lock = new();
    readonly long _start = time.GetTimestamp();
    readonly Dictionary<string, int> _reasons = [];
    long _told;
    int _done;

    public void Tell(CheckResult result)
    {
        lock (_lock)
        {
            _done++;
            switch (result.Verdict)
            {
                case Verdict.Fail or Verdict.Warn:
                    TellBroken(result);
                    break;
                case Verdict.Untested or Verdict.Inconclusive:
                    TellReason(result, "yellow");
                    break;
                case Verdict.HarnessError:
                    TellReason(result, "fuchsia");
                    break;
                case Verdict.Pass or Verdict.NotClaimed:
                    break;
            }
            if (_done == 1 || _done == all || time.GetElapsedTime(_told) >= (Screen.IsTerminal ? EveryOnTerminal : Every))
            {
                _told = time.GetTimestamp();
                screen.Progress($"{_done} of {all} after {time.GetElapsedTime(_start).TotalSeconds:0.0} s");
            }
        }
    }

    void TellBroken(CheckResult result)
    {
        var finding = result.Finding!;
        screen.Line(
            (result.Verdict is Verdict.Fail ? "FAIL " : "WARN ", result.Verdict is Verdict.Fail ? "bold red" : "bold yellow"), (result.Id, "bold"), (result.Confirmed is { } confirmed ? $" (fail {confirmed})" : "", ""),
            ($"  {result.Check.Declared.Says}", ""), ($"  at {finding.Where}: ", "grey"), ("expected ", "grey"), (Short(finding.Expected), ""), (", got ", "grey"), (Short(finding.Got), ""), ($"  {replay(result.Id)}", "grey"));
    }

    // The same reason stands behind many: told a few times, then counted.
    void TellReason(CheckResult result, string style)
    {
        var reason = Short(result.Reason?.Split('\n')[0] ?? "");
        var times = _reasons[reason] = _reasons.GetValueOrDefault(reason) + 1;
        if (times <= 3) screen.Line((ReportBuilder.NameOf(result.Verdict).ToUpperInvariant().PadRight(5), style), ($" {result.Id}", "bold"), ($"  {reason}", ""), (times == 3 ? "  (further ones for this reason are only counted)" : "", "grey"));
    }

    static string Short(string text) => text.Length <= 400 ? text : $"{text[..400]}…";
}
