namespace ActProtocol.Broker.Hosting;

/// <summary>Signature checks for callers that have not proved who they are: so many a second over all of them, so that a flood of bad
/// signatures leaves the processor to the others.</summary>
sealed class CheckBudget(BrokerOptions options, TimeProvider time)
{
    readonly Lock _lock = new();
    double _left = options.UnprovenChecksPerSecond;
    long _at = time.GetTimestamp();

    /// <summary>False when the second's checks are spent.</summary>
    public bool TryTake()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            _left = Math.Min(options.UnprovenChecksPerSecond, _left + (time.GetElapsedTime(_at, now).TotalSeconds * options.UnprovenChecksPerSecond));
            _at = now;
            if (_left < 1) return false;
            _left--;
            return true;
        }
    }
}
