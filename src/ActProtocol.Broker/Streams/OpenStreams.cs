using ActProtocol.Broker.Hosting;
using ActProtocol.Errors;
using ActProtocol.V1;

namespace ActProtocol.Broker.Streams;

/// <summary>All streams of this broker. There is a most of them; a newcomer then takes the place of the oldest that has proved nobody.</summary>
sealed class OpenStreams(BrokerOptions options)
{
    readonly System.Threading.Lock _lock = new();
    readonly HashSet<StreamSession> _all = [];
    readonly LinkedList<StreamSession> _unproven = [];
    readonly Dictionary<StreamSession, LinkedListNode<StreamSession>> _places = [];
    TaskCompletionSource? _empty;

    public int Count => _all.Count;

    public int Unproven => _unproven.Count;

    /// <summary>Null when the stream may go on.</summary>
    public Refusal? TryEnter(StreamSession session)
    {
        StreamSession? evicted = null;
        lock (_lock)
        {
            if (_empty is not null) return Stopping;
            if (_all.Count >= options.StreamsMax)
            {
                if (_unproven.First is not { } oldest) return new Refusal(ErrorCode.Overloaded, "streams", TimeSpan.FromSeconds(5));
                evicted = oldest.Value;
                Forget(evicted);
            }
            _all.Add(session);
            _places.Add(session, _unproven.AddLast(session));
        }
        evicted?.End(new Refusal(ErrorCode.NotProven, "others wait for the place", TimeSpan.FromSeconds(5)));
        return null;
    }

    /// <summary>It proved somebody, and keeps its place.</summary>
    public void Proved(StreamSession session)
    {
        lock (_lock)
        {
            if (_places.Remove(session, out var place)) _unproven.Remove(place);
        }
    }

    public void Leave(StreamSession session)
    {
        lock (_lock)
        {
            Forget(session);
            if (_all.Count == 0) _empty?.TrySetResult();
        }
    }

    /// <summary>Takes no new streams, has the others answer what they have taken, and ends them; done when none is left.</summary>
    public Task DrainAsync()
    {
        List<StreamSession> left;
        lock (_lock)
        {
            _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_all.Count == 0) _empty.TrySetResult();
            left = [.. _all];
        }
        foreach (var session in left) session.Drain(Stopping);
        return _empty.Task;
    }

    public static Refusal Stopping { get; } = new(ErrorCode.Stopping, null, TimeSpan.FromSeconds(1));

    void Forget(StreamSession session)
    {
        if (_places.Remove(session, out var place)) _unproven.Remove(place);
        _all.Remove(session);
    }
}
