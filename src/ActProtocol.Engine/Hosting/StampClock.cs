namespace ActProtocol.Engine.Hosting;

/// <summary>Gives stamps, or says that it does not trust the clock (JRN-12).</summary>
/// <remarks>
/// Between two looks the wall clock must move as the monotonic one does, within <see cref="JumpMs"/>; at the start it must be within
/// <see cref="AbsenceMs"/> of the last stamp. Otherwise nothing is stamped until the clock is right again, or an operator says that
/// it is right: a deadline never passes because somebody set a clock.
/// </remarks>
sealed class StampClock(TimeProvider time)
{
    public const long JumpMs = 60_000;
    public const long AbsenceMs = 24 * 60 * 60 * 1000;

    // What the clock should read: this wall time, at this monotonic time.
    long _wallMs;
    long _monotonic;
    bool _started;
    bool _startedUnsure;

    /// <summary>The clock is not trusted at present: nothing may be stamped.</summary>
    public bool Unsure { get; private set; }

    /// <summary>The time to stamp with, as of the last look; Unix milliseconds. While it is not trusted at the start, the last stamp.</summary>
    public long NowMs { get; private set; }

    /// <summary>The wall clock as it reads, whether trusted or not; Unix milliseconds.</summary>
    public long WallMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Begins after the last stamp of any partition; 0 when there is none.</summary>
    public void Start(long lastStampMs)
    {
        Unsure = _startedUnsure = lastStampMs != 0 && Math.Abs(WallMs - lastStampMs) > AbsenceMs;
        NowMs = Unsure ? lastStampMs : WallMs;
        (_wallMs, _monotonic, _started) = (NowMs, time.GetTimestamp(), true);
    }

    /// <summary>Looks what time it is, and whether that can be trusted.</summary>
    public void Look()
    {
        if (!_started) throw new InvalidOperationException("Start comes first.");
        var monotonic = time.GetTimestamp();
        var expected = _wallMs + (long)time.GetElapsedTime(_monotonic, monotonic).TotalMilliseconds;
        NowMs = WallMs;
        // A broker that was away is not sure within a day; one that runs, within a minute.
        var bound = _startedUnsure ? AbsenceMs : JumpMs;
        Unsure = Math.Abs(NowMs - expected) > bound;
        if (Unsure) return;

        _startedUnsure = false;
        (_wallMs, _monotonic) = (NowMs, monotonic);
    }

    /// <summary>An operator says that the clock is right as it is.</summary>
    public void Accept()
    {
        NowMs = WallMs;
        (_wallMs, _monotonic, Unsure, _startedUnsure) = (NowMs, time.GetTimestamp(), false, false);
    }
}
