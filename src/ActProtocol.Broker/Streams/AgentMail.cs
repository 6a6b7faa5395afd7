using ActProtocol.Engine.Hosting;
using ActProtocol.V1;

namespace ActProtocol.Broker.Streams;

/// <summary>What one agent on one stream was sent and has not dealt with. Guarded by its session's lock.</summary>
sealed class AgentMail(string agent)
{
    /// <summary>Deliveries under way to one agent; what is beyond waits in the mailbox.</summary>
    public const int WindowMax = 256;

    /// <summary>After so many attempts a record is a dead letter.</summary>
    public const int AttemptsMax = 10;

    static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(15);
    static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    readonly Dictionary<(int Partition, long Position), Sent> _sent = [];
    readonly HashSet<(int, long)> _finished = [];
    bool _behind;

    /// <summary>The delivery to make, unless it is under way already or there is no room.</summary>
    public Delivery? TryTake(MailItem item, long now)
    {
        var key = (item.Partition, item.Position);
        if (_sent.ContainsKey(key) || _finished.Contains(key)) return null;
        if (_sent.Count >= WindowMax)
        {
            _behind = true;
            return null;
        }
        var delivery = new Delivery { Agent = agent, Receipt = item.Receipt, Cursor = MailCursor.ToWire(item.Partition, item.Position), Attempt = 1 };
        _sent.Add(key, new Sent(delivery, now));
        return delivery;
    }

    /// <summary>Dealt with. True when there is room again for what had to wait.</summary>
    public bool Finish(int partition, long position)
    {
        _sent.Remove((partition, position));
        // Until the mailbox has heard of it, it must not be offered again.
        if (_finished.Count >= 4 * WindowMax) _finished.Clear();
        _finished.Add((partition, position));
        if (!_behind || _sent.Count > WindowMax / 2) return false;
        _behind = false;
        return true;
    }

    /// <summary>Could not be dealt with: later again.</summary>
    public void Postpone(int partition, long position, long now)
    {
        if (_sent.TryGetValue((partition, position), out var sent)) _sent[(partition, position)] = sent with { At = now };
    }

    /// <summary>What is due again; adds what was tried often enough to the dead.</summary>
    public IEnumerable<Delivery> Due(TimeProvider time, List<(string, int, long)> dead)
    {
        List<Delivery> due = [];
        foreach (var (key, sent) in _sent.ToList())
        {
            var wait = TimeSpan.FromTicks(Math.Min(FirstWait.Ticks << (int)(sent.Delivery.Attempt - 1), LongestWait.Ticks));
            if (time.GetElapsedTime(sent.At) < wait) continue;
            if (sent.Delivery.Attempt >= AttemptsMax)
            {
                _sent.Remove(key);
                dead.Add((agent, key.Partition, key.Position));
                continue;
            }
            var again = new Delivery(sent.Delivery) { Attempt = sent.Delivery.Attempt + 1 };
            _sent[key] = new Sent(again, time.GetTimestamp());
            due.Add(again);
        }
        return due;
    }

    sealed record Sent(Delivery Delivery, long At);
}
