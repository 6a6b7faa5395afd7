namespace ActProtocol.Conformance.Brokers;

/// <summary>Where nothing tells a party when something has come, it asks again: what was acknowledged, what another partition was paid.</summary>
static class Asking
{
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(2);
    static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Until the answer is yes, or for as long as a delivery may take; the case then says what it expects.</summary>
    public static async Task UntilAsync(this BrokerScenario scenario, Func<Task<bool>> ask)
    {
        var pause = FirstPause;
        for (var waited = TimeSpan.Zero; waited < scenario.Target.Waits.DeliverMax && !await ask(); waited += pause)
        {
            await Task.Delay(pause, scenario.Time, scenario.CancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }
}
