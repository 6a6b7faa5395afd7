using ActProtocol.Conformance.Runs;
using ActProtocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ActProtocol.Conformance.Brokers;

/// <summary>What came over one stream, and who waits for more of it.</summary>
sealed class StreamInbox(BrokerScenario scenario)
{
    readonly System.Threading.Lock _lock = new();
    TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    TaskCompletionSource? _stopped;
    Outcome? _end;

    public Challenge? Challenge { get; private set; }

    public List<Answer> Answers { get; } = [];

    public List<Delivery> Deliveries { get; } = [];

    public List<string> Proven { get; } = [];

    public List<AgentClosed> Closed { get; } = [];

    /// <summary>A copy of one of its lists, as it is now.</summary>
    public IReadOnlyList<T> All<T>(Func<StreamInbox, List<T>> of)
    {
        lock (_lock) return [.. of(this)];
    }

    /// <summary>Until the stream ends; never throws.</summary>
    public async Task ReadAsync(IAsyncStreamReader<ConnectResponse> responses)
    {
        Outcome end;
        try
        {
            while (await responses.MoveNext(CancellationToken.None))
            {
                Take(responses.Current);
                Task? stopped;
                lock (_lock) stopped = _stopped?.Task;
                if (stopped is not null) await stopped;
            }
            end = new Outcome.Broken("the stream ended without a code");
        }
        catch (RpcException fault)
        {
            end = EndOf(fault);
        }
        catch (Exception fault) when (fault is InvalidOperationException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            end = new Outcome.Broken($"the stream broke: {fault.Message}");
        }
        lock (_lock) _end = end;
        Tell();
    }

    /// <summary>What <paramref name="find"/> gives, once it gives something; null, and why not, when time is up or the stream ended.</summary>
    public async Task<(T? Found, string Why)> WaitAsync<T>(Func<StreamInbox, T?> find, TimeSpan limit) where T : class
    {
        var start = scenario.Time.GetTimestamp();
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (find(this) is { } found) return (found, "");
                if (_end is not null) return (null, $"the stream ended: {_end}");
                changed = _changed.Task;
            }
            var left = limit - scenario.Time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero) return (null, $"nothing in {limit.TotalSeconds:0.#} s");
            try
            {
                await changed.WaitAsync(left, scenario.Time, scenario.CancellationToken);
            }
            catch (TimeoutException)
            {
                // Looked at once more above.
            }
        }
    }

    /// <exception cref="CheckFailedException">It does not come in time.</exception>
    public async Task<T> ExpectAsync<T>(string what, string expected, Func<StreamInbox, T?> find, TimeSpan? limit = null) where T : class
    {
        var (found, why) = await WaitAsync(find, limit ?? scenario.Target.Waits.AnswerMax);
        return found ?? throw Expectations.Failed(what, expected, why);
    }

    public async Task<Outcome> EndedAsync(TimeSpan limit)
    {
        var start = scenario.Time.GetTimestamp();
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_end is not null) return _end;
                changed = _changed.Task;
            }
            try
            {
                var left = limit - scenario.Time.GetElapsedTime(start);
                await changed.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, scenario.Time, scenario.CancellationToken);
            }
            catch (TimeoutException)
            {
                lock (_lock) return _end ?? new Outcome.Broken($"the stream did not end in {limit.TotalSeconds:0.#} s");
            }
        }
    }

    public void Stop()
    {
        lock (_lock) _stopped ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void GoOn()
    {
        TaskCompletionSource? stopped;
        lock (_lock) (stopped, _stopped) = (_stopped, null);
        stopped?.SetResult();
    }

    void Take(ConnectResponse frame)
    {
        scenario.Transcript.Add(
            sent: false, $"Connect: {frame.Answers.Count} answers, {frame.Deliveries.Count} deliveries, {frame.Proven.Count} proven, {frame.Closed.Count} closed", ConnectResponse.Descriptor.FullName, frame.ToByteArray());
        lock (_lock)
        {
            Challenge ??= frame.Challenge;
            Answers.AddRange(frame.Answers);
            Deliveries.AddRange(frame.Deliveries);
            Proven.AddRange(frame.Proven);
            Closed.AddRange(frame.Closed);
        }
        Tell();
    }

    void Tell()
    {
        TaskCompletionSource changed;
        lock (_lock) (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        changed.SetResult();
    }

    Outcome EndOf(RpcException fault)
    {
        if (fault.GetRpcStatus() is not { } status) return new Outcome.Broken($"{fault.StatusCode} without details ({fault.Status.Detail})");
        scenario.Transcript.Add(sent: false, $"the stream ended: {fault.StatusCode}", Google.Rpc.Status.Descriptor.FullName, status.ToByteArray());
        return new Outcome.Refused(status);
    }
}
