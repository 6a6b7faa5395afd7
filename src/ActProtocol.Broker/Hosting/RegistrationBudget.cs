using System.Net;
using ActProtocol.Errors;
using ActProtocol.V1;

namespace ActProtocol.Broker.Hosting;

/// <summary>Newcomers to the directory: so many at once and a second, by source address and over all of them.</summary>
/// <remarks>
/// A registration costs its sender nothing, and what it leaves stays for ever: an entry, a record, and room for as much as one account may fill.
/// So the rate of them is what bounds the growth of a broker by strangers. Whoever is entered already (a registration sent again) costs none of it.
/// Buckets of addresses are kept while something of them is taken; each of that was taken from the whole as well, so that they are bounded.
/// </remarks>
sealed class RegistrationBudget(BrokerOptions options, TimeProvider time)
{
    const int AddressesLookedThroughAt = 1_024;

    readonly System.Threading.Lock _lock = new();
    readonly TokenBucket _all = new(options.RegistrationsMax, options.RegistrationsPerSecond, time);
    readonly Dictionary<IPAddress, TokenBucket> _addresses = [];
    int _lookThroughAt = AddressesLookedThroughAt;

    /// <summary>Addresses that are remembered.</summary>
    public int AddressesCount => _addresses.Count;

    /// <summary>Takes one; null when there was one. An address that has none left takes nothing of the others'.</summary>
    public Refusal? Take(IPAddress address)
    {
        lock (_lock)
        {
            if (!_addresses.TryGetValue(address, out var own)) own = new TokenBucket(options.AddressRegistrationsMax, options.AddressRegistrationsPerSecond, time);
            if (own.Wait is { Ticks: > 0 } wait) return new Refusal(ErrorCode.QuotaExceeded, "registrations from this address", wait);
            if (!_all.TryTake()) return new Refusal(ErrorCode.QuotaExceeded, "registrations", _all.Wait);
            own.TryTake();
            _addresses[address] = own;
            if (_addresses.Count >= _lookThroughAt) ForgetRested();
            return null;
        }
    }

    void ForgetRested()
    {
        foreach (var (address, bucket) in _addresses)
        {
            if (bucket.IsFull) _addresses.Remove(address);
        }
        _lookThroughAt = Math.Max(AddressesLookedThroughAt, 2 * _addresses.Count);
    }
}
