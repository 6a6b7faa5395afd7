using ActProtocol.Envelopes;

namespace ActProtocol.Engine.Transactions;

/// <summary>Which transaction ends by itself next: by deadline, then by id.</summary>
/// <remarks>Nearly every transaction moves on before its time. So a place that was left stays in the queue until it comes first or until most
/// places are such: to move on costs nothing then, and no object.</remarks>
sealed class Deadlines
{
    const int LeftMax = 256;

    readonly PriorityQueue<TransactionEntry, (long At, Id16 Id)> _queue = new();
    int _live;

    /// <summary>The transaction's <see cref="TransactionEntry.Deadline"/> as it is now is its place.</summary>
    public void Add(TransactionEntry transaction)
    {
        _live++;
        if (_queue.Count > (2 * _live) + LeftMax) Compact();
        _queue.Enqueue(transaction, (transaction.Deadline, transaction.Id));
    }

    /// <summary>The deadline of a transaction that was added is about to change.</summary>
    public void Leave() => _live--;

    public TransactionEntry? First()
    {
        while (_queue.TryPeek(out var transaction, out var place))
        {
            if (transaction.Deadline == place.At) return transaction;
            _queue.Dequeue();
        }
        return null;
    }

    // A transaction that came back to an earlier deadline stands here twice.
    void Compact()
    {
        List<(TransactionEntry, (long, Id16))> live = [.. _queue.UnorderedItems.Where(item => item.Element.Deadline == item.Priority.At).Distinct()];
        _queue.Clear();
        _queue.EnqueueRange(live);
    }
}
