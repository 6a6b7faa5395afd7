using ActProtocol.Conformance.Signing;

namespace ActProtocol.Conformance.Runs;

/// <summary>What a scenario does to its subject beside what it is about, and what of it was done. Level 0: nothing. 1: what the protocol allows. 2: also lost answers and cuts.
/// 3: also forgeries. Each step's acts are drawn from the seed, the check and the step's number, at most one of level 2 or 3 a step.</summary>
sealed class UnkindScript(int level, Seeded random)
{
    public const int LevelMax = 3;

    readonly List<string> _acts = [];
    readonly Lock _lock = new();
    int _steps;

    public int Level => level;

    /// <summary>While a failure is minimised: the steps that act; null: all do. What the others draw stays the same.</summary>
    public static AsyncLocal<IReadOnlySet<int>?> Only { get; } = new();

    public static bool IsLeftOut(int step) => Only.Value is { } only && !only.Contains(step);

    /// <summary>The steps that did something, by what was noted of them.</summary>
    public static IReadOnlyList<int> StepsOf(IEnumerable<string> acts) =>
        [.. acts.Select(act => int.Parse(act.AsSpan(5, act.IndexOf(':', StringComparison.Ordinal) - 5), System.Globalization.CultureInfo.InvariantCulture)).Distinct().Order()];

    /// <summary>What was done, in the order of the steps.</summary>
    public IReadOnlyList<string> Acts
    {
        get
        {
            lock (_lock) return [.. _acts];
        }
    }

    /// <summary>The next step's number, and what its acts are drawn from.</summary>
    public (int Step, Seeded Random) Next()
    {
        var step = Interlocked.Increment(ref _steps);
        return (step, random.Of($"unkind/{step}"));
    }

    public void Note(int step, string act)
    {
        lock (_lock) _acts.Add($"step {step}: {act}");
    }
}
