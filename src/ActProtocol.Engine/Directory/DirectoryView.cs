using System.Collections.Concurrent;
using System.Collections.Immutable;
using ActProtocol.Envelopes;

namespace ActProtocol.Engine.Directory;

/// <summary>The directory as everybody may see it: only what is durable. Read from any thread.</summary>
sealed class DirectoryView
{
    readonly ConcurrentDictionary<string, Entry> _entries = [];
    readonly ConcurrentDictionary<string, ImmutableSortedSet<string>> _sellers = [];

    /// <summary>Called with the id of an entry that was shown anew.</summary>
    public Action<string>? Changed { get; set; }

    public Entry? Find(string id) => _entries.GetValueOrDefault(id);

    /// <summary>The principal an id belongs to; empty for an unknown id.</summary>
    public string PrincipalOf(string id) => Find(id)?.Principal ?? "";

    /// <summary>Sellers with a capability, by id, after one of them.</summary>
    public IEnumerable<Entry> SellersWith(string capability, string after, int count)
    {
        if (!_sellers.TryGetValue(capability, out var ids)) return [];
        var start = ids.IndexOf(after);
        start = start < 0 ? ~start : start + 1;
        return Enumerable.Range(start, Math.Max(0, Math.Min(count, ids.Count - start))).Select(index => _entries[ids[index]]);
    }

    /// <summary>Draws sellers with a capability, at most one a principal and none of the buyer's, in an order that the seed decides.</summary>
    /// <param name="seed">The digest of the intent: whoever has the intent can draw again.</param>
    public IReadOnlyList<Entry> Draw(string capability, string exceptPrincipal, int count, Digest seed)
    {
        if (!_sellers.TryGetValue(capability, out var ids)) return [];

        List<(Digest Order, Entry Entry)> drawn = [];
        foreach (var id in ids)
        {
            if (_entries[id] is not { } entry || entry.Principal == exceptPrincipal) continue;
            byte[] text = [.. seed.ToArray(), .. System.Text.Encoding.ASCII.GetBytes(id)];
            drawn.Add((SignedBytes.HashOf(text), entry));
        }
        return [.. drawn.OrderBy(item => item.Order).Select(item => item.Entry).DistinctBy(entry => entry.Principal).Take(count)];
    }

    public void Show(Entry entry)
    {
        var before = Find(entry.Id)?.Listing?.Capabilities ?? [];
        var now = entry.Listing?.Capabilities ?? [];
        _entries[entry.Id] = entry;
        foreach (var capability in before.Except(now)) Hide(capability, entry.Id);
        foreach (var capability in now)
        {
            _sellers.AddOrUpdate(capability, ImmutableSortedSet.Create(StringComparer.Ordinal, entry.Id), (_, ids) => ids.Add(entry.Id));
        }
        Changed?.Invoke(entry.Id);
    }

    // One writer: so nobody adds a seller to the set that is found to be empty.
    void Hide(string capability, string id)
    {
        var left = _sellers[capability].Remove(id);
        if (left.IsEmpty) _sellers.TryRemove(capability, out _);
        else _sellers[capability] = left;
    }
}
