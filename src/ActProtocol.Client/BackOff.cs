namespace ActProtocol.Client;

/// <summary>How long to wait before another attempt: doubling, bounded, and spread over the upper half of each step.</summary>
sealed class BackOff(TimeSpan first, TimeSpan longest, Func<double> jitter)
{
    const int DoublingsMax = 30;

    /// <param name="failures">Failures in a row so far, 0 for none.</param>
    public TimeSpan After(int failures)
    {
        if (failures <= 0) return TimeSpan.Zero;
        var step = Math.Min(first.Ticks * Math.Pow(2, Math.Min(failures - 1, DoublingsMax)), longest.Ticks);
        return TimeSpan.FromTicks((long)(step * (0.5 + (jitter() / 2))));
    }
}
