namespace ActProtocol.Broker.Hosting;

/// <summary>Things by owner, taken by turns between the owners. Not safe for use by several threads at once.</summary>
sealed class Turns<TOwner, TItem>
    where TOwner : notnull
{
    readonly Dictionary<TOwner, Queue<TItem>> _queues = [];
    readonly LinkedList<TOwner> _order = [];

    public bool IsEmpty => _queues.Count == 0;

    public int CountOf(TOwner owner) => _queues.TryGetValue(owner, out var queue) ? queue.Count : 0;

    /// <summary>Puts a thing at the end of its owner's queue; a new owner's turn comes after all others'.</summary>
    public void Add(TOwner owner, TItem item)
    {
        if (!_queues.TryGetValue(owner, out var queue))
        {
            _queues[owner] = queue = new Queue<TItem>();
            _order.AddLast(owner);
        }
        queue.Enqueue(item);
    }

    /// <summary>Takes one thing of the owner whose turn it is.</summary>
    public TItem TakeNext()
    {
        var owner = _order.First!.Value;
        _order.RemoveFirst();
        var item = _queues[owner].Dequeue();
        if (_queues[owner].Count == 0) _queues.Remove(owner);
        else _order.AddLast(owner);
        return item;
    }

    /// <summary>An owner's only thing, made when there is none.</summary>
    public TItem Open(TOwner owner, Func<TItem> make)
    {
        if (!_queues.ContainsKey(owner)) Add(owner, make());
        return _queues[owner].Peek();
    }

    /// <summary>The only thing of the owner whose turn it is; its next turn comes after all others'.</summary>
    public (TOwner Owner, TItem Item) Next()
    {
        var owner = _order.First!.Value;
        _order.RemoveFirst();
        _order.AddLast(owner);
        return (owner, _queues[owner].Peek());
    }

    public void Remove(TOwner owner)
    {
        _queues.Remove(owner);
        _order.Remove(owner);
    }
}
