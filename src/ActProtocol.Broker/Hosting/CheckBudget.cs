using System.Net;

namespace ActProtocol.Broker.Hosting;

/// <summary>Signature checks, proofs and look-ups of callers that have not proved who they are: so many a second over all of them, in fair turns.</summary>
/// <remarks>
/// A flood is not told from honest calls before the signature was checked, and it may come under an honest agent's id: so neither the id nor
/// the order of arrival decides who is next. A connection whose last check held has a bucket of its own and waits for nobody; the first check
/// that fails ends that. All others share <see cref="BrokerOptions.UnprovenChecksPerSecond"/>: when they are spent, checks wait, one queue for each
/// connection within one for each source address, and are served by turns between addresses and then between connections. So a caller waits for
/// one turn of the others, however much each of them sends; what waits is bounded, and beyond it is refused with <c>quota_exceeded</c>.
/// </remarks>
sealed class CheckBudget : IAsyncDisposable
{
    static readonly TimeSpan PumpEvery = TimeSpan.FromMilliseconds(2);

    readonly System.Threading.Lock _lock = new();
    readonly BrokerOptions _options;
    readonly TimeProvider _time;
    readonly TokenBucket _shared;
    readonly Turns<IPAddress, Turns<string, TaskCompletionSource<bool>>> _addresses = new();
    readonly ITimer _pump;
    bool _pumping;
    int _waiting;

    public CheckBudget(BrokerOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        // At most a tenth of a second's worth at once.
        _shared = new TokenBucket(Math.Max(1, options.UnprovenChecksPerSecond / 10), options.UnprovenChecksPerSecond, time);
        _pump = time.CreateTimer(_ => Pump(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int Waiting => _waiting;

    /// <summary>Waits for the caller's turn. False when too many wait already.</summary>
    public ValueTask<bool> TakeAsync(Caller caller)
    {
        lock (_lock)
        {
            if (caller.TryTakeOwn()) return ValueTask.FromResult(true);
            if (_waiting == 0 && _shared.TryTake()) return ValueTask.FromResult(true);
            if (_waiting >= _options.ChecksWaitingMax) return ValueTask.FromResult(false);

            var connections = _addresses.Open(caller.Address, static () => new Turns<string, TaskCompletionSource<bool>>());
            if (connections.CountOf(caller.Connection) >= _options.ConnectionChecksWaitingMax) return ValueTask.FromResult(false);
            var turn = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            connections.Add(caller.Connection, turn);
            _waiting++;
            if (!_pumping) _pump.Change(PumpEvery, PumpEvery);
            _pumping = true;
            return new ValueTask<bool>(turn.Task);
        }
    }

    public ValueTask DisposeAsync() => _pump.DisposeAsync();

    void Pump()
    {
        lock (_lock)
        {
            while (_waiting > 0 && _shared.TryTake())
            {
                var (address, connections) = _addresses.Next();
                var turn = connections.TakeNext();
                if (connections.IsEmpty) _addresses.Remove(address);
                _waiting--;
                turn.TrySetResult(true);
            }
            if (_waiting > 0) return;
            _pumping = false;
            _pump.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>One connection, as far as the budget knows it. Guarded by the budget's lock but for what only says yes or no.</summary>
    public sealed class Caller(CheckBudget budget, IPAddress address, string connection)
    {
        // Whoever is refused again and again is answered later and later: a flood that waits for its answers is slow by itself, and costs nothing meanwhile.
        const int RefusedFreeMax = 8;
        static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
        static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

        // Streams of one connection that were ended for what they did: so many at once, and a second.
        const int EndedStreamsMax = 4;
        const int EndedStreamsPerSecond = 1;

        readonly TokenBucket _endedStreams = new(EndedStreamsMax, EndedStreamsPerSecond, budget._time);
        readonly TokenBucket _own = new(budget._options.ConnectionChecksPerSecond, budget._options.ConnectionChecksPerSecond, budget._time);
        volatile bool _held;
        int _refused;

        /// <summary>The source: of IPv6 the network of 64 bits, which one person has whole.</summary>
        public IPAddress Address { get; } = NetworkOf(address);

        public string Connection { get; } = connection;

        /// <summary>Whether a check held.</summary>
        public bool Proven => _held;

        public void Held()
        {
            _held = true;
            Volatile.Write(ref _refused, 0);
        }

        /// <summary>How long until the connection may open a stream again; zero for one that gave no cause.</summary>
        public TimeSpan StreamWait
        {
            get
            {
                lock (_endedStreams) return _endedStreams.Wait;
            }
        }

        /// <summary>A stream had to be ended. That its agents were proven does not make up for it.</summary>
        public void StreamEnded()
        {
            lock (_endedStreams) _endedStreams.TryTake();
        }

        /// <summary>A check failed, or none was worth making.</summary>
        public void Failed() => _held = false;

        /// <summary>Before a refusal is told.</summary>
        public Task PauseAsync(CancellationToken cancellationToken)
        {
            var beyond = Math.Min(Interlocked.Increment(ref _refused), 1_000) - RefusedFreeMax;
            if (beyond <= 0) return Task.CompletedTask;
            var pause = TimeSpan.FromTicks(Math.Min(FirstPause.Ticks << Math.Min(beyond - 1, 10), LongestPause.Ticks));
            return Task.Delay(pause, budget._time, cancellationToken);
        }

        internal bool TryTakeOwn() => _held && _own.TryTake();

        static IPAddress NetworkOf(IPAddress address)
        {
            if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
            if (address.AddressFamily is not System.Net.Sockets.AddressFamily.InterNetworkV6) return address;
            var bytes = address.GetAddressBytes();
            Array.Clear(bytes, 8, 8);
            return new IPAddress(bytes);
        }
    }
}
