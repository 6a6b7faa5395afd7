using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ActProtocol.Broker.Hosting;

/// <summary>All connections: who they are as far as is known, and which of them must go.</summary>
/// <remarks>
/// A connection on which a check held, or an agent is proven, keeps its place. Others have it on loan: one that is idle for
/// <see cref="BrokerOptions.ProveWithin"/> (no call under way: slow headers and silent sockets are none) is closed, and when there are
/// <see cref="BrokerOptions.ConnectionsMax"/>, the oldest of them goes for each newcomer. So whoever fills the broker with connections that
/// prove nothing fills it with its own, and an honest newcomer gets in.
/// </remarks>
sealed class ConnectionDoor : IAsyncDisposable
{
    const int IdleLookedAtMax = 256;
    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    readonly System.Threading.Lock _lock = new();
    readonly LinkedList<Guest> _guests = [];
    readonly LinkedList<Guest> _kept = [];
    readonly BrokerOptions _options;
    readonly CheckBudget _budget;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly ITimer _timer;
    int _count;
    int _evicted;

    public ConnectionDoor(BrokerOptions options, CheckBudget budget, TimeProvider time, ILoggerFactory loggers)
    {
        (_options, _budget, _time, _logger) = (options, budget, time, loggers.CreateLogger(BrokerLog.Category));
        _timer = time.CreateTimer(_ => CloseIdle(), null, LookEvery, LookEvery);
    }

    public int Count => _count;

    /// <summary>Watches the connections of a port.</summary>
    public void Watch(ListenOptions listen) => listen.Use(next => async connection =>
    {
        var guest = Enter(connection);
        connection.Features.Set(guest);
        try
        {
            await next(connection);
        }
        finally
        {
            Leave(guest);
        }
    });

    /// <summary>The connection a call came by.</summary>
    public static Guest GuestOf(HttpContext context) => context.Features.Get<Guest>()!;

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    Guest Enter(ConnectionContext connection)
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        var guest = new Guest(this, connection, new CheckBudget.Caller(_budget, address, connection.ConnectionId), _time.GetTimestamp());
        Guest? oldest = null;
        lock (_lock)
        {
            guest.Place = _guests.AddLast(guest);
            if (++_count > _options.ConnectionsMax)
            {
                // Those on loan stand in the order they came. When there are none but the newcomer, one goes that proved itself and does nothing now;
                // when there is none of these either, the newcomer.
                oldest = _guests.First!.Value;
                if (oldest == guest) oldest = _kept.Take(IdleLookedAtMax).FirstOrDefault(kept => kept.IsIdleFor(TimeSpan.Zero, _time)) ?? guest;
                Forget(oldest);
                _evicted++;
            }
        }
        oldest?.Close("others wait for the place");
        return guest;
    }

    void Leave(Guest guest)
    {
        lock (_lock)
        {
            _count--;
            Forget(guest);
        }
    }

    void Keep(Guest guest)
    {
        lock (_lock)
        {
            if (guest.Place?.List != _guests) return;
            Forget(guest);
            guest.Place = _kept.AddLast(guest);
        }
    }

    static void Forget(Guest guest)
    {
        if (guest.Place is not { } place) return;
        place.List!.Remove(place);
        guest.Place = null;
    }

    void CloseIdle()
    {
        List<Guest> idle = [];
        int evicted;
        lock (_lock)
        {
            (evicted, _evicted) = (_evicted, 0);
            foreach (var guest in _guests)
            {
                if (guest.IsIdleFor(_options.ProveWithin, _time)) idle.Add(guest);
            }
            foreach (var guest in idle) Forget(guest);
        }
        foreach (var guest in idle) guest.Close("nothing was proven in time");
        if (evicted > 0) _logger.ConnectionsEvicted(evicted);
    }

    /// <summary>One connection.</summary>
    public sealed class Guest(ConnectionDoor door, ConnectionContext connection, CheckBudget.Caller caller, long now)
    {
        int _calls;
        bool _kept;
        long _idleSince = now;

        public CheckBudget.Caller Caller => caller;

        internal LinkedListNode<Guest>? Place { get; set; }

        /// <summary>A check held, or an agent was proven: it keeps its place.</summary>
        public void Proved()
        {
            caller.Held();
            if (!_kept) door.Keep(this);
            _kept = true;
        }

        public void Begin() => Interlocked.Increment(ref _calls);

        public void End()
        {
            Volatile.Write(ref _idleSince, door._time.GetTimestamp());
            Interlocked.Decrement(ref _calls);
        }

        internal bool IsIdleFor(TimeSpan bound, TimeProvider time) => Volatile.Read(ref _calls) == 0 && time.GetElapsedTime(Volatile.Read(ref _idleSince)) > bound;

        internal void Close(string why) => connection.Abort(new ConnectionAbortedException(why));
    }
}
