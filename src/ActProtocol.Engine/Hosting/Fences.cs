using ActProtocol.Errors;

namespace ActProtocol.Engine.Hosting;

/// <summary>Keeps machines from deciding that hold what the log may not have, and says what is not well (NET-18).</summary>
sealed class Fences(Slots slots, StampClock clock, TimeProvider time)
{
    public static readonly TimeSpan RetryMin = TimeSpan.FromMilliseconds(250);
    public static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(30);

    /// <summary>Why something is not well; empty when all is. Read from any thread.</summary>
    public IReadOnlyList<string> Troubles { get; private set; } = [];

    /// <summary>Fenced ones whose time has come to be read again.</summary>
    public IEnumerable<Slot> Due => slots.All.Where(slot => slot.Fenced is not null && time.GetTimestamp() >= slot.RetryAt);

    public static bool IsFenced(Slot slot) => slot.Fenced is not null;

    /// <summary>Forgets what the machine made since the last append; whoever waits for it is told <paramref name="refusal"/>.</summary>
    public void Fence(Slot slot, string why, Refusal refusal)
    {
        slot.Fenced = why;
        slot.RetryAfter = slot.RetryAfter == TimeSpan.Zero ? RetryMin : TimeSpan.FromTicks(Math.Min(slot.RetryAfter.Ticks * 2, RetryMax.Ticks));
        slot.RetryAt = time.GetTimestamp() + (long)(slot.RetryAfter.TotalSeconds * time.TimestampFrequency);
        // Whoever is told has a broker that says so already.
        Show();
        foreach (var completion in slot.Completions) completion.Failed(refusal);
        slot.Clear();
    }

    /// <summary>Says anew what is not well.</summary>
    public void Show()
    {
        if (!clock.Unsure && slots.All.All(slot => slot.Fenced is null))
        {
            if (Troubles.Count > 0) Troubles = [];
            return;
        }
        List<string> troubles = [.. slots.All.Where(IsFenced).Select(slot => $"partition {slot.Index} is fenced: {slot.Fenced}")];
        if (clock.Unsure) troubles.Add("the clock is not trusted: correct it, or have an operator accept it");
        Troubles = troubles;
    }

    /// <summary>Nothing is decided any more.</summary>
    public void ShowEnd() => Troubles = ["the engine stopped by a fault: start the broker again"];
}
