namespace ActProtocol.Broker.Hosting;

/// <summary>So many at once, so many a second. Not safe for use by several threads at once.</summary>
sealed class TokenBucket(int burst, int perSecond, TimeProvider time)
{
    // What was taken and has not come back yet.
    double _taken;
    long _at = time.GetTimestamp();

    public bool TryTake()
    {
        Refill();
        if (_taken > burst - 1) return false;
        _taken++;
        return true;
    }

    /// <summary>Nothing is taken that has not come back.</summary>
    public bool IsFull
    {
        get
        {
            Refill();
            return _taken == 0;
        }
    }

    /// <summary>How long until there is one.</summary>
    public TimeSpan Wait
    {
        get
        {
            Refill();
            return _taken <= burst - 1 ? TimeSpan.Zero : TimeSpan.FromSeconds((_taken - burst + 1) / perSecond);
        }
    }

    void Refill()
    {
        var now = time.GetTimestamp();
        _taken = Math.Max(0, _taken - (time.GetElapsedTime(_at, now).TotalSeconds * perSecond));
        _at = now;
    }
}
