using ActProtocol.Engine.Hosting;
using ActProtocol.Envelopes;
using ActProtocol.V1;

namespace ActProtocol.Broker.Streams;

/// <summary>What one agent on one stream was sent and has not dealt with. Guarded by its session's lock.</summary>
/// <remarks>
/// Mail comes two ways: as it happens, and read from the mailbox. While the agent is <see cref="Behind"/> only the second is used, so that
/// nothing overtakes what came before it: records of a transaction are first delivered in their order.
/// </remarks>
sealed class AgentMail(string agent, Digest key)
{
    /// <summary>Deliveries under way to one agent; what is beyond waits in the mailbox.</summary>
    public const int WindowMax = 256;

    /// <summary>After so many attempts a record is a dead letter.</summary>
    public const int AttemptsMax = 10;

    static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(15);
    static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    readonly Dictionary<(int Partition, long Position), Sent> _sent = [];
    readonly HashSet<(int, long)> _finishedMeanwhile = [];
    bool _refilling;
    bool _missed;

    public string Agent { get; } = agent;

    /// <summary>Thumbprint of the key it was proven with last.</summary>
    public Digest Key { get; set; } = key;

    /// <summary>The agent has left the stream.</summary>
    public bool IsGone { get; set; }

    /// <summary>Its mailbox may hold what was not offered here. So it begins.</summary>
    public bool Behind { get; private set; } = true;

    bool HasRoom => _sent.Count < WindowMax;

    /// <summary>Whether mail is taken as it happens; what is not is read from the mailbox later.</summary>
    public bool Wants(bool streamHasRoom)
    {
        if (!Behind && HasRoom && streamHasRoom) return true;
        Behind = _missed = true;
        return false;
    }

    /// <summary>The delivery to make of mail as it happens; null when it waits in the mailbox, or is under way already.</summary>
    public Delivery? TryTake(MailItem item, bool streamHasRoom) =>
        _sent.ContainsKey((item.Partition, item.Position)) || !Wants(streamHasRoom) ? null : Take(item);

    /// <summary>What to leave out when the mailbox is read on, and how many to read; null when there is nothing to read, or no room.</summary>
    public MailRead? BeginRefill(int max)
    {
        if (!Behind || _refilling || !HasRoom || IsGone) return null;
        _refilling = true;
        _missed = false;
        return new MailRead(Agent, _sent.Keys.ToHashSet(), Math.Min(max, WindowMax - _sent.Count));
    }

    /// <summary>The delivery to make of mail that was read.</summary>
    public Delivery? TryTakeRead(MailItem item)
    {
        var key = (item.Partition, item.Position);
        return _sent.ContainsKey(key) || _finishedMeanwhile.Contains(key) ? null : Take(item);
    }

    /// <param name="all">Nothing more was in the mailbox.</param>
    public void EndRefill(bool all)
    {
        _refilling = false;
        _finishedMeanwhile.Clear();
        if (all && !_missed) Behind = false;
    }

    /// <summary>Dealt with. False when it was not under way.</summary>
    public bool Finish(int partition, long position)
    {
        if (!_sent.Remove((partition, position))) return false;
        if (_refilling) _finishedMeanwhile.Add((partition, position));
        return true;
    }

    /// <summary>It was written: from now on it may be waited for.</summary>
    public void Written((int Partition, long Position) key, long now)
    {
        if (_sent.TryGetValue(key, out var sent)) _sent[key] = sent with { At = now, Written = true };
    }

    /// <summary>Could not be dealt with: later again. False when it was not under way.</summary>
    public bool Postpone(int partition, long position, long now)
    {
        if (!_sent.TryGetValue((partition, position), out var sent)) return false;
        _sent[(partition, position)] = sent with { At = now };
        return true;
    }

    /// <summary>Adds what is to be delivered again, in order, and what was tried often enough. What was not even written is neither.</summary>
    public void AddDue(TimeProvider time, List<(AgentMail, int Partition, long Position)> due, List<(AgentMail, int Partition, long Position)> dead)
    {
        if (_sent.Count == 0) return;
        foreach (var (key, sent) in _sent)
        {
            if (!sent.Written || time.GetElapsedTime(sent.At) < WaitAfter(sent.Attempt)) continue;
            (sent.Attempt >= AttemptsMax ? dead : due).Add((this, key.Partition, key.Position));
        }
    }

    /// <summary>The next attempt of what is under way; null when it was dealt with meanwhile.</summary>
    public Delivery? TryTakeAgain(MailItem item)
    {
        var key = (item.Partition, item.Position);
        if (!_sent.TryGetValue(key, out var sent) || !sent.Written) return null;
        _sent[key] = new Sent(sent.Attempt + 1, sent.At, Written: false);
        return DeliveryOf(item, sent.Attempt + 1);
    }

    Delivery Take(MailItem item)
    {
        _sent.Add((item.Partition, item.Position), new Sent(1, 0, Written: false));
        return DeliveryOf(item, 1);
    }

    static Delivery DeliveryOf(MailItem item, int attempt) =>
        new() { Agent = item.Agent, Receipt = item.Receipt, Cursor = MailCursor.ToWire(item.Partition, item.Position), Attempt = (uint)attempt };

    static TimeSpan WaitAfter(int attempt) => TimeSpan.FromTicks(Math.Min(FirstWait.Ticks << (attempt - 1), LongestWait.Ticks));

    readonly record struct Sent(int Attempt, long At, bool Written);
}
