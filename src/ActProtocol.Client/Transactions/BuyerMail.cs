using System.Diagnostics.CodeAnalysis;
using ActProtocol.Envelopes;

namespace ActProtocol.Client;

/// <summary>The mailbox of a buyer while purchases are under way: it wakes them. What they know they read from the records.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Freed when the last watch leaves.")]
sealed class BuyerMail(ActClient client, ActIdentity agent)
{
    static readonly TimeSpan PollWithMail = TimeSpan.FromSeconds(5);
    static readonly TimeSpan PollFirst = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan PollLongest = TimeSpan.FromSeconds(1);

    readonly Lock _lock = new();
    readonly List<Watch> _watches = [];
    CancellationTokenSource? _stop;
    Task _running = Task.CompletedTask;
    bool _open;

    /// <summary>What arrives, for logs and screens.</summary>
    public Action<Mail>? Seen { get; set; }

    /// <summary>Begins to watch for changes.</summary>
    public Watch Enter()
    {
        lock (_lock)
        {
            var watch = new Watch(this);
            _watches.Add(watch);
            if (_watches.Count == 1)
            {
                _stop = new CancellationTokenSource();
                _running = RunAsync(_running, _stop.Token);
            }
            return watch;
        }
    }

    async Task LeaveAsync(Watch watch)
    {
        CancellationTokenSource? stop = null;
        Task running;
        lock (_lock)
        {
            _watches.Remove(watch);
            if (_watches.Count == 0) (stop, _stop) = (_stop, null);
            running = _running;
        }
        if (stop is null) return;
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }

    async Task RunAsync(Task before, CancellationToken stop)
    {
        await before;
        var mailbox = new MailConnection(client, agent) { Connected = () => Wake(null, open: true) };
        try
        {
            await foreach (var mail in mailbox.ReadAsync(stop))
            {
                Seen?.Invoke(mail);
                Wake(mail.TransactionFor(agent.Id), open: true);
                await mailbox.AcknowledgeAsync(mail, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }
        catch (MailboxClosedException)
        {
            // Told in the log. Another process of this agent has the mailbox; here the records are asked for instead.
            return;
        }
        finally
        {
            Wake(null, open: false);
        }
    }

    void Wake(Id16? transaction, bool open)
    {
        lock (_lock)
        {
            _open = open;
            foreach (var watch in _watches) watch.Wake(transaction);
        }
    }

    /// <summary>One purchase's view of it.</summary>
    public sealed class Watch(BuyerMail mail) : IAsyncDisposable
    {
        readonly Lock _lock = new();
        readonly HashSet<Id16> _changed = [];
        readonly SemaphoreSlim _woken = new(0, 1);
        bool _all = true;
        int _idle;

        /// <summary>Transactions that may have changed since the last call; null: any.</summary>
        public IReadOnlySet<Id16>? TakeChanged()
        {
            lock (_lock)
            {
                HashSet<Id16>? changed = _all ? null : [.. _changed];
                _all = false;
                _changed.Clear();
                return changed;
            }
        }

        /// <summary>The transaction has changed, or any of them.</summary>
        public void Wake(Id16? transaction)
        {
            lock (_lock)
            {
                if (transaction is { } one) _changed.Add(one);
                else _all = true;
                _idle = 0;
                if (_woken.CurrentCount == 0) _woken.Release();
            }
        }

        /// <summary>Waits for a change; at most so long, and no longer than until it is time to ask without one.</summary>
        public async Task WaitAsync(TimeSpan most, TimeProvider time, CancellationToken cancellationToken)
        {
            var poll = mail._open ? PollWithMail : TimeSpan.FromTicks(Math.Min(PollFirst.Ticks << Math.Min(_idle, 10), PollLongest.Ticks));
            using var over = new CancellationTokenSource(poll < most ? poll : most, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
            try
            {
                await _woken.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                lock (_lock) (_all, _idle) = (true, _idle + 1);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await mail.LeaveAsync(this);
            _woken.Dispose();
        }
    }
}
